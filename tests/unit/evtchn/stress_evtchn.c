/* SPDX-License-Identifier: MIT */
/*
 * Event channels from several CPUs at once, under ThreadSanitizer: two domains'
 * vcpus send, bind, close, move, unmask and reset while guests consume their
 * queues.  Checked: no data race, locks in order, and in the end a quiet,
 * working machine in which an event reaches its queue.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#define sched_yield libc_sched_yield /* the scheduler port has one of its own */
#include <pthread.h>
#undef sched_yield
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/mock/mock.h"

#include "modules/evtchn/evtchn_private.h"

#define THREADS 4
#define PORTS 12
#define ROUNDS 30000

static struct domain *dom[2];
static bool use_fifo;

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1103515245 + 12345;
    return *seed >> 8;
}

static void check(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "stress: %s\n", what);
        abort();
    }
}

static void fifo_start(struct domain *d)
{
    check(evtchn_fifo_init_control(d, gfn(mock_frame(d).v), 0, 0) == 0, "init_control");
    check(evtchn_fifo_init_control(d, gfn(mock_frame(d).v), 64, 1) == 0, "init_control");
    check(evtchn_fifo_expand_array(d, gfn(mock_frame(d).v)) == 0, "expand_array");
}

/* A guest takes events out, not always by the book. */
static void guest_acts(struct domain *d, uint32_t port, uint32_t r)
{
    struct vcpu_info *info = d->vcpu[r & 1]->info;

    shared_write8(&info->evtchn_upcall_pending, 0);
    (void)__atomic_exchange_n(&info->evtchn_pending_sel, 0, __ATOMIC_SEQ_CST);
    (void)shared_test_and_clear_bit(&d->shared->evtchn_pending[0], port);
}

static void *cpu(void *arg)
{
    uint32_t id = (uint32_t)(uintptr_t)arg, seed = 77 + id, port, r;
    struct domain *d = dom[id & 1], *other = dom[~id & 1];
    struct evtchn_status_reply reply;
    int rc = 0;

    for (uint32_t n = 0; n < ROUNDS; n++) {
        r = next_random(&seed);
        port = 1 + r % PORTS;
        r >>= 8;
        switch (r % 16) {
        case 0:
            rc = evtchn_alloc_unbound(d, other->id, &port);
            break;
        case 1:
            rc = evtchn_bind_interdomain(d, other->id, port, &port);
            break;
        case 2:
            rc = evtchn_close(d, port);
            break;
        case 3:
            rc = evtchn_bind_vcpu(d, port, r >> 4 & 1);
            break;
        case 4:
            rc = evtchn_unmask(d, port);
            break;
        case 5:
            rc = evtchn_bind_virq(d, VIRQ_TIMER, r >> 4 & 1, &port);
            break;
        case 6:
            evtchn_send_virq(d->vcpu[r >> 4 & 1], VIRQ_TIMER);
            break;
        case 7:
            rc = evtchn_status(d, port, &reply);
            break;
        case 8:
            rc = evtchn_set_priority(d, port, r >> 4 & 15);
            break;
        case 9:
            guest_acts(d, port, r >> 4);
            break;
        case 10:
            rc = evtchn_bind_ipi(d, r >> 4 & 1, &port);
            break;
        case 11:
            (void)evtchn_port_pending(d, port);
            break;
        case 12:
            if (n % 97 == 0 && id < 2) { /* one vcpu of each domain */
                uint32_t chunk = 0;

                while (evtchn_reset_step(d, &chunk))
                    ;
                evtchn_reset_finish(d);
                if (use_fifo)
                    fifo_start(d);
            }
            break;
        default:
            rc = evtchn_send(d->vcpu[id / 2], port);
            break;
        }
        check(rc <= 0 && rc >= -EOPNOTSUPP - 100, "a strange answer");
    }
    return NULL;
}

/* Invariants 1 to 3 of the module's README. */
static void check_inv(void)
{
    for (int i = 0; i < 2; i++) {
        for (uint32_t n = 1; n < 64; n++) {
            uint64_t bind = dom[i]->evtchn->near_chunk[0]->port[n].bind, peer;
            bool used = dom[i]->evtchn->near_chunk[0]->used >> n & 1;

            check(used == (bind_state(bind) != EVTCHNSTAT_closed), "used and the binding differ");
            if (bind_state(bind) == EVTCHNSTAT_virq)
                check(dom[i]->vcpu[dom[i]->evtchn->near_chunk[0]->port[n].vcpu]->virq_port[VIRQ_TIMER] == n,
                      "a VIRQ port that its vcpu does not know");
            if (bind_state(bind) != EVTCHNSTAT_interdomain)
                continue;
            peer = evtchn_port_find(dom[bind_dom(bind)]->evtchn, bind_number(bind))->bind;
            check(peer == bind_make(EVTCHNSTAT_interdomain, dom[i]->id, n), "the peer is another's");
        }
        for (int k = 0; k < 2; k++) {
            uint32_t port = dom[i]->vcpu[k]->virq_port[VIRQ_TIMER];

            check(port == 0 || bind_state(evtchn_port_find(dom[i]->evtchn, port)->bind) ==
                                   EVTCHNSTAT_virq, "a VIRQ bound to another port");
        }
    }
}

static void check_quiet(void)
{
    uint32_t p0, p1;

    for (int i = 0; i < 2; i++) {
        uint32_t chunk = 0;

        while (evtchn_reset_step(dom[i], &chunk))
            ;
        evtchn_reset_finish(dom[i]);
        check(dom[i]->vcpu[0]->virq_port[VIRQ_TIMER] == 0, "a VIRQ is still bound");
    }
    for (int i = 0; i < 2; i++)
        for (uint32_t c = 0; c < dom[i]->evtchn->nr_chunks; c++)
            check(dom[i]->evtchn->near_chunk[c]->used == (c == 0), "a port is still open");
    check(evtchn_alloc_unbound(dom[0], dom[1]->id, &p0) == 0, "alloc_unbound");
    check(evtchn_bind_interdomain(dom[1], dom[0]->id, p0, &p1) == 0, "bind_interdomain");
    check(evtchn_send(dom[1]->vcpu[0], p1) == 0 && evtchn_port_pending(dom[0], p0), "send");
}

static void stress(void **state)
{
    pthread_t thread[THREADS];

    for (int i = 0; i < 2; i++) {
        dom[i] = mock_domain((domid_t)i, 2, i == 0);
        check(evtchn_domain_init(dom[i]) == 0, "init");
        for (int k = 0; k < 2; k++)
            check(evtchn_vcpu_init(dom[i]->vcpu[k]) == 0, "init");
        if (use_fifo)
            fifo_start(dom[i]);
    }
    mock_lock_jitter = 13;
    for (uintptr_t i = 0; i < THREADS; i++)
        check(pthread_create(&thread[i], NULL, cpu, (void *)i) == 0, "thread");
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    mock_lock_jitter = 0;
    check_inv();
    check_quiet();
    for (int i = 0; i < 2; i++) {
        evtchn_domain_destroy(dom[i]);
        evtchn_domain_free(dom[i]);
    }
}

static void test_2l(void **state)
{
    use_fifo = false;
    stress(state);
}

static void test_fifo(void **state)
{
    use_fifo = true;
    stress(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_2l, mock_setup, mock_teardown),
        cmocka_unit_test_setup_teardown(test_fifo, mock_setup, mock_teardown),
    };

    return cmocka_run_group_tests(tests, mock_start, NULL);
}
