/*
 * The iret hypercall with frames that no processor would take.
 *
 * Checks: code selectors that are null, data, the hypervisor's, out of range; instruction pointers not canonical and in the hypervisor; stack
 *   pointers not canonical; all flags set. Each comes back as an exception or the failsafe callback, or is mended, and the next
 *   system call works.
 */
#include "guest.h"

static u8 user_stack_here[8192] PAGE;

static void user_leaves(u64 value)
{
    user_exit(value);
}

void test_main(void)
{
    u64 stack = (u64)(user_stack_here + sizeof(user_stack_here) - 64), rip = (u64)user_leaves;
    const u64 selectors[] = { 3, 0xe02b, 0xe023, 0xe00b, 0xe013, 0x33, 0xfff3, 0x7, 0xe03b, 0xe043, 0xe053, 0xe063 };
    const u64 pointers[] = { NON_CANONICAL, 0x0000800000000000, HYPERVISOR_PRIVATE, HYPERVISOR_START, ~0UL, 0, 0xffffffff80000000UL - 1 };

    check_eq("good", run_user_frame(rip, stack, 0x202, KERNEL_CS, 1), 1);
    for (u32 i = 0; i < ARRAY_SIZE(selectors); i++) {
        long ret = run_user_frame(rip, stack, 0x202, selectors[i], 77);

        say("TEST %s selector 0x%lx: %ld vector %lu\n", test_name, selectors[i], ret, last_trap.vector);
        check("selector", ret == -1 || ret == 77);
        check_eq("selector_then_good", run_user_frame(rip, stack, 0x202, KERNEL_CS, 2), 2);
    }
    for (u32 i = 0; i < ARRAY_SIZE(pointers); i++) {
        check_eq("rip", run_user_frame(pointers[i], stack, 0x202, KERNEL_CS, 77), -1);
        check("rip_vector", last_trap.vector == 13 || last_trap.vector == 14 || last_trap.vector == ENTRY_FAILSAFE);
        check_eq("rip_then_good", run_user_frame(rip, stack, 0x202, KERNEL_CS, 3), 3);
        long ret = run_user_frame(rip, pointers[i], 0x202, KERNEL_CS, 77);

        check("rsp", ret == -1 || ret == 77);
        check_eq("rsp_then_good", run_user_frame(rip, stack, 0x202, KERNEL_CS, 4), 4);
    }
    for (u32 bit = 0; bit < 64; bit++) {
        if (bit == 8 || bit == 18)
            continue; // trap flag and alignment check do what they say
        long ret = run_user_frame(rip, stack, 0x202 | 1UL << bit, KERNEL_CS, 77);

        check("flag", ret == -1 || ret == 77);
    }
    long ret = run_user_frame(rip, stack, ~(1UL << 8 | 1UL << 18), KERNEL_CS, 77);

    check("flags_all", ret == -1 || ret == 77);
    check_eq("good_at_the_end", run_user_frame(rip, stack, 0x202, KERNEL_CS, 5), 5);
    check("alive", HC(xen_version, XENVER_version, NULL) > 0);
}
