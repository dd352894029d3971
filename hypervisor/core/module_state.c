/* SPDX-License-Identifier: MIT */
#include "core/module_state.h"

#include "core/domain.h"
#include "core/fuel.h"
#include "core/numa.h"
#include "core/pool.h"
#include "core/time.h"
#include "ports/evtchn.h"
#include "ports/gnttab.h"

SC_POOL(evtchn_records, struct evtchn_record);
SC_POOL(gnttab_records, struct gnttab_record);

static struct {
    /* The records, in the order in which they were written. */
    struct evtchn_record *evtchn_first SC_NULLABLE, *evtchn_last SC_NULLABLE;
    struct gnttab_record *gnttab_first SC_NULLABLE, *gnttab_last SC_NULLABLE;
    bool written;                      /* all of them */
    bool evtchn_hidden, gnttab_hidden; /* what was there before is kept in the fields of domains for that */
} state SC_BOOT;

/* Each piece has an entry's fuel of its own. */
static int piece_begin(const struct state_order *order)
{
    *fuel_word() = ENTRY_FUEL;
    return now_ns() > order->until_ns ? -ETIME : 0;
}

/* ---- out ---- */

static void evtchn_append(struct evtchn_record *r)
{
    struct evtchn_record *last = state.evtchn_last;

    if (last != NULL)
        last->next = r;
    else
        state.evtchn_first = r;
    state.evtchn_last = r;
}

static void gnttab_append(struct gnttab_record *r)
{
    struct gnttab_record *last = state.gnttab_last;

    if (last != NULL)
        last->next = r;
    else
        state.gnttab_first = r;
    state.gnttab_last = r;
}

/* The next record that holds something.  0, -ENOMEM, -ETIME; -ENOENT: there is none. */
static int evtchn_write_one(const struct state_order *order, struct domain *d, struct record_at *at)
{
    struct evtchn_record *r = evtchn_records_new();
    enum record got;
    int rc;

    if (r == NULL)
        return -ENOMEM;
    r->domain = d;
    do {
        rc = piece_begin(order);
        got = evtchn_export(d, at, r);
    } while (rc == 0 && got == RECORD_EMPTY);
    if (rc == 0 && got == RECORD_FULL) {
        evtchn_append(r);
        return 0;
    }
    evtchn_records_delete(r);
    return rc != 0 ? rc : -ENOENT;
}

static int evtchn_write(const struct state_order *order, struct domain *d)
{
    struct record_at at = { 0, 0 };
    int rc;

    do
        rc = evtchn_write_one(order, d, &at);
    while (rc == 0);
    return rc == -ENOENT ? 0 : rc;
}

/* The next record that holds something.  0, -ENOMEM, -ETIME; -ENOENT: there is none. */
static int gnttab_write_one(const struct state_order *order, struct domain *d, struct record_at *at)
{
    struct gnttab_record *r = gnttab_records_new();
    enum record got;
    int rc;

    if (r == NULL)
        return -ENOMEM;
    r->domain = d;
    do {
        rc = piece_begin(order);
        got = gnttab_export(d, at, r);
    } while (rc == 0 && got == RECORD_EMPTY);
    if (rc == 0 && got == RECORD_FULL) {
        gnttab_append(r);
        return 0;
    }
    gnttab_records_delete(r);
    return rc != 0 ? rc : -ENOENT;
}

static int gnttab_write(const struct state_order *order, struct domain *d)
{
    struct record_at at = { 0, 0 };
    int rc;

    do
        rc = gnttab_write_one(order, d, &at);
    while (rc == 0);
    return rc == -ENOENT ? 0 : rc;
}

int state_write(const struct state_order *order)
{
    int rc = 0;

    if ((order->evtchn || order->gnttab) && domains_leaving() != 0)
        return -EAGAIN;
    for (struct domain *d = slot_read(domain_list); d != NULL && rc == 0; d = slot_read(d->next)) {
        if (order->evtchn)
            rc = evtchn_write(order, d);
        if (order->gnttab && rc == 0)
            rc = gnttab_write(order, d);
    }
    state.written = rc == 0;
    return rc;
}

/* ---- in ---- */

static void evtchn_hide(void)
{
    for (struct domain *d = slot_read(domain_list); d != NULL; d = slot_read(d->next)) {
        d->evtchn_before = slot_take(d->evtchn);
        for (uint32_t i = 0; i < d->max_vcpus && i < MAX_VCPUS; i++) {
            struct vcpu *v = d->vcpu[i];

            if (v != NULL)
                v->evtchn_before = slot_take(v->evtchn);
        }
    }
    state.evtchn_hidden = true;
}

static void gnttab_hide(void)
{
    for (struct domain *d = slot_read(domain_list); d != NULL; d = slot_read(d->next))
        d->gnttab_before = slot_take(d->gnttab);
    state.gnttab_hidden = true;
}

static int evtchn_read(const struct state_order *order)
{
    int rc = 0;

    evtchn_hide();
    for (const struct evtchn_record *r = state.evtchn_first; r != NULL && rc == 0; r = r->next) {
        (void)numa_make_for(r->domain->nodes);
        rc = piece_begin(order);
        if (rc == 0)
            rc = evtchn_import(r);
    }
    return rc;
}

static int gnttab_read(const struct state_order *order)
{
    int rc = 0;

    gnttab_hide();
    for (const struct gnttab_record *r = state.gnttab_first; r != NULL && rc == 0; r = r->next) {
        (void)numa_make_for(r->domain->nodes);
        rc = piece_begin(order);
        if (rc == 0)
            rc = gnttab_import(r);
    }
    return rc;
}

/* Has everything that had something got something? */
static bool all_there(const struct domain *d)
{
    bool there = (d->evtchn_before == NULL || d->evtchn != NULL) && (d->gnttab_before == NULL || d->gnttab != NULL);

    for (uint32_t i = 0; i < d->max_vcpus && i < MAX_VCPUS; i++) {
        const struct vcpu *v = d->vcpu[i];

        there = there && (v == NULL || v->evtchn_before == NULL || v->evtchn != NULL);
    }
    return there;
}

int state_read(const struct state_order *order)
{
    int rc = state.written || (!order->evtchn && !order->gnttab) ? 0 : -EINVAL;

    if (rc == 0 && order->evtchn)
        rc = evtchn_read(order);
    if (rc == 0 && order->gnttab)
        rc = gnttab_read(order);
    (void)numa_make_for(0);
    for (struct domain *d = slot_read(domain_list); d != NULL && rc == 0; d = slot_read(d->next)) {
        if (!all_there(d))
            rc = -EINVAL;
    }
    return rc;
}

/* ---- the end ---- */

static void evtchn_settle(struct domain *d, bool done)
{
    struct evtchn_domain *before = slot_take(d->evtchn_before);

    if (!done)
        d->evtchn = before;
    for (uint32_t i = 0; i < d->max_vcpus && i < MAX_VCPUS; i++) {
        struct vcpu *v = d->vcpu[i];
        struct evtchn_vcpu *queues = v != NULL ? slot_take(v->evtchn_before) : NULL;

        if (v != NULL && !done)
            v->evtchn = queues;
    }
}

static void gnttab_settle(struct domain *d, bool done)
{
    struct gnttab_domain *before = slot_take(d->gnttab_before);

    if (!done)
        d->gnttab = before;
}

void state_end(bool done)
{
    for (struct domain *d = slot_read(domain_list); d != NULL; d = slot_read(d->next)) {
        if (state.evtchn_hidden)
            evtchn_settle(d, done);
        if (state.gnttab_hidden)
            gnttab_settle(d, done);
    }
    state.evtchn_first = state.evtchn_last = NULL;
    state.gnttab_first = state.gnttab_last = NULL;
    state.written = state.evtchn_hidden = state.gnttab_hidden = false;
    (void)numa_make_for(0);
    pool_empty(&evtchn_records_pool);
    pool_empty(&gnttab_records_pool);
}
