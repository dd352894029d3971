/* SPDX-License-Identifier: MIT */
/* What must hold of the event channels between two operations: the port tables, the guests' pages and the vcpus, held
 * against the ledger. */
#include "tests/twin/twin_evtchn.h"

/* The vcpu in whose queues each port is, by following them; how often. */
static uint8_t found_at[NR_PORTS], nr_found[NR_PORTS];

static void walk_queues(uint32_t vcpu)
{
    const struct evtchn_fifo_control_block *c = control_of(vcpu);

    for (unsigned q = 0; q < EVTCHN_FIFO_MAX_QUEUES; q++) {
        bool ready = (c->ready >> q & 1) != 0;

        twin_assert(!ready || dom[A]->vcpu[vcpu]->info->evtchn_upcall_pending != 0,
                    "queue %u of vcpu %u is ready, and it is not told", q, vcpu);
        twin_assert(ready || c->head[q] == 0, "queue %u of vcpu %u has ports, and is not ready", q, vcpu);
        for (uint32_t p = c->head[q], n = 0; p != 0; p = *word_of(p) & EVTCHN_FIFO_LINK_MASK, n++) {
            twin_assert(p < NR_PORTS && n < NR_PORTS, "queue %u of vcpu %u does not end", q, vcpu);
            found_at[p] = (uint8_t)vcpu;
            nr_found[p]++;
        }
    }
}

static void walk_all(void)
{
    memset(found_at, 0, sizeof(found_at));
    memset(nr_found, 0, sizeof(nr_found));
    for (uint32_t i = 0; i < 2; i++)
        if (has_control[i])
            walk_queues(i);
}

/* The vcpu whose queues a port was put into, + 1: it stays there though it is moved; 0: it is in none. */
static uint8_t queued[NR_PORTS];

void evtchn_note_queues(void)
{
    walk_all();
    for (uint32_t p = 1; p < NR_PORTS; p++) {
        if (nr_found[p] == 0)
            queued[p] = 0;
        else if (queued[p] == 0)
            queued[p] = ledger[A][p].vcpu + 1;
        twin_assert(nr_found[p] == 0 || found_at[p] + 1 == queued[p], "port %u is in a queue of vcpu %u", p,
                    found_at[p]);
    }
    memset(found_at, 0, sizeof(found_at));
    memset(nr_found, 0, sizeof(nr_found));
}

/* The binding word that the ledger asks for, by the layout that evtchn_private.h gives. */
static uint64_t bind_expected(unsigned d, const struct port *e)
{
    domid_t other = dom[e->to_us ? d : 1 - d]->id;

    switch (e->state) {
    case EVTCHNSTAT_unbound:
    case EVTCHNSTAT_interdomain: return e->state | (uint64_t)other << 16 | (uint64_t)e->number << 32;
    default: return e->state | (uint64_t)e->number << 32;
    }
}

static void check_port(unsigned d, uint32_t p)
{
    const struct evtchn_port *is = &dom[d]->evtchn->near_chunk[0]->port[p];
    const struct port *e = &ledger[d][p];
    bool used = (dom[d]->evtchn->near_chunk[0]->used >> p & 1) != 0;

    twin_assert(is->bind == bind_expected(d, e), "port %u of %c has binding %lx, not %lx", p, 'A' + d, is->bind,
                bind_expected(d, e));
    twin_assert(is->remote == (e->state == EVTCHNSTAT_interdomain ? dom[e->to_us ? d : 1 - d] : NULL),
                "port %u of %c names the wrong domain", p, 'A' + d);
    twin_assert(used == (e->state != EVTCHNSTAT_closed), "port %u of %c is in use and not so marked, or the other way",
                p, 'A' + d);
    twin_assert(is->vcpu == e->vcpu, "port %u of %c notifies vcpu %u", p, 'A' + d, is->vcpu);
}

/* The other end of every pair is the pair's, and of no other. */
static void check_pairs(void)
{
    for (unsigned d = 0; d < 2; d++) {
        for (uint32_t p = 1; p < NR_PORTS; p++) {
            uint64_t bind = dom[d]->evtchn->near_chunk[0]->port[p].bind, back;
            unsigned rd = (domid_t)(bind >> 16) == dom[A]->id ? A : B;

            if ((uint8_t)bind != EVTCHNSTAT_interdomain)
                continue;
            twin_assert(bind >> 32 < NR_PORTS, "port %u of %c leads nowhere", p, 'A' + d);
            back = dom[rd]->evtchn->near_chunk[0]->port[bind >> 32].bind;
            twin_assert(back == (EVTCHNSTAT_interdomain | (uint64_t)dom[d]->id << 16 | (uint64_t)p << 32),
                        "the other end of port %u of %c is another's", p, 'A' + d);
        }
    }
}

/* VIRQs and pirqs lead to the port that is bound to them. */
static void check_sources(unsigned d)
{
    uint32_t timer[2] = { 0, 0 }, console = 0, pirq = 0;

    for (uint32_t p = 1; p < NR_PORTS; p++) {
        const struct port *e = &ledger[d][p];

        if (e->state == EVTCHNSTAT_virq && e->number == VIRQ_TIMER)
            timer[e->vcpu] = p;
        if (e->state == EVTCHNSTAT_virq && e->number == VIRQ_CONSOLE)
            console = p;
        if (e->state == EVTCHNSTAT_pirq)
            pirq = p;
    }
    for (uint32_t i = 0; i < dom[d]->max_vcpus; i++)
        twin_assert(dom[d]->vcpu[i]->virq_port[VIRQ_TIMER] == timer[i], "the timer of vcpu %u leads to port %u", i,
                    dom[d]->vcpu[i]->virq_port[VIRQ_TIMER]);
    twin_assert(dom[d]->vcpu[0]->virq_port[VIRQ_CONSOLE] == console, "the console leads to port %u",
                dom[d]->vcpu[0]->virq_port[VIRQ_CONSOLE]);
    twin_assert(dom[d]->evtchn->pirq_port[1] == pirq, "the pirq leads to port %u", dom[d]->evtchn->pirq_port[1]);
    if (d == A)
        twin_assert(pirqs_bound == (pirq != 0), "the pirq is bound %u times", pirqs_bound);
}

static void check_pending_2l(unsigned d)
{
    const struct shared_info *s = dom[d]->shared;
    bool told = false;

    for (uint32_t i = 0; i < dom[d]->max_vcpus; i++)
        told = told || (s->vcpu_info[i].evtchn_upcall_pending != 0 && (s->vcpu_info[i].evtchn_pending_sel & 1) != 0);
    for (uint32_t p = 1; p < NR_PORTS; p++) {
        const struct port *e = &ledger[d][p];

        twin_assert((s->evtchn_pending[0] >> p & 1) == e->pending, "port %u of %c is %spending", p, 'A' + d,
                    e->pending ? "not " : "");
        twin_assert((s->evtchn_mask[0] >> p & 1) == e->masked, "port %u of %c is masked otherwise", p, 'A' + d);
        twin_assert(!e->pending || e->masked || told, "port %u of %c is pending, and no vcpu is told", p, 'A' + d);
    }
    twin_assert(s->evtchn_pending[0] >> NR_PORTS == 0 && (s->evtchn_pending[0] & 1) == 0,
                "a port is pending that is not there");
}

static void check_pending_fifo(void)
{
    walk_all();
    for (uint32_t p = 1; p < NR_PORTS; p++) {
        const struct port *e = &ledger[A][p];
        uint32_t w = *word_of(p);
        bool saved = dom[A]->evtchn->near_chunk[0]->port[p].saved != 0;

        twin_assert(saved == (!has_array && e->pending), "port %u is %ssaved for the array", p, saved ? "" : "not ");
        if (!has_array)
            continue;
        twin_assert((w >> EVTCHN_FIFO_PENDING & 1) == e->pending, "port %u is %spending", p, e->pending ? "not " : "");
        twin_assert((w >> EVTCHN_FIFO_MASKED & 1) == e->masked, "port %u is masked otherwise", p);
        twin_assert((w >> EVTCHN_FIFO_BUSY & 1) == 0, "port %u is left busy", p);
        twin_assert(nr_found[p] == (w >> EVTCHN_FIFO_LINKED & 1), "port %u is in %u queues", p, nr_found[p]);
        twin_assert(!e->pending || e->masked || e->unqueued || nr_found[p] == 1, "port %u is pending, and in no queue",
                    p);
    }
    memset(found_at, 0, sizeof(found_at));
    memset(nr_found, 0, sizeof(nr_found));
}

/* Who is told, or polls for what has come, does not sleep. */
static void check_vcpus(unsigned d)
{
    uint32_t polling = 0;

    for (uint32_t i = 0; i < dom[d]->max_vcpus; i++) {
        const struct vcpu *v = dom[d]->vcpu[i];

        twin_assert(v->info->evtchn_upcall_pending == 0 || v->block != VCPU_BLOCKED,
                    "vcpu %u of %c sleeps, and an upcall waits", i, 'A' + d);
        polling += v->block == VCPU_POLLING;
        twin_assert(v->block != VCPU_POLLING || !ledger[d][v->poll_port].pending || (d == A && fifo && !has_array),
                    "vcpu %u of %c polls for what is pending", i, 'A' + d);
    }
    twin_assert(dom[d]->nr_polling == polling, "%u vcpus of %c poll, %u are counted", polling, 'A' + d,
                dom[d]->nr_polling);
}

static void check_frames(void)
{
    uint64_t plain = FS_OWNER(1) | FS_ALLOC;

    twin_assert(frame_table()[ARRAY_A].state == plain + has_array, "the array page has state %lx",
                frame_table()[ARRAY_A].state);
    twin_assert(frame_table()[CONTROL_A].state == plain + has_control[0] + has_control[1],
                "the control page has state %lx", frame_table()[CONTROL_A].state);
    twin_assert((dom[A]->evtchn->fifo != NULL) == fifo, "the ABI is the other");
}

void evtchn_check(void)
{
    for (unsigned d = 0; d < 2; d++) {
        for (uint32_t p = 1; p < NR_PORTS; p++)
            check_port(d, p);
        check_sources(d);
        check_vcpus(d);
        if (d == A && fifo)
            check_pending_fifo();
        else
            check_pending_2l(d);
    }
    check_pairs();
    check_frames();
    twin_assert(world_nr_objects() == 2 * 2 + 3 + fifo, "%u objects are alive", world_nr_objects());
    world_check();
}
