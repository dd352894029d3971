/*
 * What a PV guest finds when it starts.
 *
 * Checks: magic, flags of the first domain, sizes, the pseudo-physical list and the machine-to-physical table invert each other for
 *   every page, the boot page tables are read-only, pinned and map the whole kernel, the module is where start_info says,
 *   the shared page starts with events masked.
 */
#include "guest.h"

void test_main(void)
{
    u64 *list = (u64 *)si->mfn_list;
    u64 wrong = 0;

    check("magic", memcmp(si->magic, "xen-3.0-x86_64", 14) == 0);
    check("first_domain", (si->flags & SIF_INITDOMAIN) != 0);
    check("privileged", (si->flags & SIF_PRIVILEGED) != 0);
    check_range("pages", si->nr_pages, (60UL << 20) >> 12, (64UL << 20) >> 12);
    check_eq("shared_info_aligned", (long)(si->shared_info & 0xfff), 0);
    for (u64 pfn = 0; pfn < si->nr_pages; pfn++)
        wrong += m2p()[list[pfn]] != pfn;
    check_eq("p2m_and_m2p_agree", (long)wrong, 0);
    check_eq("page_table_aligned", (long)(si->pt_base & 0xfff), 0);
    check_range("page_table_frames", si->nr_pt_frames, 4, 200);

    u64 writable = 0;

    for (u64 i = 0; i < si->nr_pt_frames; i++)
        writable += (*entry_of((void *)(si->pt_base + i * PAGE_SIZE), 1) & PTE_RW) != 0;
    check_eq("page_tables_read_only", (long)writable, 0);
    check("page_table_not_writable", try_write((void *)si->pt_base, 0) != NO_TRAP);
    check("start_info_aligned", ((u64)si & 0xfff) == 0);
    check_eq("command_line_ends", si->cmd_line[MAX_GUEST_CMDLINE - 1], 0);
    check_eq("no_module", (long)si->mod_len, 0);
    check("events_start_masked", shared->vcpu_info[0].evtchn_upcall_mask == 1);
    check("time_is_valid", (shared->vcpu_info[0].time.version & 1) == 0 && shared->vcpu_info[0].time.tsc_to_system_mul != 0);
    check("m2p_of_shared_page", shared->vcpu_info[0].evtchn_upcall_pending <= 1);
    check_eq("rest_of_initial_mapping", (long)try_read((void *)(((u64)si->pt_base + si->nr_pt_frames * PAGE_SIZE))), NO_TRAP);
    check_eq("kernel_rip_in_kernel_half", (long)((u64)&test_main >= VIRT_BASE), 1);

    u16 cs, ss;

    __asm__ volatile("mov %%cs, %0; mov %%ss, %1" : "=r"(cs), "=r"(ss));
    check_eq("cs_ring_3", cs & 3, 3);
    check_eq("ss_ring_3", ss & 3, 3);
}
