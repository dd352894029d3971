/*
 * multicall: many hypercalls in one.
 *
 * Checks: results of each entry, order, an entry that fails does not stop the rest, unknown numbers, a multicall within a multicall, iret within one,
 *   lists at bad addresses and across an unmapped page, enormous counts, events sent within are delivered afterwards.
 */
#include "guest.h"

static multicall_entry_t list[64] PAGE;
static u8 spare[2 * PAGE_SIZE] PAGE;
static volatile u64 page[512] PAGE;

static void set(u32 i, u64 op, u64 a, u64 b, u64 c)
{
    memset(&list[i], 0, sizeof(list[i]));
    list[i].op = op;
    list[i].args[0] = a;
    list[i].args[1] = b;
    list[i].args[2] = c;
    list[i].result = 0x5555;
}

void test_main(void)
{
    long version = HC(xen_version, XENVER_version, NULL);
    u64 frame = mfn_of((void *)page);
    u32 right = 0;

    for (u32 i = 0; i < 64; i++)
        set(i, __HYPERVISOR_xen_version, XENVER_version, 0, 0);
    check_eq("many", HC(multicall, list, 64), 0);
    for (u32 i = 0; i < 64; i++)
        right += (long)list[i].result == version;
    check_eq("many_results", (long)right, 64);
    check_eq("none", HC(multicall, list, 0), 0);

    set(0, __HYPERVISOR_xen_version, 99, 0, 0);
    set(1, 62, 0, 0, 0);
    set(2, ~0UL, 0, 0, 0);
    set(3, __HYPERVISOR_xen_version, XENVER_pagesize, 0, 0);
    check_eq("with_failures", HC(multicall, list, 4), 0);
    check_eq("failure_result", (long)list[0].result, -XEN_ENOSYS);
    check_eq("unknown_result", (long)list[1].result, -XEN_ENOSYS);
    check_eq("far_unknown_result", (long)list[2].result, -XEN_ENOSYS);
    check_eq("goes_on", (long)list[3].result, 4096);

    set(0, __HYPERVISOR_update_va_mapping, (u64)page, (frame << 12) | RO_PTE, UVMF_INVLPG);
    set(1, __HYPERVISOR_update_va_mapping, (u64)page, (frame << 12) | RW_PTE, UVMF_INVLPG);
    check_eq("in_order", HC(multicall, list, 2), 0);
    check_eq("in_order_result", (long)try_write(page, 1), NO_TRAP);

    set(0, __HYPERVISOR_multicall, (u64)&list[8], 1, 0);
    set(8, __HYPERVISOR_xen_version, XENVER_pagesize, 0, 0);
    check_eq("nested", HC(multicall, list, 1), 0);
    check_eq("nested_refused", (long)list[0].result, -XEN_EINVAL);

    u32 port = bind_ipi(0);
    struct evtchn_send send = { port };
    events_enable();
    set(0, __HYPERVISOR_event_channel_op, EVTCHNOP_send, (u64)&send, 0);
    set(1, __HYPERVISOR_xen_version, XENVER_version, 0, 0);
    check_eq("event_within", HC(multicall, list, 2), 0);
    check_eq("event_delivered", (long)event_count[port], 1);

    check_eq("bad_list", HC(multicall, HYPERVISOR_PRIVATE, 1), -XEN_EFAULT);
    check_eq("null_list", HC(multicall, NULL, 1), -XEN_EFAULT);
    check_eq("non_canonical_list", HC(multicall, NON_CANONICAL, 1), -XEN_EFAULT);
    check("count_max", HC(multicall, NON_CANONICAL, 0xffffffff) < 0);
    unmap(spare + PAGE_SIZE);
    multicall_entry_t *edge = (multicall_entry_t *)(spare + PAGE_SIZE) - 2;
    for (u32 i = 0; i < 2; i++) {
        memset(&edge[i], 0, sizeof(edge[i]));
        edge[i].op = __HYPERVISOR_xen_version;
    }
    check_eq("runs_off", HC(multicall, edge, 3), -XEN_EFAULT);
    check_eq("runs_off_did_the_first", (long)edge[0].result, version);
    map_ro(list);
    check_eq("read_only_list", HC(multicall, list, 1), -XEN_EFAULT);
    map_rw(list);
    check("alive", HC(xen_version, XENVER_version, NULL) > 0);
}
