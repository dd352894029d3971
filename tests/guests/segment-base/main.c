/*
 * set_segment_base: FS, GS of user and kernel mode, the user GS selector.
 *
 * Checks: memory is reached through the new base, hypervisor and non-canonical bases are refused or harmless, bad selectors fall to 0, unknown
 *   numbers are refused; the MSRs FS_BASE and KERNEL_GS_BASE mean the same.
 */
#include "guest.h"

static u64 data[8] = { 11, 22, 33, 44, 55, 66, 77, 88 };

static u64 read_fs(void)
{
    u64 value;

    __asm__ volatile("movq %%fs:8, %[value]" : [value] "=r"(value) : : "memory");
    return value;
}

static u64 read_gs(void)
{
    u64 value;

    __asm__ volatile("movq %%gs:8, %[value]" : [value] "=r"(value) : : "memory");
    return value;
}

void test_main(void)
{
    check_eq("fs", HC(set_segment_base, SEGBASE_FS, &data[0]), 0);
    check_eq("fs_reads", (long)read_fs(), 22);
    check_eq("fs_moved", HC(set_segment_base, SEGBASE_FS, &data[4]), 0);
    check_eq("fs_moved_reads", (long)read_fs(), 66);
    check_eq("gs_kernel", HC(set_segment_base, SEGBASE_GS_KERNEL, &data[2]), 0);
    check_eq("gs_kernel_reads", (long)read_gs(), 44);
    check_eq("gs_user", HC(set_segment_base, SEGBASE_GS_USER, &data[3]), 0);
    check_eq("gs_user_not_kernels", (long)read_gs(), 44);
    check_eq("gs_user_sel_0", HC(set_segment_base, SEGBASE_GS_USER_SEL, 0), 0);
    check_eq("gs_user_sel_bad", HC(set_segment_base, SEGBASE_GS_USER_SEL, 0x1234), 0);
    check_eq("gs_kernel_after", (long)read_gs(), 44);
    for (u32 which = SEGBASE_FS; which <= SEGBASE_GS_KERNEL; which++) {
        check_eq("non_canonical", HC(set_segment_base, which, NON_CANONICAL), -XEN_EINVAL);
        check_eq("hypervisor", HC(set_segment_base, which, HYPERVISOR_PRIVATE), 0);
    }
    HC(set_segment_base, SEGBASE_FS, HYPERVISOR_PRIVATE);
    check("hypervisor_base_reads_nothing", TRY("movq %%fs:8, %%rax", : : : "rax", "memory") != NO_TRAP);
    check_eq("unknown", HC(set_segment_base, 4, 0), -XEN_EINVAL);
    check_eq("unknown_max", HC(set_segment_base, 0xffffffff, 0), -XEN_EINVAL);

    u64 base = (u64)&data[1];
    u32 low = 0, high = 0;

    check_eq("wrmsr_fs_base",
             (long)TRY("wrmsr", : : "c"(0xc0000100), "a"((u32)base), "d"((u32)(base >> 32)) : "memory"), NO_TRAP);
    check_eq("wrmsr_fs_base_reads", (long)read_fs(), 33);
    check_eq("rdmsr_fs_base", (long)TRY("rdmsr", : "=a"(low), "=d"(high) : "c"(0xc0000100) : "memory"), NO_TRAP);
    check_eq("rdmsr_fs_base_value", (long)(low | (u64)high << 32), (long)base);
    check("wrmsr_non_canonical", TRY("wrmsr", : : "c"(0xc0000100), "a"(0), "d"(0x80000000) : "memory") != NO_TRAP);
}
