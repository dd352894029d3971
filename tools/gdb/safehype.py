# SPDX-License-Identifier: MIT
"""gdb commands for the running hypervisor: sh-domains, sh-vcpus, sh-runq, sh-frame MFN."""
import gdb

KINDS = ["plain", "L1", "L2", "L3", "L4", "GDT/LDT", "?", "?"]
FRAMETABLE_BASE = 0xFFFF818000000000


def domains():
    d = gdb.parse_and_eval("domain_list")
    while int(d):
        yield d.dereference()
        d = d["next"]


class Domains(gdb.Command):
    """sh-domains: id, frames, vcpus, state of every domain."""

    def __init__(self):
        super().__init__("sh-domains", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        for d in domains():
            state = "shut down" if d["shut_down"] else "paused" if d["paused"] else "alive"
            role = " hardware" if d["privileged"] else ""
            print(f"domain {int(d['id'])}: {int(d['nr_frames'])} frames, {int(d['max_vcpus'])} vcpus, {state}{role}")


class Vcpus(gdb.Command):
    """sh-vcpus: where every vcpu is and what it waits for."""

    def __init__(self):
        super().__init__("sh-vcpus", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        waits = {0: "runnable", 1: "blocked", 2: "polling"}
        for d in domains():
            for i in range(int(d["max_vcpus"])):
                v = d["vcpu"][i]
                if not int(v):
                    continue
                state = waits[int(v["block"])] if v["online"] else "down"
                mode = "kernel" if v["kernel_mode"] else "user"
                print(f"d{int(d['id'])}v{i}: {state}, {mode} mode, rip {int(v['regs']['rip']):#x} (when it last left), "
                      f"kernel L4 mfn {int(v['kernel_pt']['v']) >> 12:#x}, upcall pending {int(v['info']['evtchn_upcall_pending'])} "
                      f"masked {int(v['info']['evtchn_upcall_mask'])}")


class RunQueues(gdb.Command):
    """sh-runq: the run queue of every CPU."""

    def __init__(self):
        super().__init__("sh-runq", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        for cpu in range(int(gdb.parse_and_eval("nr_cpus"))):
            current = gdb.parse_and_eval(f"cpus[{cpu}].current")
            fair = int(gdb.parse_and_eval("opt_sched")) == 0
            queue = gdb.parse_and_eval(f"'sched_{'fair' if fair else 'rr'}.c'::runqs[{cpu}]")
            names, v = [], queue["ready"]["head"]
            while int(v):
                names.append(f"d{int(v['domain']['id'])}v{int(v['id'])}")
                v = v["sched"]["next"]
            idle = int(current) == int(gdb.parse_and_eval(f"cpus[{cpu}].idle"))
            runs = "idle" if idle else f"d{int(current['domain']['id'])}v{int(current['id'])}"
            print(f"cpu {cpu}: runs {runs}; waiting: {' '.join(names) or 'none'}; pending softirqs "
                  f"{int(gdb.parse_and_eval(f'cpus[{cpu}].pending')):#x}")


class Frame(gdb.Command):
    """sh-frame MFN: owner, kind and counts of a frame."""

    def __init__(self):
        super().__init__("sh-frame", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        mfn = int(gdb.parse_and_eval(argument))
        if mfn >= int(gdb.parse_and_eval("max_mfn")):
            print(f"mfn {mfn:#x} is not in the frame table")
            return
        raw = gdb.selected_inferior().read_memory(FRAMETABLE_BASE + mfn * 16, 16).tobytes()
        state, aux = int.from_bytes(raw[:8], "little"), int.from_bytes(raw[8:], "little")
        flags = [n for b, n in ((47, "sealed"), (42, "pinned"), (48, "allocated"), (43, "hypervisor's")) if state >> b & 1]
        print(f"mfn {mfn:#x}: owner {state >> 49:#x}, kind {KINDS[state >> 44 & 7]}, references of the kind "
              f"{state & 0xFFFFF}, to read {state >> 20 & 0x3FFFFF}, {' '.join(flags) or 'no flags'}, aux {aux:#x}")


Domains()
Vcpus()
RunQueues()
Frame()
