/*
 * grant_table_op map and unmap, of grants that the domain gives itself.
 *
 * Checks: good maps read the frame, busy bits are set and cleared, read-only grants and maps, bad references, domains, flags and addresses,
 *   grants not given, page-table frames, unmap twice and with a wrong handle or address, batches with a bad one in the middle.
 */
#include "grant.h"

static u64 data[512] PAGE, window[512] PAGE, window2[512] PAGE;
static struct gnttab_map_grant_ref batch[4];

static void check_bad_maps(void)
{
    u32 handle;
    u16 busy = grant(8)->flags;
    const u32 ok = GNTMAP_host_map;

    check_eq("stranger", grant_map(8, window, ok, 1234, &handle), GNTST_bad_domain);
    check_eq("not_given", grant_map(20, window, ok, 0, &handle), GNTST_general_error);
    check_eq("bad_ref", grant_map(100000, window, ok, 0, &handle), GNTST_bad_gntref);
    check_eq("ref_max", grant_map(0xffffffff, window, ok, 0, &handle), GNTST_bad_gntref);
    check_eq("no_flags", grant_map(8, window, 0, 0, &handle), GNTST_bad_gntref);
    check("address_in_hypervisor", grant_map(8, (void *)HYPERVISOR_PRIVATE, ok, 0, &handle) < 0);
    check("address_non_canonical", grant_map(8, (void *)NON_CANONICAL, ok, 0, &handle) < 0);
    check("address_of_hypervisors_slot", grant_map(8, (void *)(HYPERVISOR_PRIVATE & ~(0xffffUL << 48)), ok, 0, &handle) < 0);
    check("address_that_is_another", grant_map(8, (void *)((u64)window & ~(1UL << 63)), ok, 0, &handle) < 0);
    check("address_without_table", grant_map(8, (void *)0x0000700000000000, ok, 0, &handle) < 0);
    check("address_unaligned_pte", grant_map(8, (void *)(entry_maddr(window, 1) + 1), ok | GNTMAP_contains_pte, 0, &handle) < 0);
    check_eq("none_more_busy", grant(8)->flags, busy);
    grant_give(9, ~0UL, 0);
    check("frame_nobodys", grant_map(9, window, ok, 0, &handle) < 0);
    grant_give(9, 1, 0);
    check("frame_of_machine", grant_map(9, window, ok, 0, &handle) < 0);
    grant_give(9, mfn_of((void *)si->pt_base), 0);
    check("page_table_writable", grant_map(9, window, ok, 0, &handle) < 0);
    grant(9)->flags = 0;
    grant_give(10, mfn_of(data), 0);
    grant(10)->domid = 7;
    check("given_to_another", grant_map(10, window, ok, 0, &handle) < 0);
}

void test_main(void)
{
    u32 handle = 0, second = 0;

    grant_setup();
    data[3] = 333;
    grant_give(8, mfn_of(data), 0);
    unmap(window);
    unmap(window2);
    check_eq("map", grant_map(8, window, GNTMAP_host_map, 0, &handle), GNTST_okay);
    check_eq("busy_bits", grant(8)->flags & (GTF_reading | GTF_writing), GTF_reading | GTF_writing);
    check_eq("reads", (long)try_read(&window[3]), NO_TRAP);
    check_eq("reads_value", (long)try_value, 333);
    check_eq("writes", (long)try_write(&window[4], 444), NO_TRAP);
    check_eq("writes_value", (long)data[4], 444);
    check_eq("map_twice", grant_map(8, window2, GNTMAP_host_map | GNTMAP_readonly, 0, &second), GNTST_okay);
    check("handles_differ", handle != second);
    check_eq("read_only_map_faults", (long)try_write(&window2[0], 1), 14);
    check("unmap_wrong_address", grant_unmap(handle, window2) != GNTST_okay);
    check_eq("unmap", grant_unmap(handle, window), GNTST_okay);
    check_eq("unmapped_faults", (long)try_read(window), 14);
    check_eq("busy_for_reading", grant(8)->flags & (GTF_reading | GTF_writing), GTF_reading);
    check("unmap_twice", grant_unmap(handle, window) != GNTST_okay);
    check_eq("unmap_second", grant_unmap(second, window2), GNTST_okay);
    check_eq("not_busy", grant(8)->flags & (GTF_reading | GTF_writing), 0);
    check("unmap_bad_handle", grant_unmap(0xffffffff, window) == GNTST_bad_handle);
    check("unmap_unused_handle", grant_unmap(1000, window) == GNTST_bad_handle);

    grant_give(8, mfn_of(data), GTF_readonly);
    check("read_only_grant_writable_map", grant_map(8, window, GNTMAP_host_map, 0, &handle) < 0);
    check_eq("read_only_grant", grant_map(8, window, GNTMAP_host_map | GNTMAP_readonly, 0, &handle), GNTST_okay);
    check_eq("read_only_grant_faults", (long)try_write(window, 1), 14);
    check_eq("cannot_be_made_writable", va_update(window, (mfn_of(data) << 12) | RO_PTE, UVMF_INVLPG), 0);
    check_eq("read_only_grant_unmap", grant_unmap(handle, window), 0);
    unmap(window);
    // A mapping that the guest takes away itself: the handle stays, and the busy bits with it.
    grant_give(11, mfn_of(data), 0);
    check_eq("map_to_lose", grant_map(11, window, GNTMAP_host_map, 0, &handle), GNTST_okay);
    unmap(window);
    check("lost_unmap", grant_unmap(handle, window) != GNTST_okay);

    grant_give(8, mfn_of(data), 0);
    check_bad_maps();
    check_eq("by_pte_address", grant_map(8, (void *)entry_maddr(window, 1), GNTMAP_host_map | GNTMAP_contains_pte, 0, &handle), GNTST_okay);
    check_eq("by_pte_reads", (long)try_read(&window[3]), NO_TRAP);
    check_eq("by_pte_unmap", grant_unmap(handle, (void *)entry_maddr(window, 1)), GNTST_okay);

    for (u32 i = 0; i < 4; i++)
        batch[i] = (struct gnttab_map_grant_ref){ .host_addr = (u64)(i == 0 ? window : window2), .flags = GNTMAP_host_map,
                                                  .ref = i == 1 ? 100000 : 8, .dom = 0 };
    check_eq("batch", grant_op(GNTTABOP_map_grant_ref, batch, 3), 0);
    check("batch_statuses", batch[0].status == 0 && batch[1].status == GNTST_bad_gntref && batch[2].status == 0);
    check_eq("batch_unmap", grant_unmap(batch[0].handle, window) | grant_unmap(batch[2].handle, window2), 0);
    // After the end of the grant the frame can become a page table.
    grant(8)->flags = 0;
    check_eq("unmap_window_ro", va_update(data, (mfn_of(data) << 12) | RO_PTE, UVMF_INVLPG), 0);
    check("alive", HC(xen_version, XENVER_version, NULL) > 0);
}
