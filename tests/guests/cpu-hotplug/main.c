/*
 * CPUs out of service and back while the vcpus use them.
 *
 * Checks: platform_op cpu_offline, cpu_online and sysctl cpu_hotplug, in turn, of CPUs 1 to 3 one after the other and two at a time, while
 *   vcpus 1 to 3 hand a token on by events and wait by timers: the token is never lost, every timer comes, no vcpu is on a CPU that is out
 *   of service, the call comes back whatever CPU its vcpu was on; get_cpuinfo says so; bad CPUs, CPU 0, what is so
 *   already, other commands.
 * Run: vcpus=4 smp=4
 */
#define __XEN_TOOLS__ 1
#include "smp.h"

#include <xen/platform.h>
#include <xen/sysctl.h>

#define CPUS 4
#define ROUNDS 6
#define WAIT_NS 300000UL

static u32 ring_port[VCPUS_MAX], unused_port[VCPUS_MAX];
static volatile u32 rounds, timers, timers_early, ending, wrong;

static long platform(struct xen_platform_op *op)
{
    op->interface_version = XENPF_INTERFACE_VERSION;
    return HC(platform_op, op);
}

static long change(u32 command, u32 cpu)
{
    struct xen_platform_op op = { .cmd = command };

    op.u.cpu_ol.cpuid = cpu;
    return platform(&op);
}

static long hotplug(u32 what, u32 cpu)
{
    struct xen_sysctl op = { .cmd = XEN_SYSCTL_cpu_hotplug, .interface_version = XEN_SYSCTL_INTERFACE_VERSION };

    op.u.cpu_hotplug.cpu = cpu;
    op.u.cpu_hotplug.op = what;
    return HC(sysctl, &op);
}

static bool is_online(u32 cpu)
{
    struct xen_platform_op op = { .cmd = XENPF_get_cpuinfo };

    op.u.pcpu_info.xen_cpuid = cpu;
    if (platform(&op) != 0 || op.u.pcpu_info.max_present != CPUS - 1)
        wrong++;
    return (op.u.pcpu_info.flags & XEN_PCPU_FLAGS_ONLINE) != 0;
}

static u64 cpu_of(u32 vcpu)
{
    struct vcpu_get_physid id = { 0 };

    HC(vcpu_op, VCPUOP_get_physid, vcpu, &id);
    return id.phys_id;
}

// ---- vcpus 1 to 3

static long poll(u32 port, u64 timeout)
{
    evtchn_port_t ports[1] = { port };
    struct sched_poll op = { .nr_ports = 1, .timeout = timeout };

    set_xen_guest_handle(op.ports, ports);
    return HC(sched_op, SCHEDOP_poll, &op);
}

static bool take(u32 port)
{
    return (__atomic_fetch_and(&shared->evtchn_pending[port / 64], ~(1UL << port % 64), __ATOMIC_SEQ_CST) >> port % 64 & 1) != 0;
}

static void hot(u32 vcpu)
{
    while (ending == 0) {
        u64 until = now_ns() + WAIT_NS;

        poll(ring_port[vcpu], 0);
        if (!take(ring_port[vcpu]))
            continue;
        poll(unused_port[vcpu], until);
        if (now_ns() < until)
            timers_early++;
        timers++;
        rounds++;
        evtchn_send(ring_port[vcpu % (CPUS - 1) + 1]);
    }
    evtchn_send(ring_port[vcpu % (CPUS - 1) + 1]); // so that all see it
}

static u32 bind(u32 vcpu)
{
    struct evtchn_bind_ipi op = { .vcpu = vcpu };

    if (evtchn_op(EVTCHNOP_bind_ipi, &op) != 0)
        fatal("no port for vcpu %u", vcpu);
    __atomic_fetch_or(&shared->evtchn_mask[op.port / 64], 1UL << op.port % 64, __ATOMIC_SEQ_CST);
    return op.port;
}

static void alive(void)
{
    smp_wait(&rounds, rounds + 4, "the token");
}

// Nobody is on it, now and later.
static u64 seen_on(u32 cpu)
{
    u64 seen = 0;

    for (u32 i = 0; i < 20; i++) {
        for (u32 vcpu = 0; vcpu < CPUS; vcpu++)
            seen += cpu_of(vcpu) == cpu;
        yield();
    }
    return seen;
}

static void one_after_the_other(void)
{
    u64 refused = 0, on_it = 0, said_wrong = 0;

    for (u32 i = 0; i < ROUNDS * (CPUS - 1); i++) {
        u32 cpu = i % (CPUS - 1) + 1;
        bool by_sysctl = i / (CPUS - 1) % 2 != 0;

        refused += (by_sysctl ? hotplug(XEN_SYSCTL_CPU_HOTPLUG_OFFLINE, cpu) : change(XENPF_cpu_offline, cpu)) != 0;
        said_wrong += is_online(cpu) || !is_online(0);
        alive();
        on_it += seen_on(cpu);
        refused += (by_sysctl ? hotplug(XEN_SYSCTL_CPU_HOTPLUG_ONLINE, cpu) : change(XENPF_cpu_online, cpu)) != 0;
        said_wrong += !is_online(cpu);
        alive();
    }
    check_eq("off_and_on", (long)refused, 0);
    check_eq("vcpus_on_a_cpu_out_of_service", (long)on_it, 0);
    check_eq("cpuinfo_wrong", (long)said_wrong, 0);
}

static void all_but_one(void)
{
    for (u32 cpu = 1; cpu < CPUS; cpu++)
        check_eq("off", hotplug(XEN_SYSCTL_CPU_HOTPLUG_OFFLINE, cpu), 0);
    alive();
    check_eq("on_one", (long)(seen_on(1) + seen_on(2) + seen_on(3)), 0);
    check_eq("off_twice", hotplug(XEN_SYSCTL_CPU_HOTPLUG_OFFLINE, 2), -XEN_EINVAL);
    check_eq("off_twice_platform", change(XENPF_cpu_offline, 2), 0);
    for (u32 cpu = CPUS - 1; cpu > 0; cpu--)
        check_eq("on", hotplug(XEN_SYSCTL_CPU_HOTPLUG_ONLINE, cpu), 0);
    alive();
}

static void bad_input(void)
{
    check_eq("off_cpu_0", change(XENPF_cpu_offline, 0), -XEN_EOPNOTSUPP);
    check_eq("off_cpu_0_sysctl", hotplug(XEN_SYSCTL_CPU_HOTPLUG_OFFLINE, 0), -XEN_EINVAL);
    check_eq("on_twice", hotplug(XEN_SYSCTL_CPU_HOTPLUG_ONLINE, 1), -XEN_EINVAL);
    check_eq("on_twice_platform", change(XENPF_cpu_online, 1), 0);
    check_eq("on_cpu_0_platform", change(XENPF_cpu_online, 0), 0);
    check_eq("off_none", change(XENPF_cpu_offline, CPUS), -XEN_EINVAL);
    check_eq("on_none", change(XENPF_cpu_online, CPUS), -XEN_EINVAL);
    check_eq("off_far", hotplug(XEN_SYSCTL_CPU_HOTPLUG_OFFLINE, ~0u), -XEN_EINVAL);
    check_eq("on_far", hotplug(XEN_SYSCTL_CPU_HOTPLUG_ONLINE, 64), -XEN_EINVAL);
    check_eq("smt", hotplug(XEN_SYSCTL_CPU_HOTPLUG_SMT_ENABLE, 0), -XEN_EOPNOTSUPP);
    check_eq("other", hotplug(77, 1), -XEN_EOPNOTSUPP);
}

void test_main(void)
{
    for (u32 vcpu = 1; vcpu < CPUS; vcpu++) {
        ring_port[vcpu] = bind(vcpu);
        unused_port[vcpu] = bind(vcpu);
    }
    bad_input();
    smp_start(CPUS, hot);
    evtchn_send(ring_port[1]);
    alive();
    one_after_the_other();
    all_but_one();
    bad_input();
    check_eq("timers_early", timers_early, 0);
    check_eq("wrong", wrong, 0);
    say("INFO %u rounds, %u timers\n", rounds, timers);
    ending = 1;
    smp_join(CPUS);
}
