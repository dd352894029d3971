/*
 * memory_op exchange: frames changed for others, as stock Linux does 265 times when it boots as first domain.
 *
 * Checks: one frame for one, below an address limit; eight frames for one of order 3 that is contiguous and aligned; refusals for
 *   sizes that differ, for a foreign domain, for a frame that is not the domain's, for a non-zero nr_exchanged.
 */
#include "guest.h"

static u8 page[8 * PAGE_SIZE] __attribute__((aligned(32768)));
static xen_pfn_t in[8], out[8];
static struct xen_memory_exchange ex;

static long exchange(u64 nr_in, u32 order_in, u64 nr_out, u32 order_out, u32 flags)
{
    memset(&ex, 0, sizeof(ex));
    set_xen_guest_handle(ex.in.extent_start, in);
    ex.in.nr_extents = nr_in;
    ex.in.extent_order = order_in;
    ex.in.domid = DOMID_SELF;
    set_xen_guest_handle(ex.out.extent_start, out);
    ex.out.nr_extents = nr_out;
    ex.out.extent_order = order_out;
    ex.out.mem_flags = flags;
    ex.out.domid = DOMID_SELF;
    return HC(memory_op, XENMEM_exchange, &ex);
}

void test_main(void)
{
    u64 pfn = ((u64)page - VIRT_BASE) >> 12;

    for (u32 i = 0; i < 8; i++) {
        unmap(page + i * PAGE_SIZE);
        in[i] = mfn_of(page + i * PAGE_SIZE);
        out[i] = pfn + i;
    }
    check_eq("one_for_one", exchange(1, 0, 1, 0, XENMEMF_address_bits(32)), 0);
    check_eq("one_for_one_exchanged", (long)ex.nr_exchanged, 1);
    check("one_for_one_below_4g", out[0] < (1UL << 20));
    check_eq("one_for_one_m2p", (long)m2p()[out[0]], (long)pfn);
    check("old_frame_gone", out[0] == in[0] || va_update(page, (in[0] << 12) | RW_PTE, UVMF_INVLPG) != 0);
    check_eq("new_frame_mapped", va_update(page, (out[0] << 12) | RW_PTE, UVMF_INVLPG), 0);
    unmap(page);
    in[0] = out[0];

    out[0] = pfn;
    check_eq("eight_for_order_3", exchange(8, 0, 1, 3, 0), 0);
    check_eq("eight_for_order_3_exchanged", (long)ex.nr_exchanged, 8);
    check_eq("order_3_aligned", (long)(out[0] & 7), 0);
    bool contiguous = true;
    for (u32 i = 0; i < 8; i++)
        contiguous = contiguous && va_update(page + i * PAGE_SIZE, ((out[0] + i) << 12) | RW_PTE, UVMF_INVLPG) == 0;
    check("order_3_mapped", contiguous);
    page[0] = 1;
    page[8 * PAGE_SIZE - 1] = 2;
    check_eq("order_3_usable", page[0] + page[8 * PAGE_SIZE - 1], 3);
    for (u32 i = 0; i < 8; i++)
        unmap(page + i * PAGE_SIZE);

    in[0] = out[0];
    for (u32 i = 0; i < 8; i++)
        out[i] = pfn + i;
    check_eq("order_3_for_eight", exchange(1, 3, 8, 0, 0), 0);
    check_eq("order_3_for_eight_exchanged", (long)ex.nr_exchanged, 1);

    in[0] = out[0];
    check_eq("sizes_differ", exchange(1, 0, 2, 0, 0), -XEN_EINVAL);
    check_eq("sizes_overflow", exchange(1UL << 60, 4, 1UL << 60, 4, 0) < 0, 1);
    check_eq("order_too_big", exchange(1, 40, 1, 40, 0) < 0, 1);
    in[0] = ~0UL;
    check_eq("frame_nobodys", exchange(1, 0, 1, 0, 0), -XEN_EINVAL);
    check_eq("frame_nobodys_exchanged", (long)ex.nr_exchanged, 0);
    in[0] = m2p()[0] == 0 ? 1 : 0;
    check("frame_not_ours", exchange(1, 0, 1, 0, 0) < 0);
    set_xen_guest_handle(ex.in.extent_start, (xen_pfn_t *)HYPERVISOR_PRIVATE);
    check_eq("bad_in_pointer", HC(memory_op, XENMEM_exchange, &ex), -XEN_EFAULT);
    set_xen_guest_handle(ex.in.extent_start, in);
    ex.nr_exchanged = 5;
    check_eq("nr_exchanged_too_big", HC(memory_op, XENMEM_exchange, &ex), -XEN_EINVAL);
    ex.nr_exchanged = 0;
    ex.in.domid = 1234;
    check("domains_differ", HC(memory_op, XENMEM_exchange, &ex) < 0);
    ex.out.domid = 1234;
    check_eq("stranger", HC(memory_op, XENMEM_exchange, &ex), -XEN_ESRCH);
    check_eq("null", HC(memory_op, XENMEM_exchange, NULL), -XEN_EFAULT);
}
