/*
 * set_debugreg and get_debugreg, and breakpoints that work.
 *
 * Checks: values read back, DR6 and DR7 reserved bits, addresses in the hypervisor are refused, general detect and I/O breakpoints are
 *   refused; a write watchpoint, an execution breakpoint and single step deliver #DB with DR6; mov to and from debug registers.
 */
#include "guest.h"

static volatile u64 watched;

static u64 get(u32 reg)
{
    return (u64)HC(get_debugreg, reg);
}

void test_main(void)
{
    for (u32 reg = 0; reg < 4; reg++) {
        check_eq("set_address", HC(set_debugreg, reg, (u64)&watched + reg * 8), 0);
        check_eq("get_address", (long)get(reg), (long)((u64)&watched + reg * 8));
        check("address_in_hypervisor", HC(set_debugreg, reg, HYPERVISOR_PRIVATE) < 0);
        check("address_non_canonical", HC(set_debugreg, reg, NON_CANONICAL) < 0);
    }
    check_eq("dr6_set", HC(set_debugreg, 6, 0), 0);
    check_eq("dr6_reserved_ones", (long)(get(6) & 0xffff0ff0), 0xffff0ff0);
    check_either("dr7_upper_half", HC(set_debugreg, 7, 1UL << 40), -XEN_EINVAL, -XEN_EPERM);
    check("dr7_upper_half_not_kept", (get(7) >> 32) == 0);
    check_eq("dr7_off", HC(set_debugreg, 7, 0x400), 0);
    HC(set_debugreg, 7, 0x2000 | 0x400);
    check("dr7_general_detect_not_kept", (get(7) & 0x2000) == 0);
    check_eq("dr7_io", HC(set_debugreg, 7, 0x400 | 2UL << 16 | 1), -XEN_EPERM);
    HC(set_debugreg, 7, 0x400);
    check_eq("dr4", HC(set_debugreg, 4, 0), 0);
    check_eq("dr8", HC(set_debugreg, 8, 0), -XEN_ENODEV);
    check_eq("get_dr8", HC(get_debugreg, 8), -XEN_ENODEV);
    check_eq("get_dr_max", HC(get_debugreg, 0xffffffff), -XEN_ENODEV);

    HC(set_debugreg, 0, &watched);
    check_eq("watch_set", HC(set_debugreg, 7, 0x400 | 1 | 1UL << 16 | 3UL << 18), 0);
    check_eq("watch_hits", (long)TRY("movq $5, %[at]", : [at] "=m"(watched) : : "memory"), 1);
    check_eq("watch_dr6", (long)(get(6) & 0xf), 1);
    check_eq("watch_done_the_write", (long)watched, 5);
    HC(set_debugreg, 6, 0);
    check_eq("watch_off", HC(set_debugreg, 7, 0x400), 0);
    check_eq("watch_off_quiet", (long)TRY("movq $6, %[at]", : [at] "=m"(watched) : : "memory"), NO_TRAP);
    check_eq("single_step", (long)TRY("pushfq; orq $0x100, (%%rsp); popfq; nop; nop", : : : "memory", "cc"), 1);
    check_eq("single_step_dr6", (long)(get(6) & 0x4000), 0x4000);
    HC(set_debugreg, 6, 0);

    u64 value = 0;

    check_eq("mov_to_dr", (long)TRY("mov %[value], %%dr1", : : [value] "r"(&watched) : "memory"), NO_TRAP);
    check_eq("mov_from_dr", (long)TRY("mov %%dr1, %[value]", : [value] "=r"(value) : : "memory"), NO_TRAP);
    check_eq("mov_value", (long)value, (long)&watched);
    check("mov_hypervisor_address", TRY("mov %[value], %%dr1", : : [value] "r"(HYPERVISOR_PRIVATE) : "memory") != NO_TRAP);
}
