/* SPDX-License-Identifier: MIT */
#include "modules/console/console_private.h"

#include "core/atomic.h"
#include "core/log.h"
#include "ports/evtchn.h"

#define RING_BYTES 32768U /* a power of two; Xen's conring is 16 KiB */
#define INPUT_BYTES 4096U /* as much as Linux takes for a line; Xen: 128 */
#define SWITCH_CHAR 0x01  /* Ctrl-a */
#define SWITCH_COUNT 3

spinlock_t console_lock = SPINLOCK_INIT(RANK_CONSOLE);
domid_t console_line_owner = DOMID_NONE;
static char ring[RING_BYTES] SC_GUARDED_BY(console_lock);
static uint32_t ring_end SC_GUARDED_BY(console_lock);   /* bytes ever written, modulo 2^32: the index of the next one */
static uint32_t ring_first SC_GUARDED_BY(console_lock); /* of the oldest that is there: at most RING_BYTES before */
static char input[INPUT_BYTES] SC_GUARDED_BY(console_lock);
static uint32_t input_head SC_GUARDED_BY(console_lock);
static uint32_t input_count SC_GUARDED_BY(console_lock);
static uint32_t switch_seen SC_ATOMIC; /* the interrupt of the one serial line only */
static domid_t input_to SC_ATOMIC;     /* the first domain's at first; DOMID_XEN: the hypervisor's keys */

static void ring_put_locked(const char *text SC_COUNT(nr_bytes), uint64_t nr_bytes)
{
    for (uint64_t i = 0; i < nr_bytes; i++) {
        ring[ring_end % RING_BYTES] = text[i];
        ring_end++;
    }
    if (ring_end - ring_first > RING_BYTES)
        ring_first = ring_end - RING_BYTES;
}

void console_line_claim_locked(domid_t owner)
{
    if (console_line_owner != DOMID_NONE && console_line_owner != owner)
        serial_write("\n", 1);
    console_line_owner = owner;
}

void console_write_hv(const char *text, uint64_t nr_bytes, bool shown)
{
    spin_lock(&console_lock);
    ring_put_locked(text, nr_bytes);
    if (shown) {
        console_line_claim_locked(DOMID_NONE);
        serial_write(text, nr_bytes);
    }
    spin_unlock(&console_lock);
}

void console_write_guest(const char *text, uint64_t nr_bytes)
{
    spin_lock(&console_lock);
    if (nr_bytes > 0) {
        console_line_claim_locked(hardware_domain->id);
        serial_write(text, nr_bytes);
        if (text[nr_bytes - 1] == '\n')
            console_line_owner = DOMID_NONE;
    }
    spin_unlock(&console_lock);
}

uint64_t console_read_guest(char *out, uint64_t nr_bytes)
{
    uint64_t n = 0;

    spin_lock(&console_lock);
    while (n < nr_bytes && input_count > 0) {
        out[n++] = input[input_head];
        input_head = (input_head + 1) % INPUT_BYTES;
        input_count--;
    }
    spin_unlock(&console_lock);
    return n;
}

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

static void input_put(char c)
{
    spin_lock(&console_lock);
    if (input_count < INPUT_BYTES) {
        input[(input_head + input_count) % INPUT_BYTES] = c;
        input_count++;
    }
    spin_unlock(&console_lock);
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
        input_put(c);
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

uint32_t console_ring_first(void)
{
    uint32_t first;

    spin_lock(&console_lock);
    first = ring_first;
    spin_unlock(&console_lock);
    return first;
}

uint64_t console_ring_read(char *out, uint64_t nr_bytes, uint32_t *index)
{
    uint64_t n = 0;

    spin_lock(&console_lock);
    if (*index - ring_first > ring_end - ring_first)
        *index = ring_first;
    while (n < nr_bytes && *index != ring_end) {
        out[n++] = ring[*index % RING_BYTES];
        (*index)++;
    }
    spin_unlock(&console_lock);
    return n;
}

void console_ring_clear(uint32_t index)
{
    spin_lock(&console_lock);
    if (index - ring_first <= ring_end - ring_first)
        ring_first = index;
    spin_unlock(&console_lock);
}
