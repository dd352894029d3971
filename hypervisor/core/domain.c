/* SPDX-License-Identifier: MIT */
#include "core/domain.h"

#include <stdarg.h>

#include <xen/sched.h>

#include "core/fpu.h"
#include "core/time.h"
#include "core/atomic.h"
#include "core/hvmap.h"
#include "core/log.h"
#include "core/machine.h"
#include "core/numa.h"
#include "core/pool.h"
#include "core/schedule.h"
#include "core/trap.h"
#include "core/speculation.h"
#include "core/vnuma.h"
#include "ports/console.h"
#include "ports/evtchn.h"
#include "ports/gnttab.h"
#include "ports/pagealloc.h"
#include "ports/physdev.h"
#include "ports/sched.h"

struct domain *domain_list SC_SLOT;
struct domain *hardware_domain SC_BOOT;
SC_UNSAFE_DECL("DEV-29: what belongs to one CPU is reached by that CPU; the rest is atomic or has a lock")
struct cpu cpus[MAX_CPUS];
uint32_t nr_cpus SC_BOOT TEXT_AFTER_BOOT = 1;
uint64_t cpus_online SC_ATOMIC = 1;

static spinlock_t domlist_lock = SPINLOCK_INIT(RANK_DOMLIST);

SC_RANGE(0, 9) static unsigned object_order(uint64_t nr_bytes)
{
    unsigned order = 0;

    while (order < 9 && (PAGE_SIZE << order) < nr_bytes)
        order++;
    return order;
}

/* Whole frames in a row for one object, zeroed (domains and vcpus are few). */
static int object_alloc(uint64_t nr_bytes, mfn_t *out)
{
    return frames_alloc_hv(object_order(nr_bytes), out);
}

static void object_free(uint64_t nr_bytes, mfn_t first)
{
    for (uint64_t i = 0; i < 1UL << object_order(nr_bytes); i++)
        frame_free_hv(mfn(first.v + i));
}

SC_NULLABLE static struct domain *domain_alloc(void)
{
    struct domain *d;
    mfn_t m;

    if (object_alloc(sizeof(struct domain), &m) != 0)
        return NULL;
    SC_UNSAFE("DEV-30: fresh zeroed frames, enough of them, become a domain, until nobody knows it")
    {
        d = (struct domain *)(void *)frame_bytes(m);
    }
    d->home = m;
    return d;
}

SC_NULLABLE static struct vcpu *vcpu_alloc(void)
{
    struct vcpu *v;
    mfn_t m;

    if (object_alloc(sizeof(struct vcpu), &m) != 0)
        return NULL;
    SC_UNSAFE("DEV-31: fresh zeroed frames, enough of them, become a vcpu, until nobody knows it")
    {
        v = (struct vcpu *)(void *)frame_bytes(m);
    }
    v->home = m;
    return v;
}

struct domain *domain_find(struct domain *self, domid_t id)
{
    if (id == DOMID_SELF)
        return self;
    for (struct domain *d = slot_read(domain_list); d != NULL; d = slot_read(d->next)) {
        if (d->id == id)
            return d;
    }
    return NULL;
}

static int perdom_init(struct domain *d)
{
    unsigned nr_l1 = (d->max_vcpus * PERDOM_VCPU_PAGES + 511) / 512;
    int rc = frame_alloc_hv(&d->perdom_l3);

    if (rc == 0)
        rc = frame_alloc_hv(&d->perdom_l2);
    if (rc != 0)
        return rc;
    frame_words(d->perdom_l3)[0] = mfn_to_maddr(d->perdom_l2).v | PTE_P | PTE_W | PTE_A;
    for (unsigned i = 0; i < nr_l1; i++) {
        rc = frame_alloc_hv(&d->perdom_l1[i]);
        if (rc != 0)
            return rc;
        frame_words(d->perdom_l2)[i] = mfn_to_maddr(d->perdom_l1[i]).v | PTE_P | PTE_W | PTE_A;
    }
    return 0;
}

struct domain *domain_create(domid_t id, uint32_t max_vcpus, bool privileged, uint32_t nodes)
{
    struct domain *d = domain_alloc();

    if (d == NULL || max_vcpus == 0 || max_vcpus > MAX_VCPUS)
        return NULL;
    d->id = id;
    d->max_vcpus = max_vcpus;
    d->privileged = privileged;
    d->xpti = xpti_wanted(privileged);
    d->nodes = nodes;
    d->page_lock = (spinlock_t)SPINLOCK_INIT(RANK_DOMAIN);
    d->end_lock = (spinlock_t)SPINLOCK_INIT(RANK_ENDING);
    sched_domain_init(d);
    if (perdom_init(d) != 0 || frame_alloc_shared(id, &d->shared_ref) != 0)
        return NULL;
    d->shared_mfn = fref_mfn(d->shared_ref);
    SC_UNSAFE("DEV-12: a frame of its own, pinned for the domain's life, is the shared_info page")
    {
        d->shared = (struct shared_info *)(void *)frame_bytes(d->shared_mfn);
    }
    if (evtchn_domain_init(d) != 0 || gnttab_domain_init(d) != 0 || physdev_domain_init(d) != 0 ||
        console_domain_init(d) != 0)
        return NULL;
    return d;
}

void domain_publish(struct domain *d)
{
    spin_lock(&domlist_lock);
    d->next = slot_read(domain_list);
    slot_publish(domain_list, d);
    if (d->privileged && hardware_domain == NULL)
        hardware_domain = d;
    spin_unlock(&domlist_lock);
}

void domain_discard(struct domain *d)
{
    d->dying = true;
    console_domain_destroy(d);
    evtchn_domain_destroy(d);
    gnttab_domain_destroy(d);
    physdev_domain_destroy(d);
    domain_memory_free(d);
}

bool domain_unlink(struct domain *d)
{
    struct domain *before;

    spin_lock(&domlist_lock);
    before = slot_read(domain_list);
    while (before != NULL && before != d && slot_read(before->next) != d)
        before = slot_read(before->next);
    if (before == d)
        slot_publish(domain_list, slot_read(d->next));
    else if (before != NULL)
        slot_publish(before->next, slot_read(d->next));
    spin_unlock(&domlist_lock);
    return before != NULL;
}

static void perdom_free(const struct domain *d)
{
    unsigned nr_l1 = (d->max_vcpus * PERDOM_VCPU_PAGES + 511) / 512;

    for (unsigned i = 0; i < nr_l1; i++)
        frame_free_hv(d->perdom_l1[i]);
    frame_free_hv(d->perdom_l2);
    frame_free_hv(d->perdom_l3);
}

/* Another vcpu at the same place is not this one. */
static void vcpu_forget(const struct vcpu *v)
{
    for (uint32_t i = 0; i < nr_cpus && i < MAX_CPUS; i++) {
        if (slot_read(cpus[i].last_guest) == v)
            slot_publish(cpus[i].last_guest, NULL);
    }
}

static void vcpu_free(struct vcpu *v)
{
    vcpu_forget(v);
    if (v->info_frame.v != 0)
        frame_free_hv(v->info_frame);
    frame_free_hv(v->fpu_frame);
    object_free(sizeof(*v), v->home);
}

void domain_memory_free(struct domain *d)
{
    evtchn_domain_free(d);
    gnttab_domain_free(d);
    counts_end(&d->counts);
    for (uint32_t i = 0; i < d->max_vcpus && i < MAX_VCPUS; i++) {
        struct vcpu *v = slot_take(d->vcpu[i]);

        if (v != NULL)
            vcpu_free(v);
    }
    frame_unshare(fref_take(d->shared_ref), d->id);
    perdom_free(d);
    object_free(sizeof(*d), d->home);
}

static void timers_init(struct vcpu *v)
{
    v->singleshot = (struct timer){ .kind = TIMER_VCPU_SINGLESHOT, .vcpu = v };
    v->periodic = (struct timer){ .kind = TIMER_VCPU_PERIODIC, .vcpu = v };
    v->poll = (struct timer){ .kind = TIMER_VCPU_POLL, .vcpu = v };
    for (unsigned i = 0; v->id == 0 && i < NR_WATCHDOGS; i++)
        v->domain->watchdog[i] = (struct timer){ .kind = TIMER_WATCHDOG, .vcpu = v };
}

static void runstate_begin(struct vcpu *v)
{
    v->runstate_lock = (spinlock_t)SPINLOCK_INIT(RANK_RUNSTATE);
    spin_lock(&v->runstate_lock);
    v->runstate.state = RUNSTATE_offline;
    v->runstate.state_entry_time = now_ns();
    spin_unlock(&v->runstate_lock);
}

/* The CPUs of the domain's nodes, or of its vnode's; all if none of those runs. */
static uint64_t cpus_liked(const struct domain *d, uint32_t id)
{
    uint64_t cpus_of = numa_cpus_of(vnuma_nr(d) != 0 ? 1U << vnuma_node(d, vnuma_of_vcpu(d, id)) : d->nodes);

    return cpus_of != 0 ? cpus_of : numa_cpus_of(numa_all());
}

/* The n-th CPU of a set, from its first again behind the last. */
static uint32_t nth_cpu(uint64_t set, uint32_t n)
{
    uint64_t left = set;

    for (n %= (uint32_t)__builtin_popcountl(set | (set == 0)); n > 0; n--)
        left &= left - 1;
    return left != 0 ? (uint32_t)__builtin_ctzl(left) : 0;
}

static int vcpu_make(struct domain *d, uint32_t id, uint32_t cpu)
{
    struct vcpu *v = vcpu_alloc();

    if (v == NULL || fpu_vcpu_init(v) != 0)
        return -ENOMEM;
    v->domain = d;
    v->id = id;
    v->cpu = cpu; /* until it first runs */
    v->sched.affinity = UINT64_MAX;
    v->sched.likes = cpus_liked(d, id);
    runstate_begin(v);
    v->debugreg[6] = 0xffff0ff0;
    timers_init(v);
    if (id < XEN_LEGACY_MAX_VCPUS) {
        v->info = &d->shared->vcpu_info[id];
    } else {
        /* Until it registers a place, a high vcpu has one that no one reads. */
        mfn_t m;

        if (frame_alloc_hv(&m) != 0)
            return -ENOMEM;
        v->info_frame = m;
        SC_UNSAFE("DEV-13: a fresh frame is this vcpu's vcpu_info until it registers one")
        {
            v->info = (struct vcpu_info *)(void *)frame_bytes(m);
        }
    }
    v->info->evtchn_upcall_mask = 1;
    time_fill_guest(&v->info->time);
    if (evtchn_vcpu_init(v) != 0 || sched_vcpu_init(v) != 0)
        return -ENOMEM;
    d->vcpu[id] = v;
    perdom_init_gdt(v);
    return 0;
}

/* Its CPUs in turn.  Its memory is of the node where it will first run. */
int vcpu_create(struct domain *d, uint32_t id)
{
    uint32_t cpu = nth_cpu(cpus_liked(d, id), id), before;
    int rc;

    if (id >= d->max_vcpus)
        return -EINVAL;
    if (d->vcpu[id] != NULL)
        return -EEXIST;
    before = numa_make_for(1U << cpus[cpu % MAX_CPUS].node % MAX_NODES);
    rc = vcpu_make(d, id, cpu);
    (void)numa_make_for(before);
    return rc;
}

struct vcpu *vcpu_create_idle(struct cpu *cpu)
{
    static struct domain idle_domain SC_BOOT = { .id = DOMID_IDLE & 0x7fff, .max_vcpus = MAX_CPUS };
    static struct vcpu idle_vcpus[1] SC_BOOT;
    static struct vcpu_info idle_info SC_BOOT;
    struct vcpu *v = cpu->id == 0 ? &idle_vcpus[0] : vcpu_alloc();

    if (v == NULL)
        return NULL;
    v->domain = &idle_domain;
    v->id = cpu->id;
    v->cpu = cpu->id;
    v->info = &idle_info;
    return v;
}

void domain_hv_event(struct domain *d)
{
    atomic_write8(&d->hv_event, 1);
    softirq_raise(SOFTIRQ_CONSOLE);
}

void domain_vcpus_stop(struct domain *d)
{
    for (unsigned i = 0; i < NR_WATCHDOGS; i++)
        timer_stop(&d->watchdog[i]);
    for (uint32_t i = 0; i < d->max_vcpus; i++) {
        struct vcpu *v = d->vcpu[i];

        if (v == NULL)
            continue;
        sched_sleep(v);
        timer_stop(&v->singleshot);
        timer_stop(&v->periodic);
        timer_stop(&v->poll);
    }
    softirq_raise(SOFTIRQ_SCHEDULE);
}

/* The end of the hardware domain is the end of the machine. */
static void hardware_domain_end(uint8_t reason)
{
    switch (reason) {
    case SHUTDOWN_poweroff: log_err("Hardware Dom%u halted: halting machine", hardware_domain->id); machine_halt();
    case SHUTDOWN_crash: log_err("Hardware Dom%u crashed: ", hardware_domain->id); machine_dead();
    default: log_err("Hardware Dom%u shutdown: rebooting machine", hardware_domain->id); machine_reset();
    }
}

/* Source: SHUTDOWN_* of xen/sched.h. */
SC_STRING static const char *shutdown_name(uint8_t reason)
{
    static const char *const names[] = { "poweroff", "reboot", "suspend", "crash", "watchdog", "soft reset" };

    return reason < ARRAY_SIZE(names) ? names[reason] : "unknown reason";
}

void domain_shutdown(struct domain *d, uint8_t reason)
{
    if (atomic_xchg8(&d->ending, 1) != 0)
        return;
    d->shutdown_code = reason;
    d->shut_down = true;
    domain_vcpus_stop(d);
    console_domain_flush(d);
    if (d == hardware_domain)
        hardware_domain_end(reason);
    log_err("Domain %u (%.16s) is shut down: %s (%u)", d->id, d->name, shutdown_name(reason), reason);
    if (hardware_domain != NULL)
        evtchn_send_global_virq(hardware_domain, VIRQ_DOM_EXC);
}

SC_UNSAFE_DECL("DEV-32: its arguments go to log_vprint(), whose format the compiler has checked at the call")
void domain_crash(struct domain *d, const char *why, ...)
{
    struct vcpu *v = current_vcpu();
    va_list ap;

    if (d->shut_down)
        return;
    log_err("domain_crash called: domain %u", d->id);
    va_start(ap, why);
    log_vprint(LOG_ERR, why, ap);
    va_end(ap);
    if (v->domain == d)
        dump_guest(v, guest_regs());
    domain_shutdown(d, SHUTDOWN_crash);
}
