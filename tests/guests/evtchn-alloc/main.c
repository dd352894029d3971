/*
 * event_channel_op: ports come and go.
 *
 * Checks: alloc_unbound for oneself and others, ports are distinct and reused after close, close of bad ports and twice, exhaustion of the
 *   2-level range gives -ENOSPC and is undone, reset, bad operations and pointers.
 */
#include "guest.h"

static long alloc(domid_t domain, domid_t remote, u32 *port)
{
    struct evtchn_alloc_unbound alloc = { domain, remote, 0 };
    long ret = evtchn_op(EVTCHNOP_alloc_unbound, &alloc);

    *port = alloc.port;
    return ret;
}

void test_main(void)
{
    u32 a = 0, b = 0, c = 0, count = 0;
    long ret = 0;

    check_eq("alloc", alloc(DOMID_SELF, 0, &a), 0);
    check_eq("alloc_second", alloc(DOMID_SELF, 7, &b), 0);
    check("distinct", a != b && a != 0 && b != 0);
    check_eq("alloc_self_by_number", alloc(0, DOMID_SELF, &c), 0);
    check_eq("alloc_stranger", alloc(1234, 0, &c), -XEN_ESRCH);
    check_eq("close", evtchn_close(a), 0);
    check_eq("close_twice", evtchn_close(a), -XEN_EINVAL);
    check_eq("close_0", evtchn_close(0), -XEN_EINVAL);
    check_eq("close_far", evtchn_close(0xffffffff), -XEN_EINVAL);
    check_eq("close_beyond_2_level", evtchn_close(4096), -XEN_EINVAL);
    check_eq("alloc_reuses", alloc(DOMID_SELF, 0, &c), 0);
    check_eq("alloc_reuses_lowest", c, a);
    check_eq("send_to_unbound", evtchn_send(c), 0);
    check_eq("send_to_free", evtchn_send(4000), -XEN_EINVAL);
    check_eq("send_0", evtchn_send(0), -XEN_EINVAL);
    check_eq("send_far", evtchn_send(0xffffffff), -XEN_EINVAL);

    while (count < 5000 && (ret = alloc(DOMID_SELF, 0, &c)) == 0)
        count++;
    check_eq("exhausted", ret, -XEN_ENOSPC);
    check_range("exhausted_after", count, 4000, 4095);
    for (u32 port = 1; port < 4096; port++)
        if (port != a && port != b)
            evtchn_close(port);
    check_eq("alloc_after_close", alloc(DOMID_SELF, 0, &c), 0);
    u32 bound = bind_ipi(0);
    struct evtchn_reset reset = { DOMID_SELF };
    check_eq("reset", evtchn_op(EVTCHNOP_reset, &reset), 0);
    check_eq("reset_closed_all", evtchn_send(bound), -XEN_EINVAL);
    reset.dom = 1234;
    check_eq("reset_stranger", evtchn_op(EVTCHNOP_reset, &reset), -XEN_ESRCH);
    check_eq("unknown", evtchn_op(99, &reset), -XEN_ENOSYS);
    check_eq("unknown_max", evtchn_op(0xffffffff, &reset), -XEN_ENOSYS);
    for (u32 op = 0; op <= 13; op++) {
        check_eq("bad_pointer", evtchn_op(op, (void *)HYPERVISOR_PRIVATE), -XEN_EFAULT);
        check_eq("null_pointer", evtchn_op(op, NULL), -XEN_EFAULT);
    }
}
