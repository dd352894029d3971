/*
 * set_trap_table: which exceptions the guest handles, where, and how.
 *
 * Checks: an entry added and replaced, NULL empties the table, lists end at address 0, bad pointers, selectors and addresses in the
 *   hypervisor; a flag that masks events during the handler.
 */
#include "guest.h"

extern u64 entry_of_vector[21];
static volatile u32 hits;
static volatile u8 mask_in_handler;

static bool count_ud(struct regs *regs)
{
    if (regs->vector != 6)
        return false;
    hits++;
    mask_in_handler = shared->vcpu_info[0].evtchn_upcall_mask;
    regs->rip += 2;
    return true;
}

static long set(u8 vector, u8 flags, u16 cs, u64 address)
{
    trap_info_t table[2] = { { vector, flags, cs, address }, { 0, 0, 0, 0 } };

    return HC(set_trap_table, table);
}

void test_main(void)
{
    trap_hook = count_ud;
    __asm__ volatile("ud2" : : : "memory");
    check_eq("installed", (long)hits, 1);
    events_enable();
    check_eq("set_with_mask", set(6, 4, KERNEL_CS, entry_of_vector[6]), 0);
    __asm__ volatile("ud2" : : : "memory");
    check_eq("set_with_mask_runs", (long)hits, 2);
    check_eq("masks_events", mask_in_handler, 1);
    check_eq("unmasked_after", shared->vcpu_info[0].evtchn_upcall_mask, 0);
    check_eq("set_without_mask", set(6, 0, KERNEL_CS, entry_of_vector[6]), 0);
    __asm__ volatile("ud2" : : : "memory");
    check_eq("does_not_mask", mask_in_handler, 0);
    check_eq("set_dpl3", set(3, 3, KERNEL_CS, entry_of_vector[3]), 0);
    check_eq("int3", (long)TRY("int3", : : : "memory"), 3);

    check_eq("bad_pointer", HC(set_trap_table, HYPERVISOR_PRIVATE), -XEN_EFAULT);
    check_eq("non_canonical_pointer", HC(set_trap_table, NON_CANONICAL), -XEN_EFAULT);
    set(6, 0, KERNEL_CS, HYPERVISOR_PRIVATE); // refused or not: it must not be kept, or must do no harm
    set(6, 0, KERNEL_CS, entry_of_vector[6]);
    check_eq("ring_0_selector", set(6, 0, 0xe008, entry_of_vector[6]), 0);
    __asm__ volatile("ud2" : : : "memory");
    check_eq("ring_0_selector_is_mended", (long)hits, 4);
    check_eq("restored", set(6, 0, KERNEL_CS, entry_of_vector[6]), 0);
    __asm__ volatile("ud2" : : : "memory");
    check_eq("restored_runs", (long)hits, 5);

    check_eq("empty", HC(set_trap_table, NULL), 0);
    traps_install();
    __asm__ volatile("ud2" : : : "memory");
    check_eq("installed_again", (long)hits, 6);
    check_eq("every_vector", set(255, 0, KERNEL_CS, entry_of_vector[6]), 0);
}
