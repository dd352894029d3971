/* SPDX-License-Identifier: MIT */
#include "core/module_swap.h"

#include "arch/cpu.h"
#include "core/atomic.h"
#include "core/log.h"
#include "core/module_plan.h"
#include "core/module_state.h"
#include "core/percpu.h"
#include "core/pool.h"
#include "core/time.h"
#include "core/tlb.h"
#include "ports/evtchn.h"
#include "ports/gnttab.h"
#include "ports/sched.h"

#define TIMEOUT_NS 30000000UL /* Xen's default for live patches */

enum swap_phase { SWAP_IDLE, SWAP_BEGUN, SWAP_HANDING_OVER, SWAP_SWEEPING };

static struct {
    uint32_t phase SC_ATOMIC;
    uint32_t leader;
    uint64_t waiting SC_ATOMIC; /* bit a CPU that waits */
    uint32_t round SC_ATOMIC;   /* counts swaps: who waits goes on when it changes */
    struct module_plan plan;
    struct state_order state;
    uint64_t timeout_ns;
    bool trapped;
    bool failed; /* nobody asked for it: a module has failed */
    struct module *failing SC_NULLABLE;
    int rc;
    uint64_t ns;
    /* For who asked: of the last that was asked for. */
    uint8_t done SC_ATOMIC;
    int done_rc;
    uint64_t done_ns;
} swap SC_BOOT;

/* ---- beginning ---- */

int swap_plan(struct module *m, bool serve)
{
    return plan_make(&swap.plan, m, serve);
}

/* This CPU leads. */
static bool lead_begin(bool failed)
{
    if (atomic_cmpxchg32(&swap.phase, SWAP_IDLE, SWAP_BEGUN) != SWAP_IDLE)
        return false;
    swap.leader = this_cpu()->id;
    swap.trapped = false;
    swap.failed = failed;
    swap.timeout_ns = TIMEOUT_NS;
    atomic_write64(&swap.waiting, 0);
    return true;
}

int swap_begin(uint64_t timeout_ns)
{
    if (!lead_begin(false))
        return -EAGAIN;
    if (swap.plan.version != modules_version()) {
        atomic_write32(&swap.phase, SWAP_IDLE);
        return -EAGAIN;
    }
    if (timeout_ns != 0)
        swap.timeout_ns = timeout_ns;
    atomic_write8(&swap.done, 0);
    softirq_raise(SOFTIRQ_SWAP);
    return 0;
}

bool swap_look(int *rc, uint64_t *ns)
{
    if (atomic_read8(&swap.done) == 0)
        return false;
    *rc = swap.done_rc;
    *ns = swap.done_ns;
    return true;
}

/* ---- while all wait ---- */

static int state_export(void)
{
    pools_begin();
    if (swap.plan.sched)
        sched_export_state();
    pools_convert(swap.plan.evtchn_converts);
    if (swap.plan.evtchn)
        evtchn_export_state();
    pools_convert(swap.plan.gnttab_converts);
    if (swap.plan.gnttab)
        gnttab_export_state();
    pools_convert(true);
    return state_write(&swap.state);
}

static int state_import(void)
{
    int rc = swap.plan.sched ? sched_import_state() : 0;

    pools_convert(swap.plan.evtchn_converts);
    if (rc == 0 && swap.plan.evtchn)
        rc = evtchn_import_state();
    pools_convert(swap.plan.gnttab_converts);
    if (rc == 0 && swap.plan.gnttab)
        rc = gnttab_import_state();
    pools_convert(true);
    return rc == 0 ? state_read(&swap.state) : rc;
}

/* What was there before is there again, or it is gone for good. */
static void state_settle(bool done)
{
    state_end(done);
    pools_end(done);
}

/* The old one serves on; a scheduler has to find its vcpus again. */
static void put_back(int rc)
{
    plan_write(&swap.plan, true);
    state_settle(false);
    if (swap.plan.sched && sched_import_state() != 0)
        panic("the scheduler that served before does not take its vcpus back");
    swap.rc = rc == -ETIME || rc == -EAGAIN ? rc : -MODULE_EREMOTEIO;
}

/* One that has failed loses what it serves, however long that takes. */
static void hand_over(void)
{
    uint64_t until = swap.failed ? UINT64_MAX : now_ns() + swap.timeout_ns;
    int rc;

    swap.state = (struct state_order){ swap.plan.evtchn_converts, swap.plan.gnttab_converts, until };
    atomic_write32(&swap.phase, SWAP_HANDING_OVER);
    rc = state_export();
    if (rc == 0) {
        plan_write(&swap.plan, false);
        rc = state_import();
    }
    if (rc == 0 && now_ns() > until)
        rc = -ETIME;
    if (rc == 0)
        state_settle(true);
    else
        put_back(rc);
    if (rc == 0)
        swap.rc = 0;
}

static uint64_t others_online(void)
{
    return atomic_read64(&cpus_online) & ~(1UL << (this_cpu()->id & 63));
}

/* All others have come: true.  Who waits for a TLB flush of ours meanwhile gets it. */
static bool gather(void)
{
    uint64_t until = now_ns() + swap.timeout_ns, others = others_online();

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

/* One that has failed and still serves; null: none does. */
SC_NULLABLE static struct module *failed_find(void)
{
    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        struct module *m = module_get(i);

        if (m != NULL && atomic_read8(&m->faulty) == MODULE_FAULTY && m->order != 0)
            return m;
    }
    return NULL;
}

/* Of one that has failed. */
static void failed_log(struct module *m)
{
    if (swap.rc == 0) {
        log_warn("module %.128s has failed and serves no more; what served before serves again; CPUs waited %lu ns",
                 m->name, swap.ns);
    } else if (swap.rc == -ETIME || swap.rc == -EAGAIN) {
        softirq_raise(SOFTIRQ_SWAP); /* once more */
    } else {
        atomic_write8(&m->faulty, MODULE_STUCK);
        log_err("module %.128s has failed, and nobody takes over what it serves (%d)", m->name, swap.rc);
    }
}

static void finish(uint64_t began)
{
    struct module *m = swap.failed ? swap.failing : swap.plan.module;

    if (swap.rc == 0 && m != NULL) {
        module_serves(m, swap.plan.serve);
        swap.plan.version = modules_version();
        swap.plan.done = true;
    }
    swap.ns = now_ns() - began;
    atomic_write32(&swap.phase, SWAP_SWEEPING);
    atomic_write32(&swap.round, atomic_read32(&swap.round) + 1); /* the others go on */
    pools_sweep();
    if (swap.failed && m != NULL)
        failed_log(m);
    if (!swap.failed) {
        swap.done_rc = swap.rc;
        swap.done_ns = swap.ns;
        atomic_write8(&swap.done, 1);
    }
    for (uint32_t i = 0; i < nr_cpus && i < MAX_CPUS; i++) {
        if (swap.plan.sched)
            cpu_pend(&cpus[i], SOFTIRQ_SCHEDULE);
    }
    atomic_write32(&swap.phase, SWAP_IDLE);
    if (failed_find() != NULL)
        softirq_raise(SOFTIRQ_SWAP); /* it may have failed just now */
}

/* What is done for a module that has failed is planned only now, when nothing else can change any more; but what made
 * it serve is undone as it was done, if that came last. */
static void give_back(void)
{
    struct module *m = swap.failing;

    swap.rc = m != NULL && !plan_undo(&swap.plan, m) ? plan_make(&swap.plan, m, false) : 0;
    if (swap.rc == 0)
        hand_over();
}

/* Its export trapped: perhaps who served before needs nothing from it. */
static void take_away(void)
{
    plan_write(&swap.plan, false);
    swap.rc = state_import() == 0 ? 0 : -MODULE_EREMOTEIO;
    if (swap.rc != 0)
        plan_write(&swap.plan, true);
    state_settle(swap.rc == 0);
}

static void lead(void)
{
    uint64_t began = now_ns();

    if (swap.trapped && swap.failed)
        take_away();
    else if (swap.trapped)
        put_back(-EINVAL); /* we are here again, after a trap in hand_over() */
    else if (!gather())
        swap.rc = -ETIME;
    else if (swap.failed)
        give_back();
    else
        hand_over();
    finish(began);
}

static bool under_way(uint32_t phase)
{
    return phase == SWAP_BEGUN || phase == SWAP_HANDING_OVER;
}

static void wait(void)
{
    uint32_t round = atomic_read32(&swap.round);
    uint64_t me = 1UL << (this_cpu()->id & 63);

    while (atomic_read32(&swap.round) == round && under_way(atomic_read32(&swap.phase))) {
        if ((atomic_read64(&swap.waiting) & me) == 0)
            atomic_or64(&swap.waiting, me);
        tlb_flush_asked();
        cpu_relax();
    }
    cpu_serialize();
}

/* ---- modules that have failed ---- */

static void failed_look(void)
{
    struct module *m = failed_find();

    if (m == NULL)
        return;
    if (!lead_begin(true)) {
        softirq_raise(SOFTIRQ_SWAP); /* another swap comes first: it waits for this CPU */
        return;
    }
    swap.failing = m;
    lead();
}

bool swap_failed(struct module *m)
{
    uint8_t is = MODULE_SOUND;

    if (!m->at_run_time || m->order == 0)
        return false;
    is = atomic_read8(&m->faulty);
    if (is == MODULE_SOUND)
        atomic_write8(&m->faulty, MODULE_FAULTY);
    softirq_raise(SOFTIRQ_SWAP);
    return is != MODULE_STUCK;
}

/* ---- */

void swap_run(void)
{
    bool begun = under_way(atomic_read32(&swap.phase));

    if (begun && swap.leader == this_cpu()->id)
        lead();
    else if (begun)
        wait();
    else
        failed_look();
}

bool swap_trapped(void)
{
    if (atomic_read32(&swap.phase) != SWAP_HANDING_OVER || swap.leader != this_cpu()->id || swap.trapped)
        return false;
    swap.trapped = true;
    softirq_raise(SOFTIRQ_SWAP);
    return true;
}
