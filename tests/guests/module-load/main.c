/*
 * How long a module of 64 KiB takes from its upload to its first call, and what others see of it.
 *
 * Checks: under counted instructions, upload, signature, linking and the change of hands end within 50 ms; meanwhile another vcpu of the same CPU
 *   never waits longer than a turn of the scheduler; of two vcpus that load at once one is told that the other is at it. rounds= times (10) a
 *   module is loaded and unloaded, and every tenth time a scheduler: no frame and no place is lost.
 * Run: vcpus=2 smp=1 timeout=60 icount=1 args=rounds=10
 */
#include "ctl.h"
#include "module.h"
#include "smp.h"

MODULE_FILE(large, "../test-modules/large_hook.sho");
MODULE_FILE(hook, "../test-modules/trap_hook.sho");
MODULE_FILE(rr, "sched_rr.sho");
struct sh_module_op module_op;
static struct sh_module_op other_op;
static volatile u32 stop, started, busy_seen;
static volatile u64 longest;

// Runs all the while and looks how long it did not.
static void look_on(u32 vcpu)
{
    u64 last = time_ns(vcpu);

    started = 1;
    while (stop == 0) {
        u64 now = time_ns(vcpu);

        if (now - last > longest)
            longest = now - last;
        last = now;
        // Another operation while one is under way.
        if ((now >> 20 & 3) == 0) {
            memset(&other_op, 0, sizeof(other_op));
            other_op.cmd = SH_MODULE_LOAD;
            other_op.version = SH_MODULE_OP_VERSION;
            busy_seen += hypercall(SH_MODULE_OP, (u64)&other_op, 0, 0, 0, 0) == -XEN_EBUSY;
        }
    }
    started = 2;
    for (;;)
        block();
}

static void rounds(u32 count)
{
    u64 frames = ctl_free_pages();
    u32 modules = modules_count(), bad = 0;

    for (u32 i = 0; i < count; i++) {
        bool scheduler = i % 10 == 9;

        bad += module_load("round", scheduler ? rr : hook, scheduler ? rr_end : hook_end) != 0;
        bad += module_unload("round") != 0;
    }
    check_eq("rounds", bad, 0);
    check_eq("frames_as_before", ctl_free_pages(), frames);
    check_eq("modules_as_before", modules_count(), modules);
    say("TEST %s %u rounds, %lu frames free before and after\n", test_name, count, frames);
}

void test_main(void)
{
    u64 from, took = 0, alone;

    check_range("file_bytes", (u64)(large_end - large), 65536, 70000);
    from = time_ns(0);
    check_eq("load", module_load("alone", large, large_end), 0);
    alone = time_ns(0) - from;
    check_range("upload_to_active_ns", alone, 1, 50000000);
    check_eq("unload", module_unload("alone"), 0);
    rounds((u32)argument("rounds", 10));
    smp_start(2, look_on);
    smp_wait(&started, 1, "the other to begin");
    longest = 0;
    for (u32 i = 0; i < 5; i++) {
        from = time_ns(0);
        check_eq("load_beside_another", module_load("beside", large, large_end), 0);
        took = time_ns(0) - from > took ? time_ns(0) - from : took;
        check_eq("unload_beside_another", module_unload("beside"), 0);
    }
    stop = 1;
    smp_wait(&started, 2, "the other to end");
    check_range("longest_wait_ns", longest, 1, 12000000);
    check_range("busy_seen", busy_seen, 1, ~0u);
    say("TEST %s upload to active %lu ns, beside another vcpu %lu ns; that one waited %lu ns at most\n", test_name, alone, took, longest);
}
