/*
 * The FIFO ABI with a hostile guest: bad frames, and queues and words that the guest overwrites.
 *
 * Checks: control blocks across a page end, unaligned, on page tables, on nobody's frame; arrays likewise; links to oneself, to ports that do not
 *   exist, LINKED without a queue, BUSY left set; sends still come back and the hypervisor lives.
 */
#include "guest.h"

static u8 control_page[PAGE_SIZE] PAGE;
static volatile u32 array[1024] PAGE;

static long init(u64 mfn, u32 offset, u32 vcpu)
{
    struct evtchn_init_control control = { mfn, offset, vcpu, 0, { 0 } };

    return evtchn_op(EVTCHNOP_init_control, &control);
}

static long expand(u64 mfn)
{
    struct evtchn_expand_array array_op = { mfn };

    return evtchn_op(EVTCHNOP_expand_array, &array_op);
}

static void ignore(u32 vcpu)
{
    shared->vcpu_info[vcpu].evtchn_upcall_pending = 0;
}

void test_main(void)
{
    struct evtchn_bind_ipi a = { 0, 0 }, b = { 0, 0 };
    struct evtchn_fifo_control_block *control = (void *)control_page;
    u64 seed = 99;

    events_disable();
    upcall_hook = ignore;
    check_eq("offset_at_end", init(mfn_of(control_page), PAGE_SIZE - 8, 0), -XEN_EINVAL);
    check_eq("offset_far", init(mfn_of(control_page), 0xfffffff8, 0), -XEN_EINVAL);
    check_eq("offset_unaligned", init(mfn_of(control_page), 4, 0), -XEN_EINVAL);
    check_eq("absent_vcpu", init(mfn_of(control_page), 0, 55), -XEN_ENOENT);
    check("control_nobodys", init(~0UL, 0, 0) < 0);
    check("control_of_machine", init(1, 0, 0) < 0);
    check("control_page_table", init(mfn_of((void *)si->pt_base), 0, 0) < 0);
    check_eq("good", init(mfn_of(control_page), 64, 0), 0);
    control = (void *)(control_page + 64);
    check("again", init(mfn_of(control_page), 64, 0) < 0);
    check("array_nobodys", expand(~0UL) < 0);
    check("array_page_table", expand(mfn_of((void *)si->pt_base)) < 0);
    check_eq("array", expand(mfn_of((void *)array)), 0);
    evtchn_op(EVTCHNOP_bind_ipi, &a);
    evtchn_op(EVTCHNOP_bind_ipi, &b);
    array[a.port] = array[b.port] = 0;

    // A queue whose tail points to itself, or to nowhere.
    check_eq("send_a", evtchn_send(a.port), 0);
    array[a.port] = 1u << EVTCHN_FIFO_LINKED | a.port;
    check_eq("send_b_self_link", evtchn_send(b.port), 0);
    array[a.port] = 1u << EVTCHN_FIFO_LINKED | 0x1ffff;
    array[b.port] = 0;
    check_eq("send_b_far_link", evtchn_send(b.port), 0);
    array[b.port] = 1u << EVTCHN_FIFO_LINKED | 1u << EVTCHN_FIFO_BUSY;
    check_eq("send_b_busy", evtchn_send(b.port), 0);
    for (u32 i = 0; i < 3000; i++) {
        seed = seed * 6364136223846793005UL + 1442695040888963407UL;
        array[a.port] = (u32)(seed >> 32);
        array[b.port] = (u32)(seed >> 12);
        array[(seed >> 40) % 1024] = (u32)(seed >> 20);
        control->ready = (u32)(seed >> 16);
        control->head[seed >> 60] = (u32)(seed >> 24);
        evtchn_send(i % 2 != 0 ? a.port : b.port);
        if (i % 64 == 0) {
            struct evtchn_unmask unmask = { a.port };
            struct evtchn_set_priority set = { b.port, (u32)(seed >> 59) & 15 };
            evtchn_op(EVTCHNOP_unmask, &unmask);
            evtchn_op(EVTCHNOP_set_priority, &set);
        }
    }
    check("alive", HC(xen_version, XENVER_version, NULL) > 0);
    check_eq("close", evtchn_close(a.port) | evtchn_close(b.port), 0);
}
