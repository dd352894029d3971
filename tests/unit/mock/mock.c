/* SPDX-License-Identifier: MIT */
/* The machine: CPUs, domains, time, the log; what a test begins and ends with. */
#include "mock_parts.h"

#include "core/log.h"
#include "core/pool.h"
#include "core/tlb.h"
#include "ports/hooks.h"
#include "ports/sched.h"

unsigned mock_kicks, mock_unblocks;
struct vcpu *mock_last_kicked;
int mock_preempt_in;

struct domain *domain_list, *hardware_domain;

/* CPUs. */

void tlb_flush_asked(void)
{
    usleep(0);
}

__attribute__((weak)) struct cpu cpus[MAX_CPUS];
__attribute__((weak)) uint32_t nr_cpus = 1;
static __thread struct cpu_top top;

void mock_cpu(uint32_t id)
{
    if (cpus[id].id != id)
        cpus[id].id = id;
    top.cpu = &cpus[id];
}

uint64_t stack_area_end(void)
{
    if (top.cpu == NULL)
        mock_cpu(0);
    return (uint64_t)&top + sizeof(top);
}

/* Nobody takes over from another here, and no extension looks on. */
void pool_offer(struct pool *p) {}

int pool_accept(struct pool *p)
{
    return 0;
}

/* Tests of records are the core: they see to it that it is held once. */
fref_t fref_converted(fref_t r)
{
    return r;
}

__attribute__((weak)) int hook_event_send(struct domain *d, uint32_t port)
{
    return 0;
}

/* Domains, vcpus, time. */

static struct domain *all_domains[64];
static unsigned nr_domains;

struct domain *mock_domain(domid_t id, uint32_t nr_vcpus, bool privileged)
{
    struct domain *d = calloc(1, sizeof(*d));

    d->id = id;
    d->privileged = privileged;
    d->max_vcpus = nr_vcpus;
    assert_int_equal(frame_alloc_shared(id, &d->shared_ref), 0);
    d->shared_mfn = fref_mfn(d->shared_ref);
    d->shared = (struct shared_info *)frame_bytes(d->shared_mfn);
    for (uint32_t i = 0; i < nr_vcpus; i++) {
        struct vcpu *v = calloc(1, sizeof(*v));

        v->domain = d;
        v->id = i;
        v->online = v->initialised = true;
        v->info = i < XEN_LEGACY_MAX_VCPUS ? &d->shared->vcpu_info[i] : NULL;
        d->vcpu[i] = v;
    }
    d->next = domain_list;
    domain_list = d;
    assert_true(nr_domains < ARRAY_SIZE(all_domains));
    all_domains[nr_domains++] = d;
    if (privileged)
        hardware_domain = d;
    return d;
}

void mock_forget(struct domain *d)
{
    struct domain **at = &domain_list;

    while (*at != NULL && *at != d)
        at = &(*at)->next;
    if (*at != NULL)
        *at = d->next;
}

struct domain *domain_find(struct domain *self, domid_t id)
{
    struct domain *d;

    if (id == DOMID_SELF)
        return self;
    for (d = domain_list; d != NULL && d->id != id; d = d->next)
        ;
    return d;
}

void vcpu_kick(struct vcpu *v)
{
    mock_locks_are_before(RANK_SCHED);
    __atomic_fetch_add(&mock_kicks, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&mock_last_kicked, v, __ATOMIC_RELAXED);
}

void domain_hv_event(struct domain *d)
{
    d->hv_event = 1;
}

void vcpu_unblock(struct vcpu *v)
{
    mock_locks_are_before(RANK_SCHED);
    mock_unblocks++;
    if (v->block == VCPU_POLLING)
        v->domain->nr_polling--;
    v->block = VCPU_RUNNABLE;
}

bool preempt_needed(void)
{
    assert_int_equal(mock_locks_held(), 0);
    return mock_fail_now(&mock_preempt_in);
}

/* Log. */

static void mock_vlog(const char *fmt, va_list ap)
{
    if (getenv("MOCK_VERBOSE") != NULL)
        vfprintf(stderr, fmt, ap);
}
void log_print(enum log_level level, const char *fmt, ...)
{
    va_list ap;

    (void)level;
    va_start(ap, fmt);
    mock_vlog(fmt, ap);
    va_end(ap);
}
void log_guest(enum log_level level, const char *fmt, ...)
{
    va_list ap;

    (void)level;
    va_start(ap, fmt);
    mock_vlog(fmt, ap);
    va_end(ap);
}
void panic(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    abort();
}

int mock_setup(void **state)
{
    (void)state;
    mock_memory_reset();
    mock_locks_reset();
    mock_ports_reset();
    nr_domains = 0;
    domain_list = hardware_domain = NULL;
    mock_kicks = mock_unblocks = 0;
    mock_last_kicked = NULL;
    mock_preempt_in = 0;
    return 0;
}

int mock_teardown(void **state)
{
    (void)state;
    for (unsigned i = 0; i < nr_domains; i++) {
        for (uint32_t k = 0; k < MAX_VCPUS; k++)
            free(all_domains[i]->vcpu[k]);
        free(all_domains[i]);
    }
    nr_domains = 0;
    if (mock_locks_held() != 0 || mock_pool_live != 0) {
        fprintf(stderr, "left over: %u locks, %u objects\n", mock_locks_held(), mock_pool_live);
        return -1;
    }
    return 0;
}
