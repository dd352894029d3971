/*
 * Weights and caps by XEN_SYSCTL_scheduler_op and XEN_DOMCTL_scheduler_op, as for credit2.
 *
 * Checks: the scheduler's number; a domain's weight and cap read, written, read again; a weight of 0 leaves it, a cap of 0 takes it away; caps beyond
 *   the vcpus, other schedulers, operations on a vcpu, unknown ones, other versions of the interface, bad pointers, domains that are not there.
 * Xen differs: sysctl_ratelimit: ours is none, and cannot be changed
 * Xen differs: sysctl_ratelimit_put: ours is none, and cannot be changed
 */
#define __XEN_TOOLS__ 1
#include "guest.h"

#include <xen/sysctl.h>

static struct xen_sysctl sys;
static struct xen_domctl dom;

static long sysctl(u32 cmd)
{
    sys.cmd = cmd;
    sys.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    return HC(sysctl, &sys);
}

static long sys_scheduler(u32 pool, u32 id, u32 cmd)
{
    sys.u.scheduler_op.cpupool_id = pool;
    sys.u.scheduler_op.sched_id = id;
    sys.u.scheduler_op.cmd = cmd;
    return sysctl(XEN_SYSCTL_scheduler_op);
}

static long domctl(u32 cmd, domid_t id)
{
    dom.cmd = cmd;
    dom.interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    dom.domain = id;
    return HC(domctl, &dom);
}

static long dom_scheduler(domid_t id, u32 sched_id, u32 cmd)
{
    dom.u.scheduler_op.sched_id = sched_id;
    dom.u.scheduler_op.cmd = cmd;
    return domctl(XEN_DOMCTL_scheduler_op, id);
}

static long put(u16 weight, u16 cap)
{
    dom.u.scheduler_op.u.credit2.weight = weight;
    dom.u.scheduler_op.u.credit2.cap = cap;
    return dom_scheduler(0, XEN_SCHEDULER_CREDIT2, XEN_DOMCTL_SCHEDOP_putinfo);
}

// The weight and the cap, as one number: 256000 is 256 and 0.
static long get(void)
{
    dom.u.scheduler_op.u.credit2.weight = dom.u.scheduler_op.u.credit2.cap = 9999;
    if (dom_scheduler(0, XEN_SCHEDULER_CREDIT2, XEN_DOMCTL_SCHEDOP_getinfo) != 0)
        return -1;
    return dom.u.scheduler_op.u.credit2.weight * 1000L + dom.u.scheduler_op.u.credit2.cap;
}

static void test_sysctl(void)
{
    sys.u.sched_id.sched_id = 77;
    check_eq("sched_id", sysctl(XEN_SYSCTL_sched_id), 0);
    check_eq("sched_id_is_credit2", sys.u.sched_id.sched_id, XEN_SCHEDULER_CREDIT2);
    check_eq("sysctl_unknown", sysctl(9999), -XEN_ENOSYS);
    sys.interface_version--;
    check_eq("sysctl_version", HC(sysctl, &sys), -XEN_EACCES);
    check_eq("sysctl_pointer", HC(sysctl, HYPERVISOR_PRIVATE), -XEN_EFAULT);
    sys.u.scheduler_op.u.sched_credit2.ratelimit_us = 9999;
    check_eq("sysctl_get", sys_scheduler(0, XEN_SCHEDULER_CREDIT2, XEN_SYSCTL_SCHEDOP_getinfo), 0);
    check_differs("sysctl_ratelimit", sys.u.scheduler_op.u.sched_credit2.ratelimit_us, 0, 1000);
    check_eq("sysctl_put_same", sys_scheduler(0, XEN_SCHEDULER_CREDIT2, XEN_SYSCTL_SCHEDOP_putinfo), 0);
    sys.u.scheduler_op.u.sched_credit2.ratelimit_us = 99;
    check_eq("sysctl_put_small", sys_scheduler(0, XEN_SCHEDULER_CREDIT2, XEN_SYSCTL_SCHEDOP_putinfo), -XEN_EINVAL);
    sys.u.scheduler_op.u.sched_credit2.ratelimit_us = 2000;
    check_differs("sysctl_ratelimit_put", sys_scheduler(0, XEN_SCHEDULER_CREDIT2, XEN_SYSCTL_SCHEDOP_putinfo), -XEN_EOPNOTSUPP, 0);
    check_eq("sysctl_no_pool", sys_scheduler(5, XEN_SCHEDULER_CREDIT2, XEN_SYSCTL_SCHEDOP_getinfo), -XEN_ESRCH);
    check_eq("sysctl_other", sys_scheduler(0, XEN_SCHEDULER_CREDIT, XEN_SYSCTL_SCHEDOP_getinfo), -XEN_EINVAL);
    check_eq("sysctl_op_unknown", sys_scheduler(0, XEN_SCHEDULER_CREDIT2, 2), -XEN_EINVAL);
}

static void test_domctl(void)
{
    check_eq("default", get(), 256000);
    check_eq("put", put(512, 40), 0);
    check_eq("put_is_there", get(), 512040);
    check_eq("weight_0_leaves_it", put(0, 70), 0);
    check_eq("cap_changed", get(), 512070);
    check_eq("cap_0_takes_it", put(65535, 0), 0);
    check_eq("largest", get(), 65535000);
    check_eq("cap_beyond", put(0, 101), -XEN_EINVAL);
    check_eq("cap_all", put(0, 100), 0);
    check_eq("cap_all_is_there", get(), 65535100);
    check_eq("back", put(256, 0), 0);
    check_eq("back_is_there", get(), 256000);
}

static void test_refused(void)
{
    check_eq("other", dom_scheduler(0, XEN_SCHEDULER_CREDIT, XEN_DOMCTL_SCHEDOP_getinfo), -XEN_EINVAL);
    check_eq("vcpu_get", dom_scheduler(0, XEN_SCHEDULER_CREDIT2, XEN_DOMCTL_SCHEDOP_getvcpuinfo), -XEN_EINVAL);
    check_eq("vcpu_put", dom_scheduler(0, XEN_SCHEDULER_CREDIT2, XEN_DOMCTL_SCHEDOP_putvcpuinfo), -XEN_EINVAL);
    check_eq("op_unknown", dom_scheduler(0, XEN_SCHEDULER_CREDIT2, 4), -XEN_EINVAL);
    check_eq("no_domain", dom_scheduler(77, XEN_SCHEDULER_CREDIT2, XEN_DOMCTL_SCHEDOP_getinfo), -XEN_ESRCH);
    check_eq("domctl_unknown", domctl(9999, 0), -XEN_ENOSYS);
    dom.interface_version++;
    check_eq("domctl_version", HC(domctl, &dom), -XEN_EACCES);
    check_eq("domctl_pointer", HC(domctl, HYPERVISOR_PRIVATE), -XEN_EFAULT);
}

void test_main(void)
{
    test_sysctl();
    test_domctl();
    test_refused();
}
