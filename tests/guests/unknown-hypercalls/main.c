/*
 * Numbers that are no hypercall.
 *
 * Checks: the holes of the table, numbers beyond it and far beyond, 64-bit numbers whose lower half is a good one; hypercalls for other kinds
 *   of guests; registers that a hypercall must not change.
 */
#include "guest.h"

void test_main(void)
{
    const u64 holes[] = { 43, 44, 45, 46, 47, 57, 58, 59, 60, 61, 62, 63 };
    const u64 far[] = { 64, 100, 1000, 0xffff, 0x7fffffff, 0xffffffff };
    u64 rbx = 1, r12 = 2, rbp_kept = 0;

    for (u32 i = 0; i < ARRAY_SIZE(holes); i++)
        check_eq("hole", hypercall_raw(holes[i], 0, 0, 0, 0, 0), -XEN_ENOSYS);
    for (u32 i = 0; i < ARRAY_SIZE(far); i++)
        check_eq("far", hypercall_raw(far[i], 0, 0, 0, 0, 0), -XEN_ENOSYS);
    check_eq("negative", hypercall_raw(~0UL, 0, 0, 0, 0, 0), -XEN_ENOSYS);
    check_eq("hvm_op_unknown", hypercall_raw(34, 999, 0, 0, 0, 0) < 0, 1);
    long ret = __HYPERVISOR_xen_version;
    __asm__ volatile("mov $0x1111, %%rbx; mov $0x2222, %%r12; mov $0x3333, %%r15; xor %%edi, %%edi; xor %%esi, %%esi; syscall;"
                     "mov %%r15, %[rbp]; mov %%rbx, %[rbx]; mov %%r12, %[r12]"
                     : "+a"(ret), [rbx] "=m"(rbx), [r12] "=m"(r12), [rbp] "=m"(rbp_kept)
                     : : "rbx", "r12", "r15", "rdi", "rsi", "rcx", "r11", "memory", "cc");
    check("result", ret > 0);
    check_eq("rbx", (long)rbx, 0x1111);
    check_eq("r12", (long)r12, 0x2222);
    check_eq("r15", (long)rbp_kept, 0x3333);
}
