/*
 * Modules are loaded, listed, shown and unloaded by module_op; bad ones are refused and change nothing.
 *
 * Checks: those that came with the hypervisor serve; a scheduler loaded at run time takes the port and gives it back; event channels and grant tables
 *   of the same version take over what is there, and work; a name that is taken, a flipped bit, a cut file, no signature, bytes behind the
 *   trailer, bad pointers, sizes, names, commands, a module that came with the hypervisor to be unloaded: each with its error, and as many modules as before.
 * Expect: on Xen the call is not there.
 */
#include "module.h"

MODULE_FILE(rr, "sched_rr.sho");
MODULE_FILE(events, "evtchn.sho");
MODULE_FILE(grants, "gnttab.sho");
MODULE_FILE(timers, "timer.sho");
struct sh_module_op module_op;
static u8 file[0x40000] PAGE;
static char text[65536];

static u64 file_of(const u8 *from, const u8 *end)
{
    memcpy(file, from, (u64)(end - from));
    return (u64)(end - from);
}

// A file that is wrong in one byte.
static long load_flipped(u64 at)
{
    u64 nr = file_of(rr, rr_end);

    file[at] ^= 1;
    return module_call(SH_MODULE_LOAD, "bad", file, nr);
}

static void refused(void)
{
    u32 before = modules_count();
    u64 nr = (u64)(rr_end - rr), refusals = 0;

    for (u64 at = 0; at < nr; at += nr / 40)
        refusals += load_flipped(at) == -129 && module_op.problem[0] != 0;
    check_range("flipped_bits_refused", refusals, 40, 41);
    check_eq("flipped_signature", load_flipped(nr - 1), -129);
    file_of(rr, rr_end);
    check_eq("cut", module_call(SH_MODULE_LOAD, "bad", file, nr - 8), -129);
    check_eq("bytes_behind", module_call(SH_MODULE_LOAD, "bad", file, nr + 8), -129);
    check_eq("no_signature", module_call(SH_MODULE_LOAD, "bad", file, nr - 112), -129);
    check_eq("nothing", module_call(SH_MODULE_LOAD, "bad", file, 0), -XEN_EINVAL);
    check_eq("too_large", module_call(SH_MODULE_LOAD, "bad", file, 0x400001), -XEN_EINVAL);
    check_eq("bad_pointer", module_call(SH_MODULE_LOAD, "bad", (void *)0x1000, nr), -XEN_EFAULT);
    check_eq("hypervisor_pointer", module_call(SH_MODULE_LOAD, "bad", (void *)0xffff808000200000, nr), -XEN_EFAULT);
    check_eq("name_taken", module_load("evtchn", events, events_end), -XEN_EEXIST);
    check_eq("no_such_command", module_call(99, "", NULL, 0), -XEN_ENOSYS);
    check_eq("unload_nothing", module_unload("nothing"), -XEN_ENOENT);
    check_eq("unload_what_came", module_unload("evtchn"), -XEN_EBUSY);
    check_eq("show_nothing", module_call(SH_MODULE_SHOW, "nothing", text, sizeof(text)), -XEN_ENOENT);
    check_eq("bad_op", hypercall(SH_MODULE_OP, 0x1000, 0, 0, 0, 0), -XEN_EFAULT);
    check_eq("as_many_as_before", modules_count(), before);
}

static void loads(const char *name, const u8 *from, const u8 *end, const char *replaced)
{
    check_eq("load", module_load(name, from, end), 0);
    check_eq("serves", module_state(name), SH_MODULE_APPLIED);
    say("TEST %s %s: text %lu bytes at %lx, CPUs waited %lu ns\n", test_name, name, module_op.info.text_bytes, module_op.info.text_address,
        module_op.info.swap_ns);
    check_eq("is_replaced", module_state(replaced), SH_MODULE_REPLACED);
}

static void events_work(void)
{
    u32 port = bind_ipi(0);

    u32 from = event_count[port];

    for (u32 i = 0; i < 100; i++) {
        evtchn_send(port);
        wait_for(&event_count[port], from + i, 1000000000);
    }
    check_eq("events_work", event_count[port] - from, 100);
    evtchn_close(port);
}

static void other_scheduler(void)
{
    loads("other", rr, rr_end, "sched_fair");
    for (u32 i = 0; i < 100; i++)
        yield();
    check_eq("unload", module_unload("other"), 0);
    check_eq("is_gone", module_state("other"), 0);
    check_eq("fair_serves", module_state("sched_fair"), SH_MODULE_BOOT);
}

void test_main(void)
{
    u32 count = modules_count();
    u64 nr;

    if (on_xen()) {
        check_eq("no_such_call", module_info(0), -XEN_ENOSYS);
        return;
    }
    check_range("came_with_it", count, 12, 40);
    check_eq("evtchn_serves", module_state("evtchn"), SH_MODULE_BOOT);
    check_eq("show", module_call(SH_MODULE_SHOW, "evtchn", text, sizeof(text)), 0);
    nr = module_op.size;
    check("certificate", nr > 20 && nr < sizeof(text) && strstr(text, "\"module\": \"evtchn\"") != NULL);
    refused();
    other_scheduler();
    loads("events2", events, events_end, "evtchn");
    events_work();
    loads("grants2", grants, grants_end, "gnttab");
    loads("timers2", timers, timers_end, "timer");
    events_work();
    check_eq("unload_grants", module_unload("grants2"), 0);
    check_eq("unload_events", module_unload("events2"), 0);
    events_work();
    check_eq("unload_timers", module_unload("timers2"), 0);
    check_eq("replace", module_call(SH_MODULE_REPLACE, "other", rr, (u64)(rr_end - rr)), 0);
    check_eq("replace_again", module_call(SH_MODULE_REPLACE, "another", rr, (u64)(rr_end - rr)), 0);
    check_eq("the_first_is_gone", module_state("other"), 0);
    check_eq("unload_another", module_unload("another"), 0);
    check_eq("as_at_first", modules_count(), count);
}
