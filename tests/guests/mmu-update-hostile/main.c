/*
 * mmu_update with hostile arguments.
 *
 * Checks: request lists at bad addresses, unaligned and out-of-range machine addresses, frames that are no page
 *   table, foreign domains, enormous counts; nothing changes and the hypervisor lives.
 */
#include "guest.h"

static u64 page[512] PAGE;
static mmu_update_t request;

void test_main(void)
{
    u64 at = entry_maddr(page, 1), pte = (mfn_of(page) << 12) | RW_PTE;
    const u64 bad_lists[] = { 0, NON_CANONICAL, HYPERVISOR_START, HYPERVISOR_PRIVATE, HYPERVISOR_END, HYPERVISOR_END - 8, ~0UL,
                              ~0UL - 7, 0x00007ffffffffff8 };
    const u64 bad_frames[] = { HC(memory_op, XENMEM_maximum_ram_page, NULL) + 1, 1UL << 40, 0xfffffffffffffUL, 0, 0xfee00, 0xa0 };

    for (u32 i = 0; i < ARRAY_SIZE(bad_lists); i++) {
        check("list_bad", HC(mmu_update, bad_lists[i], 1, NULL, DOMID_SELF) < 0);
        check("list_bad_long", HC(mmu_update, bad_lists[i], 0x7fffffff, NULL, DOMID_SELF) < 0);
    }
    request = (mmu_update_t){ at, pte };
    check_eq("good", HC(mmu_update, &request, 1, NULL, DOMID_SELF), 0);
    u64 bad_done = HYPERVISOR_PRIVATE;
    HC(mmu_update, &request, 1, bad_done, DOMID_SELF); // how it went is nowhere to be written, whatever it answers
    check("done_in_hypervisor", HC(xen_version, XENVER_version, NULL) > 0);
    check("unaligned", mmu_update1(at | 4, pte) < 0);
    for (u32 i = 0; i < ARRAY_SIZE(bad_frames); i++) {
        check("frame_bad", mmu_update1(bad_frames[i] << 12, pte) < 0);
        check("frame_bad_machphys", mmu_update1((bad_frames[i] << 12) | MMU_MACHPHYS_UPDATE, 1) < 0);
    }
    for (u32 domid = 1; domid < 0x8000; domid = domid * 5 + 3)
        check("foreign_domain", mmu_update_dom(at, pte, domid) < 0);
    check_eq("domid_io", mmu_update_dom(at, (0xfec00UL << 12) | RW_PTE | PTE_PCD, DOMID_IO), 0);
    check("domid_xen", mmu_update_dom(at, pte, DOMID_XEN) < 0);
    check("domid_cow", mmu_update_dom(at, pte, DOMID_COW) < 0);
    check("domid_invalid", mmu_update_dom(at, pte, DOMID_INVALID) < 0);
    check("two_foreign_domains", mmu_update_dom(at, pte, 0x12340001) < 0);
    request = (mmu_update_t){ at, pte };
    // The count is 31 bits and a flag for continuation; the list ends where the guest's memory does.
    check("count_0x7fffffff", HC(mmu_update, (u64)&request & ~0xfUL, 0x7fffffff, NULL, DOMID_SELF) < 0);
    check_eq("count_0xffffffff", HC(mmu_update, 0, 0xffffffff, NULL, DOMID_SELF), -XEN_EFAULT);
    check("still_alive", HC(xen_version, XENVER_version, NULL) > 0);
    check_eq("good_after", mmu_update1(at, pte), 0);
    page[0] = 4;
    check_eq("page_works", (long)page[0], 4);
}
