/*
 * The machine-to-physical table at 0xffff800000000000 can be read by guests and by nobody written.
 *
 * Checks: an entry for each of the guest's frames, reads, writes, executes and locked operations on it, writes through hypercalls that
 *   are given it as an output buffer, writes from user mode.
 */
#include "guest.h"

static void user_write(u64 at)
{
    *(volatile u64 *)at = 1;
    user_exit(5);
}

void test_main(void)
{
    u64 mfn = mfn_of((void *)si->pt_base), *entry = &m2p()[mfn], before = *entry;

    check_eq("read", (long)try_read(entry), NO_TRAP);
    check_eq("value", (long)try_value, (long)(((u64)si->pt_base - VIRT_BASE) >> 12));
    check_eq("write_faults", (long)try_write(entry, 1), 14);
    check_eq("write_cr2", (long)last_trap.cr2, (long)entry);
    check_eq("write_error", (long)last_trap.error & 3, 3);
    check_eq("locked_faults", (long)TRY("lock incq (%[at])", : : [at] "r"(entry) : "memory", "cc"), 14);
    check("execute_faults", try_call(entry) != NO_TRAP);
    check_eq("as_output", HC(xen_version, XENVER_extraversion, entry), -XEN_EFAULT);
    check_eq("as_output_memory_op", HC(memory_op, XENMEM_machphys_mapping, entry), -XEN_EFAULT);
    check("as_output_runstate", HC(vcpu_op, VCPUOP_get_runstate_info, 0, entry) < 0);
    check_eq("unchanged", (long)*entry, (long)before);
    check_eq("user_write", run_user(user_write, (u64)entry), -1);
    check_eq("user_write_faults", (long)last_trap.vector, 14);
    check_eq("unchanged_after", (long)*entry, (long)before);
    check("other_addresses_fault", try_read((void *)(HYPERVISOR_PRIVATE)) == 14);
    check_eq("machphys_update_out_of_range", mmu_update1(0x000ffffffffff000UL | MMU_MACHPHYS_UPDATE, 5) < 0, 1);
    check_eq("machphys_update_foreign", mmu_update1(0x1000UL | MMU_MACHPHYS_UPDATE, 5) < 0, 1);
}
