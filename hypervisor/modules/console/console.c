/* SPDX-License-Identifier: MIT */
/* console.c - who gets what is typed. */
#include "modules/console/console_private.h"

#include "core/atomic.h"
#include "core/log.h"
#include "ports/evtchn.h"

#define SWITCH_CHAR 0x01 /* Ctrl-a */
#define SWITCH_COUNT 3

static uint32_t switch_seen SC_ATOMIC; /* the interrupt of the one serial line only */
static domid_t input_to SC_ATOMIC;     /* the first domain's at first; DOMID_XEN: the hypervisor's keys */

bool console_has_input(const struct domain *d)
{
    return d->id == atomic_read16(&input_to);
}

/* The next domain after the one with the input, or before all of them, that is alive; null: none. */
SC_NULLABLE static struct domain *input_next(void)
{
    struct domain *next = NULL;
    domid_t now = atomic_read16(&input_to);

    for (struct domain *d = slot_read(domain_list); d != NULL; d = slot_read(d->next)) {
        if (!d->shut_down && !d->dying && (now == DOMID_XEN || d->id > now) && (next == NULL || d->id < next->id))
            next = d;
    }
    return next;
}

static void input_told(domid_t to)
{
    log_err("*** Serial input to DOM%u (type 'CTRL-a' three times to switch input)", to);
}

void console_input_end(const struct domain *d)
{
    if (!console_has_input(d) || hardware_domain == NULL)
        return;
    atomic_write16(&input_to, hardware_domain->id);
    input_told(hardware_domain->id);
}

static void console_switch(void)
{
    struct domain *next = input_next();

    atomic_write32(&switch_seen, 0);
    atomic_write16(&input_to, next != NULL ? next->id : DOMID_XEN);
    if (next == NULL) {
        log_err("*** Serial input to SafeHype (type 'CTRL-a' three times to switch input)");
        return;
    }
    input_told(next->id);
    console_ring_selected(next);
}

/* For whoever has the input. */
static void input_give(char c)
{
    domid_t to = atomic_read16(&input_to);
    struct domain *d;

    if (to == DOMID_XEN) {
        keys_handle(c);
        return;
    }
    d = domain_find(NULL, to);
    if (d == NULL)
        return; /* it has just gone */
    if (d->privileged) {
        console_typed_put(c);
        evtchn_send_global_virq(d, VIRQ_CONSOLE);
    } else {
        console_ring_input(d, c);
    }
}

void console_input(char c)
{
    uint32_t seen = atomic_read32(&switch_seen);

    if (c == SWITCH_CHAR) {
        atomic_write32(&switch_seen, seen + 1);
        if (seen + 1 == SWITCH_COUNT)
            console_switch();
        return;
    }
    /* Fewer than three: they were meant for whoever has the input. */
    atomic_write32(&switch_seen, 0);
    for (uint32_t i = 0; i < seen && i < SWITCH_COUNT; i++) {
        if (atomic_read16(&input_to) != DOMID_XEN)
            input_give(SWITCH_CHAR);
    }
    input_give(c);
}

bool console_input_is_hv(void)
{
    return atomic_read16(&input_to) == DOMID_XEN;
}
