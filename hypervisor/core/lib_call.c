/* SPDX-License-Identifier: MIT */
#include "core/lib_call.h"

#include "arch/cpu.h"
#include "core/fpu.h"
#include "core/log.h"
#include "core/percpu.h"
#include "core/signature.h"

static uint64_t lib_tls[16] SC_BOOT __attribute__((aligned(64))); /* word 5 (+0x28): the canary */

struct lib_machine lib_machine_take(void)
{
    struct lib_machine saved = { rdmsr(MSR_FS_BASE) };
    struct vcpu *owner = this_cpu()->fpu_owner;

    if (owner != NULL)
        fpu_save(owner);
    clts();
    if (lib_tls[5] == 0)
        lib_tls[5] = (rdtsc() * 0x9e3779b97f4a7c15UL) | 1;
    SC_UNSAFE("DEV-22: FS is a library's thread block; nothing of ours uses FS")
    {
        wrmsr(MSR_FS_BASE, (uint64_t)lib_tls);
    }
    return saved;
}

void lib_machine_give(struct lib_machine saved)
{
    wrmsr(MSR_FS_BASE, saved.fs);
    write_cr0(read_cr0() | CR0_TS);
}

int64_t lib_call(enum lib_job job)
{
    struct cpu_top *top = cpu_lib_top_of(this_cpu());
    struct lib_machine saved;
    int64_t rc;

    if (cpu_top()->worker != 0) { /* a worker has what a library needs */
        BUG_ON(job != LIB_SIGNATURE);
        return signature_job();
    }
    saved = lib_machine_take();
    /* Code of ours that the library calls back finds its CPU here too. */
    top->cpu = this_cpu();
    top->current = current_vcpu();
    top->fuel = cpu_top()->fuel;
    SC_UNSAFE("DEV-141: the trampoline calls lib_entry and nothing else, on a stack of its own")
    {
        rc = lib_call_raw(((uint64_t)top & ~0xfUL) - 64, job);
    }
    cpu_top()->fuel = top->fuel;
    lib_machine_give(saved);
    return rc;
}

int64_t lib_entry(enum lib_job job)
{
    return job == LIB_SIGNATURE ? signature_job() : pv_image_job();
}

_Noreturn void lib_panic(const char *what SC_STRING)
{
    panic("library: %s", what);
}
