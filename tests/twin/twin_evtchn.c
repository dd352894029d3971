/* SPDX-License-Identifier: MIT */
/*
 * The event channels' twin: modules/evtchn, two domains with three ports each; the first has two vcpus and may go over
 * to the FIFO ABI.
 *
 * A ledger says what each port is bound to and whether it is pending, by what was asked for and answered.  After each
 * operation the port tables, the guests' pages and the vcpus are held against it: an event that is pending and not
 * masked is where its vcpu finds it, and that vcpu does not sleep.
 */
#include <stdio.h>

#include "tests/twin/twin_evtchn.h"

struct port ledger[2][NR_PORTS];
bool fifo, has_control[2], has_array;
struct domain *dom[2];

/* ---- what the module asks of others ---- */

void vcpu_unblock(struct vcpu *v)
{
    if (v->block == VCPU_POLLING)
        v->domain->nr_polling--;
    v->block = VCPU_RUNNABLE;
}

void vcpu_kick(struct vcpu *v)
{
    if (atomic_read8(&v->block) != VCPU_RUNNABLE)
        vcpu_unblock(v);
}

int hook_event_send(struct domain *d, uint32_t port)
{
    return 0;
}

void domain_hv_event(struct domain *d) {}

uint8_t pirqs_bound; /* pirq 1 */

int physdev_pirq_bind(struct domain *d, uint32_t pirq, bool share)
{
    pirqs_bound++;
    return 0;
}

void physdev_pirq_unbind(struct domain *d, uint32_t pirq)
{
    twin_assert(pirqs_bound > 0, "a pirq is unbound that was not bound");
    pirqs_bound--;
}

/* ---- the world ---- */

static struct domain *make(domid_t id, uint32_t nr_vcpus, uint64_t shared)
{
    struct domain *d = world_domain(id, nr_vcpus, id == 1);

    frame_assign(mfn(shared), id, true);
    d->shared = (struct shared_info *)frame_bytes(mfn(shared));
    for (uint32_t i = 0; i < nr_vcpus; i++)
        d->vcpu[i]->info = &d->shared->vcpu_info[i];
    twin_assert(evtchn_domain_init(d) == 0, "no memory");
    for (uint32_t i = 0; i < nr_vcpus; i++)
        twin_assert(evtchn_vcpu_init(d->vcpu[i]) == 0, "no memory");
    evtchn_set_max_port(d, NR_PORTS - 1);
    return d;
}

static void start(void)
{
    world_frames(NR_FRAMES);
    dom[A] = make(1, 2, SHARED_A);
    dom[B] = make(2, 1, SHARED_B);
    frame_assign(mfn(ARRAY_A), 1, false);
    frame_assign(mfn(CONTROL_A), 1, false);
    world_ready(sizeof(struct evtchn_fifo) + 64);
}

/* ---- two CPUs at once ---- */

bool at_once, replaying;
__attribute__((section("not_the_world"))) struct answer answers[2];
struct answer *said = &answers[0];
#define ASK(call) (replaying ? said->rc : (said->rc = (call)))
#define answer_assert(condition, ...) twin_assert((at_once && !replaying) || (condition), __VA_ARGS__)

/* ---- what should come of it ---- */

/* The port that a bind is to give: the lowest that is closed, and in FIFO in no queue; 0: none. */
static uint32_t port_expected(unsigned d)
{
    bool queues = d == A && fifo && has_array;

    /* What was in a queue then is not known any more. */
    if (replaying && queues && said->rc == 0 && ledger[d][said->port].state == EVTCHNSTAT_closed)
        return said->port;
    if (replaying && queues && said->rc == -ENOSPC)
        return 0;
    for (uint32_t p = 1; p < NR_PORTS; p++)
        if (ledger[d][p].state == EVTCHNSTAT_closed &&
            (replaying || !queues || (*word_of(p) >> EVTCHN_FIFO_LINKED & 1) == 0))
            return p;
    return 0;
}

void raise(unsigned d, uint32_t p)
{
    struct port *e = &ledger[d][p];

    if (!e->pending && d == A && fifo && has_array)
        e->unqueued = !has_control[e->vcpu];
    else if (d == A && fifo && has_array && has_control[e->vcpu] && !e->masked)
        e->unqueued = false; /* asked for again, now there are queues */
    e->pending = true;
}

static void bound(unsigned d, uint32_t want, uint32_t p, struct port as)
{
    answer_assert(p == want, "port %u is given, not %u", p, want);
    as.pending = false;
    as.masked = ledger[d][p].masked; /* the guest's own */
    ledger[d][p] = as;
}

static void closed(unsigned d, uint32_t p)
{
    bool masked = ledger[d][p].masked;

    ledger[d][p] = (struct port){ .masked = masked };
}

/* ---- what there is to do ---- */

static const char *const verbs[] = {
    [ALLOC_OTHER] = "alloc_unbound",
    [ALLOC_SELF] = "alloc_unbound for itself",
    [BIND] = "bind_interdomain",
    [BIND_SELF] = "bind_interdomain to itself",
    [VIRQ] = "bind_virq",
    [GLOBAL] = "bind_virq console",
    [IPI] = "bind_ipi",
    [PIRQ] = "bind_pirq",
    [CLOSE] = "close",
    [SEND] = "send",
    [FIRE_VIRQ] = "virq",
    [FIRE_GLOBAL] = "virq console",
    [FIRE_PIRQ] = "pirq",
    [MASK] = "mask",
    [UNMASK] = "unmask",
    [PRIORITY] = "set_priority",
    [MOVE] = "bind_vcpu",
    [HANDLE] = "handle",
    [BLOCK] = "block",
    [POLL] = "poll",
    [CONTROL] = "init_control",
    [ARRAY] = "expand_array",
    [RESET] = "reset",
};

const struct step steps[] = {
    { ALLOC_OTHER, A, 0 }, { ALLOC_OTHER, B, 0 }, { ALLOC_SELF, A, 0 }, { BIND, A, 1 },      { BIND, A, 2 },
    { BIND, B, 1 },        { BIND, B, 2 },        { BIND_SELF, A, 1 },  { VIRQ, A, 0 },      { VIRQ, A, 1 },
    { GLOBAL, A, 0 },      { IPI, A, 1 },         { PIRQ, A, 0 },       { CLOSE, A, 0 },     { CLOSE, A, 1 },
    { CLOSE, A, 2 },       { CLOSE, A, 3 },       { CLOSE, B, 1 },      { CLOSE, B, 2 },     { SEND, A, 1 },
    { SEND, A, 2 },        { SEND, B, 1 },        { SEND, B, 2 },       { FIRE_VIRQ, A, 0 }, { FIRE_VIRQ, A, 1 },
    { FIRE_GLOBAL, A, 0 }, { FIRE_PIRQ, A, 0 },   { MASK, A, 1 },       { UNMASK, A, 1 },    { PRIORITY, A, 1 },
    { MOVE, A, 1 },        { MOVE, A, 2 },        { HANDLE, A, 0 },     { HANDLE, A, 1 },    { HANDLE, B, 0 },
    { BLOCK, A, 0 },       { BLOCK, B, 0 },       { POLL, A, 1 },       { CONTROL, A, 0 },   { CONTROL, A, 1 },
    { ARRAY, A, 0 },       { RESET, A, 0 },
};
const unsigned nr_steps = ARRAY_SIZE(steps);

static bool run_alloc(unsigned d, bool self)
{
    uint32_t want = port_expected(d);
    int rc = ASK(evtchn_alloc_unbound(dom[d], dom[self ? d : 1 - d]->id, &said->port));

    answer_assert(rc == (want != 0 ? 0 : -ENOSPC), "alloc_unbound says %d", rc);
    if (rc == 0)
        bound(d, want, said->port, (struct port){ .state = EVTCHNSTAT_unbound, .to_us = self });
    return rc == 0;
}

static bool run_bind(unsigned d, unsigned rd, uint32_t rport)
{
    struct port *r = &ledger[rd][rport];
    uint32_t want = port_expected(d);
    bool can = r->state == EVTCHNSTAT_unbound && r->to_us == (d == rd);
    int rc = ASK(evtchn_bind_interdomain(dom[d], dom[rd]->id, rport, &said->port));

    answer_assert(rc == (want == 0 ? -ENOSPC : can ? 0 : -EINVAL), "bind_interdomain says %d", rc);
    if (rc != 0)
        return false;
    bound(d, want, said->port,
          (struct port){ .state = EVTCHNSTAT_interdomain, .number = (uint8_t)rport, .to_us = d == rd });
    r->state = EVTCHNSTAT_interdomain;
    r->number = (uint8_t)said->port;
    raise(d, said->port);
    return true;
}

static bool is_bound(unsigned d, uint8_t state, uint8_t number, int vcpu)
{
    for (uint32_t p = 1; p < NR_PORTS; p++)
        if (ledger[d][p].state == state && ledger[d][p].number == number && (vcpu < 0 || ledger[d][p].vcpu == vcpu))
            return true;
    return false;
}

static bool run_virq(unsigned d, uint32_t virq, uint32_t vcpu)
{
    uint32_t want = port_expected(d);
    bool there = is_bound(d, EVTCHNSTAT_virq, (uint8_t)virq, virq == VIRQ_TIMER ? (int)vcpu : -1);
    int rc = ASK(evtchn_bind_virq(dom[d], virq, vcpu, &said->port));

    answer_assert(rc == (there ? -EEXIST : want == 0 ? -ENOSPC : 0), "bind_virq says %d", rc);
    if (rc == 0)
        bound(d, want, said->port,
              (struct port){ .state = EVTCHNSTAT_virq, .number = (uint8_t)virq, .vcpu = (uint8_t)vcpu });
    return rc == 0;
}

static bool run_ipi(unsigned d, uint32_t vcpu)
{
    uint32_t want = port_expected(d);
    int rc = ASK(evtchn_bind_ipi(dom[d], vcpu, &said->port));

    answer_assert(rc == (want == 0 ? -ENOSPC : 0), "bind_ipi says %d", rc);
    if (rc == 0)
        bound(d, want, said->port, (struct port){ .state = EVTCHNSTAT_ipi, .vcpu = (uint8_t)vcpu });
    return rc == 0;
}

static bool run_pirq(unsigned d)
{
    uint32_t want = port_expected(d);
    bool there = is_bound(d, EVTCHNSTAT_pirq, 1, -1);
    int rc = ASK(evtchn_bind_pirq(dom[d], 1, false, &said->port));

    answer_assert(rc == (there ? -EEXIST : want == 0 ? -ENOSPC : 0), "bind_pirq says %d", rc);
    if (rc == 0)
        bound(d, want, said->port, (struct port){ .state = EVTCHNSTAT_pirq, .number = 1 });
    return rc == 0;
}

/* The ledger's side of a close. */
static void close_expected(unsigned d, uint32_t p)
{
    struct port *e = &ledger[d][p], *r;

    if (e->state == EVTCHNSTAT_interdomain) {
        r = &ledger[e->to_us ? d : 1 - d][e->number];
        r->state = EVTCHNSTAT_unbound;
        r->number = 0;
    }
    closed(d, p);
}

static bool run_close(unsigned d, uint32_t p)
{
    bool can = ledger[d][p].state != EVTCHNSTAT_closed;
    int rc = ASK(evtchn_close(dom[d], p));

    answer_assert(rc == (can ? 0 : -EINVAL), "close says %d", rc);
    if (can)
        close_expected(d, p);
    return can;
}

static bool run_send(unsigned d, uint32_t p)
{
    const struct port *e = &ledger[d][p];
    int rc = ASK(evtchn_send(dom[d]->vcpu[0], p));
    bool can = e->state == EVTCHNSTAT_interdomain || e->state == EVTCHNSTAT_ipi || e->state == EVTCHNSTAT_unbound;

    answer_assert(rc == (can ? 0 : -EINVAL), "send says %d", rc);
    if (e->state == EVTCHNSTAT_interdomain)
        raise(e->to_us ? d : 1 - d, e->number);
    else if (e->state == EVTCHNSTAT_ipi)
        raise(d, p);
    return can && e->state != EVTCHNSTAT_unbound;
}

/* Whoever is bound to it becomes pending. */
static bool fire_expected(unsigned d, uint8_t state, uint8_t number, int vcpu)
{
    for (uint32_t p = 1; p < NR_PORTS; p++) {
        if (ledger[d][p].state == state && ledger[d][p].number == number && (vcpu < 0 || ledger[d][p].vcpu == vcpu)) {
            raise(d, p);
            return true;
        }
    }
    return false;
}

static bool run_fire_virq(unsigned d, uint32_t vcpu)
{
    if (!replaying)
        evtchn_send_virq(dom[d]->vcpu[vcpu], VIRQ_TIMER);
    return fire_expected(d, EVTCHNSTAT_virq, VIRQ_TIMER, (int)vcpu);
}

static bool run_fire_global(unsigned d)
{
    if (!replaying)
        evtchn_send_global_virq(dom[d], VIRQ_CONSOLE);
    return fire_expected(d, EVTCHNSTAT_virq, VIRQ_CONSOLE, -1);
}

static bool run_fire_pirq(unsigned d)
{
    if (!replaying)
        evtchn_send_pirq(dom[d], 1);
    return fire_expected(d, EVTCHNSTAT_pirq, 1, -1);
}

static int mask(unsigned d, uint32_t p)
{
    if (ledger[d][p].masked || (d == A && fifo && !has_array))
        return -EINVAL;
    if (d == A && fifo)
        *word_of(p) |= 1U << EVTCHN_FIFO_MASKED;
    else
        dom[d]->shared->evtchn_mask[0] |= 1UL << p;
    return 0;
}

static bool run_mask(unsigned d, uint32_t p)
{
    if (ASK(mask(d, p)) != 0)
        return false;
    ledger[d][p].masked = true;
    return true;
}

/* A port that is closed stays masked in the 2-level ABI: the call does nothing with it. */
static bool run_unmask(unsigned d, uint32_t p)
{
    int rc = ASK(evtchn_unmask(dom[d], p));
    bool was = ledger[d][p].masked;

    twin_assert(rc == 0, "unmask says %d", rc);
    if (ledger[d][p].state == EVTCHNSTAT_closed || (d == A && fifo && !has_array))
        return false;
    if (d == A && fifo && !has_control[ledger[d][p].vcpu])
        ledger[d][p].unqueued = ledger[d][p].pending;
    else
        ledger[d][p].unqueued = false;
    ledger[d][p].masked = false;
    return was;
}

static bool run_move(unsigned d, uint32_t p, uint32_t vcpu)
{
    struct port *e = &ledger[d][p];
    bool can = e->state == EVTCHNSTAT_unbound || e->state == EVTCHNSTAT_interdomain || e->state == EVTCHNSTAT_pirq ||
               (e->state == EVTCHNSTAT_virq && e->number != VIRQ_TIMER);
    int rc = ASK(evtchn_bind_vcpu(dom[d], p, vcpu));

    answer_assert(rc == (can ? 0 : -EINVAL), "bind_vcpu says %d", rc);
    if (can)
        e->vcpu = (uint8_t)vcpu;
    return can;
}

static bool run_priority(uint32_t p)
{
    int rc = ASK(evtchn_set_priority(dom[A], p, 3));

    answer_assert(rc == (fifo ? 0 : -ENOSYS), "set_priority says %d", rc);
    return rc == 0;
}

static void handle_2l(unsigned d, struct vcpu_info *info)
{
    uint64_t *pending = dom[d]->shared->evtchn_pending, found;
    uint64_t selected = __atomic_exchange_n(&info->evtchn_pending_sel, 0, __ATOMIC_SEQ_CST);

    if (selected == 0)
        return;
    twin_assert(selected == 1, "a word is selected that no port is in");
    found = pending[0] & ~dom[d]->shared->evtchn_mask[0];
    (void)__atomic_fetch_and(&pending[0], ~found, __ATOMIC_SEQ_CST);
    said->taken = (uint32_t)found;
}

/* Take all that is in this queue out of it. */
static void handle_queue(struct evtchn_fifo_control_block *c, unsigned q)
{
    for (unsigned n = 0; c->head[q] != 0; n++) {
        uint32_t p = c->head[q], w;

        twin_assert(n < NR_PORTS && p < NR_PORTS, "queue %u of the guest's does not end", q);
        w = *word_of(p);
        twin_assert((w >> EVTCHN_FIFO_LINKED & 1) != 0, "port %u is in queue %u and not linked", p, q);
        c->head[q] = w & EVTCHN_FIFO_LINK_MASK;
        w &= ~(1U << EVTCHN_FIFO_LINKED | EVTCHN_FIFO_LINK_MASK);
        if ((w >> EVTCHN_FIFO_MASKED & 1) == 0) {
            w &= ~(1U << EVTCHN_FIFO_PENDING);
            said->taken |= 1U << p;
        }
        *word_of(p) = w;
    }
}

static int handle(unsigned d, uint32_t vcpu)
{
    struct vcpu_info *info = dom[d]->vcpu[vcpu]->info;
    uint32_t ready;

    said->taken = 0;
    if (__atomic_exchange_n(&info->evtchn_upcall_pending, 0, __ATOMIC_SEQ_CST) == 0)
        return -EINVAL;
    /* What was told in the 2-level ABI is taken so, also when that has just ended. */
    if (d != A || !fifo) {
        handle_2l(d, info);
        return 0;
    }
    info->evtchn_pending_sel = 0;
    if (!has_control[vcpu])
        return 0;
    ready = __atomic_exchange_n(&control_of(vcpu)->ready, 0, __ATOMIC_SEQ_CST);
    for (unsigned q = 0; q < EVTCHN_FIFO_MAX_QUEUES; q++)
        if ((ready >> q & 1) != 0)
            handle_queue(control_of(vcpu), q);
    return 0;
}

static bool run_handle(unsigned d, uint32_t vcpu)
{
    int rc = ASK(handle(d, vcpu));

    for (uint32_t p = 1; p < NR_PORTS; p++)
        if ((said->taken >> p & 1) != 0)
            ledger[d][p].pending = ledger[d][p].unqueued = false;
    return rc == 0;
}

/* As the core does: first it sleeps, then it looks. */
static bool run_block(unsigned d, uint32_t vcpu)
{
    struct vcpu *v = dom[d]->vcpu[vcpu];

    if (replaying || v->block != VCPU_RUNNABLE || v->info->evtchn_upcall_pending != 0)
        return false;
    v->block = VCPU_BLOCKED;
    return true;
}

static bool run_poll(unsigned d, uint32_t p)
{
    struct vcpu *v = dom[d]->vcpu[0];

    if (replaying || v->block != VCPU_RUNNABLE || evtchn_port_pending(dom[d], p))
        return false;
    v->block = VCPU_POLLING;
    v->poll_port = p;
    dom[d]->nr_polling++;
    return true;
}

/* The masks of the 2-level ABI end with it; what is pending is kept for the array. */
static bool run_control(uint32_t vcpu)
{
    int rc = ASK(evtchn_fifo_init_control(dom[A], gfn(CONTROL_A), 256 * vcpu, vcpu));

    answer_assert(rc == (has_control[vcpu] ? -EINVAL : 0), "init_control says %d", rc);
    if (rc != 0)
        return false;
    for (uint32_t p = 1; !fifo && p < NR_PORTS; p++)
        ledger[A][p].masked = false;
    fifo = true;
    has_control[vcpu] = true;
    return true;
}

static bool run_array(void)
{
    int rc;

    if (has_array)
        return false; /* a second page would be for ports that are not in this world */
    rc = ASK(evtchn_fifo_expand_array(dom[A], gfn(ARRAY_A)));
    answer_assert(rc == (fifo ? 0 : -EOPNOTSUPP), "expand_array says %d", rc);
    if (rc != 0)
        return false;
    has_array = true;
    for (uint32_t p = 1; p < NR_PORTS; p++)
        ledger[A][p].unqueued = ledger[A][p].pending && !has_control[ledger[A][p].vcpu];
    return true;
}

/* EVTCHNOP_reset; then the guest begins anew, with pages of zeroes and nothing masked. */
static int reset(void)
{
    uint32_t chunk = 0;

    while (evtchn_reset_step(dom[A], &chunk))
        ;
    evtchn_reset_finish(dom[A]);
    twin_assert(at_once || fifo || (dom[A]->shared->evtchn_pending[0] & ((1UL << NR_PORTS) - 1)) == 0,
                "a reset leaves something pending");
    memset(dom[A]->shared->evtchn_pending, 0, 8);
    memset(dom[A]->shared->evtchn_mask, 0, 8);
    memset(frame_bytes(mfn(ARRAY_A)), 0, PAGE_SIZE);
    memset(frame_bytes(mfn(CONTROL_A)), 0, PAGE_SIZE);
    return 0;
}

static bool run_reset(void)
{
    (void)ASK(reset());
    for (uint32_t p = 1; p < NR_PORTS; p++) {
        if (ledger[A][p].state != EVTCHNSTAT_closed)
            close_expected(A, p);
        ledger[A][p].masked = false;
    }
    fifo = has_array = has_control[0] = has_control[1] = false;
    return true;
}

bool run_step(unsigned i)
{
    const struct step *s = &steps[i];

    switch ((enum verb)s->verb) {
    case ALLOC_OTHER: return run_alloc(s->d, false);
    case ALLOC_SELF: return run_alloc(s->d, true);
    case BIND: return run_bind(s->d, 1 - s->d, s->arg);
    case BIND_SELF: return run_bind(s->d, s->d, s->arg);
    case VIRQ: return run_virq(s->d, VIRQ_TIMER, s->arg);
    case GLOBAL: return run_virq(s->d, VIRQ_CONSOLE, 0);
    case IPI: return run_ipi(s->d, s->arg);
    case PIRQ: return run_pirq(s->d);
    case CLOSE: return run_close(s->d, s->arg);
    case SEND: return run_send(s->d, s->arg);
    case FIRE_VIRQ: return run_fire_virq(s->d, s->arg);
    case FIRE_GLOBAL: return run_fire_global(s->d);
    case FIRE_PIRQ: return run_fire_pirq(s->d);
    case MASK: return run_mask(s->d, s->arg);
    case UNMASK: return run_unmask(s->d, s->arg);
    case PRIORITY: return run_priority(s->arg);
    case MOVE: return run_move(s->d, s->arg, 1);
    case HANDLE: return run_handle(s->d, s->arg);
    case BLOCK: return run_block(s->d, s->arg);
    case POLL: return run_poll(s->d, s->arg);
    case CONTROL: return run_control(s->arg);
    case ARRAY: return run_array();
    case RESET: return run_reset();
    }
    return false;
}

static bool run(unsigned i)
{
    bool done = run_step(i);

    evtchn_note_queues();
    return done;
}

void name_of(unsigned i, char *text, size_t size)
{
    (void)snprintf(text, size, "%s(%c, %u)", verbs[steps[i].verb], 'A' + steps[i].d, steps[i].arg);
}

static bool always_refused(unsigned i)
{
    return steps[i].verb == CLOSE && steps[i].arg == 0; /* port 0 is nobody's */
}

int main(void)
{
    /* Two ports of one vcpu's and a third, all in queues; and a pair that is connected. */
    const struct twin_start starts[] = {
        { .name = "nothing" },
        { .name = "queues",
          .op = { "bind_virq(A, 0)", "bind_virq console(A, 0)", "bind_ipi(A, 1)", "init_control(A, 0)",
                  "init_control(A, 1)", "expand_array(A, 0)" } },
        { .name = "pair", .op = { "alloc_unbound(A, 0)", "bind_interdomain(B, 1)", "handle(B, 0)" } },
        { .name = "pair, in a queue",
          .op = { "alloc_unbound(A, 0)", "bind_interdomain(B, 1)", "handle(B, 0)", "init_control(A, 0)",
                  "init_control(A, 1)", "expand_array(A, 0)" } },
    };
    struct twin evtchn = {
        .name = "evtchn",
        .nr_ops = ARRAY_SIZE(steps),
        .depth = 5,
        .full_depth = 6,
        .starts = starts,
        .nr_starts = ARRAY_SIZE(starts),
        .start = start,
        .run = run,
        .check = evtchn_check,
        .name_of = name_of,
        .always_refused = always_refused,
        .race_depth = 1,
        .race = evtchn_race,
        .pair_name = evtchn_pair_name,
    };

    world_zero_is_a_look = true;
    evtchn.nr_pairs = evtchn_make_pairs();
    return twin_main(&evtchn);
}
