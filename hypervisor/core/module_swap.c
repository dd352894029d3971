/* SPDX-License-Identifier: MIT */
#include "core/module_swap.h"

#include "arch/cpu.h"
#include "core/atomic.h"
#include "core/image_tables.h"
#include "core/log.h"
#include "core/percpu.h"
#include "core/pool.h"
#include "core/text.h"
#include "core/time.h"
#include "core/tlb.h"
#include "loader/sho.h"
#include "ports/evtchn.h"
#include "ports/gnttab.h"
#include "ports/sched.h"

#define PLACES_MAX 1024
#define GATHER_NS 30000000UL /* so long others may take to come: Xen's default for live patches */

/* One place that refers to something: in the core, or in a module. */
struct place {
    uint64_t at, to, back; /* linked addresses: of it, what it will mean, what it means now */
    uint8_t kind;          /* enum port_site_kind */
};

enum swap_phase { SWAP_IDLE, SWAP_BEGUN, SWAP_HANDING_OVER, SWAP_DONE };

static struct {
    uint32_t phase SC_ATOMIC;
    uint32_t leader;
    uint64_t waiting SC_ATOMIC; /* bit a CPU that waits */
    uint32_t round SC_ATOMIC;   /* counts swaps: who waits goes on when it changes */
    struct module *module SC_NULLABLE;
    bool serve, trapped;
    bool sched, evtchn, gnttab; /* whose state goes along */
    uint32_t nr_places;
    int rc;
    uint64_t ns;
} swap SC_BOOT;
static struct place places[PLACES_MAX] SC_BOOT;

/* ---- which places ---- */

static bool place_add(uint64_t at, uint8_t kind, uint64_t to, uint64_t back)
{
    if (swap.nr_places >= PLACES_MAX)
        return false;
    places[swap.nr_places++] = (struct place){ at, to, back, kind };
    return true;
}

static bool core_places_add(struct sho_bytes name, uint64_t to, uint64_t back)
{
    for (uint32_t i = 0; i < port_symbols_nr(); i++) {
        if (!sho_same(port_symbol_name(i), name))
            continue;
        for (uint32_t k = port_sites_first(i); k < port_sites_first(i + 1); k++) {
            struct port_site s = port_site(k);

            if (!place_add(WINDOW_BASE + s.offset, (uint8_t)s.kind, to, back))
                return false;
        }
    }
    return true;
}

/* A module's places that mean its i-th import. */
static bool import_places_add(const struct module *m, uint32_t i, uint64_t to, uint64_t back)
{
    struct sho_use use;

    for (uint32_t k = 0; sho_use_get(&m->sho, i, &k, &use);) {
        uint64_t at = m->place[(uint32_t)use.region % SHO_REGIONS] + use.place;

        if (!place_add(at, use.is_call ? PORT_SITE_CALL : PORT_SITE_ADDRESS, to, back))
            return false;
    }
    return true;
}

static bool modules_places_add(const struct sho_entry *e, uint64_t to, uint64_t back)
{
    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        const struct module *m = module_get(i);

        if (m == NULL || !m->linked)
            continue;
        for (uint32_t k = 0; k < m->sho.nr_imports; k++) {
            struct sho_entry im = sho_import(&m->sho, k);

            if (sho_same(im.name, e->name) && !import_places_add(m, k, to, back))
                return false;
        }
    }
    return true;
}

/* ---- state ---- */

/* Does m export that function? */
static bool exports(const struct module *m, const char *name SC_COUNT(nr), uint64_t nr)
{
    for (uint32_t i = 0; i < m->sho.nr_exports; i++) {
        struct sho_entry e = sho_export(&m->sho, i);
        bool same = e.name.nr == nr;

        for (uint64_t k = 0; same && k < nr && k < e.name.nr; k++)
            same = e.name.bytes[k] == (uint8_t)name[k];
        if (same)
            return true;
    }
    return false;
}
#define EXPORTS(m, literal) exports(m, literal, sizeof(literal) - 1)

/* Ports whose providers come and go without state. */
static bool stateless(const struct module *m)
{
    return m->sho.region_bytes[SHO_DATA] == 0 || EXPORTS(m, "hook_event_send") || EXPORTS(m, "hook_hypercall_enter") ||
           EXPORTS(m, "hook_extension");
}

/* ---- beginning ---- */

static int places_find(struct module *m, bool serve)
{
    for (uint32_t i = 0; i < m->sho.nr_exports; i++) {
        struct sho_entry e = sho_export(&m->sho, i);
        const struct module *other = module_provider(e.name, &e.type, m);
        uint64_t mine = module_export_address(m, &e), others, to, back;

        if (other == NULL)
            continue; /* nobody had it: nobody calls it but through m */
        others = module_export_find(other, e.name, &e.type);
        to = serve ? mine : others;
        back = serve ? others : mine;
        if (!stateless(other) && !swap.sched && !swap.evtchn && !swap.gnttab)
            return -MODULE_EREMOTEIO;
        if (!core_places_add(e.name, to, back) || !modules_places_add(&e, to, back))
            return -ENOSPC;
    }
    return 0;
}

int swap_begin(struct module *m, bool serve)
{
    int rc;

    if (atomic_cmpxchg32(&swap.phase, SWAP_IDLE, SWAP_BEGUN) != SWAP_IDLE)
        return -EBUSY;
    swap.module = m;
    swap.serve = serve;
    swap.trapped = false;
    swap.nr_places = 0;
    swap.sched = EXPORTS(m, "sched_import_state");
    swap.evtchn = EXPORTS(m, "evtchn_import_state");
    swap.gnttab = EXPORTS(m, "gnttab_import_state");
    rc = places_find(m, serve);
    if (rc != 0) {
        atomic_write32(&swap.phase, SWAP_IDLE);
        return rc;
    }
    swap.leader = this_cpu()->id;
    atomic_write64(&swap.waiting, 0);
    softirq_raise(SOFTIRQ_SWAP);
    return 0;
}

bool swap_look(int *rc, uint64_t *ns)
{
    if (atomic_read32(&swap.phase) != SWAP_DONE)
        return false;
    *rc = swap.rc;
    *ns = swap.ns;
    atomic_write32(&swap.phase, SWAP_IDLE);
    return true;
}

/* ---- while all wait ---- */

static void places_write(bool back)
{
    for (uint32_t i = 0; i < swap.nr_places && i < PLACES_MAX; i++) {
        const struct place *p = &places[i];
        uint64_t to = back ? p->back : p->to;

        if (p->kind == PORT_SITE_ADDRESS)
            text_write_address(p->at, to);
        else
            text_write_distance(p->at, (uint32_t)(to - (p->at + 4)));
    }
    cpu_serialize();
}

static void state_export(void)
{
    pools_forget();
    if (swap.sched)
        sched_export_state();
    if (swap.evtchn)
        evtchn_export_state();
    if (swap.gnttab)
        gnttab_export_state();
}

static int state_import(void)
{
    int rc = swap.sched ? sched_import_state() : 0;

    if (rc == 0 && swap.evtchn)
        rc = evtchn_import_state();
    if (rc == 0 && swap.gnttab)
        rc = gnttab_import_state();
    return rc;
}

/* The old one serves on; a scheduler has to find its vcpus again. */
static void put_back(void)
{
    places_write(true);
    if (swap.sched && sched_import_state() != 0)
        panic("the scheduler that served before does not take its vcpus back");
    swap.rc = -MODULE_EREMOTEIO;
}

static void hand_over(void)
{
    atomic_write32(&swap.phase, SWAP_HANDING_OVER);
    state_export();
    places_write(false);
    if (state_import() != 0) {
        put_back();
        return;
    }
    pools_move();
    swap.rc = 0;
}

static uint64_t others_online(void)
{
    return atomic_read64(&cpus_online) & ~(1UL << (this_cpu()->id & 63));
}

/* All others have come: true.  Who waits for a TLB flush of ours meanwhile gets it. */
static bool gather(void)
{
    uint64_t until = now_ns() + GATHER_NS, others = others_online();

    for (uint32_t i = 0; i < nr_cpus && i < MAX_CPUS; i++) {
        if ((others >> i & 1) != 0)
            cpu_pend(&cpus[i], SOFTIRQ_SWAP);
    }
    while ((atomic_read64(&swap.waiting) & others) != others) {
        tlb_flush_asked();
        if (now_ns() > until)
            return false;
        cpu_relax();
    }
    return true;
}

static void finish(uint64_t began)
{
    struct module *m = swap.module;

    if (swap.rc == 0 && m != NULL)
        module_serves(m, swap.serve);
    swap.ns = now_ns() - began;
    atomic_write32(&swap.phase, SWAP_DONE);
    atomic_write32(&swap.round, atomic_read32(&swap.round) + 1);
    for (uint32_t i = 0; i < nr_cpus && i < MAX_CPUS; i++) {
        if (swap.sched)
            cpu_pend(&cpus[i], SOFTIRQ_SCHEDULE);
    }
}

static void lead(void)
{
    uint64_t began = now_ns();

    if (swap.trapped) {
        put_back(); /* we are here again, after a trap in hand_over() */
    } else if (!gather()) {
        swap.rc = -ETIME;
    } else {
        hand_over();
    }
    finish(began);
}

static void wait(void)
{
    uint32_t round = atomic_read32(&swap.round);

    __atomic_fetch_or(&swap.waiting, 1UL << (this_cpu()->id & 63), __ATOMIC_SEQ_CST);
    while (atomic_read32(&swap.round) == round && atomic_read32(&swap.phase) != SWAP_DONE) {
        tlb_flush_asked();
        cpu_relax();
    }
    cpu_serialize();
}

void swap_run(void)
{
    uint32_t phase = atomic_read32(&swap.phase);

    if (phase != SWAP_BEGUN && phase != SWAP_HANDING_OVER)
        return;
    if (swap.leader == this_cpu()->id)
        lead();
    else
        wait();
}

bool swap_trapped(uint64_t home)
{
    (void)home;
    if (atomic_read32(&swap.phase) != SWAP_HANDING_OVER || swap.leader != this_cpu()->id || swap.trapped)
        return false;
    swap.trapped = true;
    softirq_raise(SOFTIRQ_SWAP);
    return true;
}
