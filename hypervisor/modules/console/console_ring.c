/* SPDX-License-Identifier: MIT */
/*
 * console_ring.c - the console rings of unprivileged domains.
 *
 * Source: struct xencons_interface of Xen public header io/console.h.  The page is
 * the guest's: an index is read once, and what it says is a claim.
 */
#include "modules/console/console_private.h"

#include <xen/io/console.h>

#include "core/atomic.h"
#include "core/guest.h"
#include "core/log.h"
#include "ports/evtchn.h"

#define IN_BYTES sizeof(((struct xencons_interface *)0)->in)
#define OUT_BYTES sizeof(((struct xencons_interface *)0)->out)
#define AT(field) offsetof(struct xencons_interface, field)
#define WORD(field) (AT(field) / sizeof(uint32_t))

_Static_assert(sizeof(XENCONS_RING_IDX) == sizeof(uint32_t) && sizeof(struct xencons_interface) <= PAGE_SIZE,
               "the indices are words of the page");
_Static_assert((IN_BYTES & (IN_BYTES - 1)) == 0 && (OUT_BYTES & (OUT_BYTES - 1)) == 0,
               "an index that wraps at 2^32 stays in step with the ring");

int console_ring_attach(struct domain *d, mfn_t page, uint32_t port)
{
    struct console_domain *cd = d->console;
    int rc;

    if (cd == NULL)
        return -EINVAL;
    rc = frame_get_rw(page, d->id, &cd->ring);
    if (rc == 0)
        cd->port = port;
    return rc;
}

void console_ring_detach(struct domain *d)
{
    struct console_domain *cd = d->console;
    fref_t ring;

    if (cd == NULL)
        return;
    console_input_end(d);
    spin_lock(&console_lock);
    ring = fref_take(cd->ring);
    spin_unlock(&console_lock);
    frame_put(ring);
}

/* Show what the guest has written; how many bytes it says that is, shown only if the ring can hold so many. */
static uint32_t ring_drain_locked(struct domain *d, struct console_domain *cd)
{
    uint32_t *words = held_u32(cd->ring);
    const uint8_t *bytes = held_bytes(cd->ring);
    uint32_t cons = shared_read32(&words[WORD(out_cons)]), prod = shared_read32(&words[WORD(out_prod)]);
    uint32_t nr = prod - cons <= OUT_BYTES ? prod - cons : 0;

    shared_fence(); /* the bytes are read after the index that says they are there */
    for (uint32_t i = 0; i < nr; i++) {
        char c = (char)shared_read8(&bytes[AT(out) + (cons + i) % OUT_BYTES]);

        if (console_has_input(d))
            console_raw_put_locked(d, c);
        else
            console_line_put_locked(d, &cd->ring_line, c);
    }
    shared_fence(); /* and before the guest may write over them */
    shared_write32(&words[WORD(out_cons)], prod);
    return prod - cons;
}

static void ring_drain(struct domain *d)
{
    struct console_domain *cd = d->console;
    uint32_t nr = 0;

    if (cd == NULL)
        return;
    spin_lock(&console_lock);
    if (!fref_is_none(cd->ring))
        nr = ring_drain_locked(d, cd);
    spin_unlock(&console_lock);
    if (nr > OUT_BYTES)
        log_guest(LOG_INFO, "dom%u: console ring: %u bytes in %lu: thrown away", d->id, nr, OUT_BYTES);
    if (nr > 0)
        evtchn_send_hv(d, cd->port); /* it may wait for room */
}

void console_rings_drain(void)
{
    for (struct domain *d = slot_read(domain_list); d != NULL; d = slot_read(d->next)) {
        if (atomic_read8(&d->hv_event) == 0)
            continue;
        atomic_write8(&d->hv_event, 0);
        ring_drain(d);
    }
}

static void ring_input_locked(const struct console_domain *cd, char c)
{
    uint32_t *words = held_u32(cd->ring);
    uint8_t *bytes = held_bytes(cd->ring);
    uint32_t cons = shared_read32(&words[WORD(in_cons)]), prod = shared_read32(&words[WORD(in_prod)]);

    if (prod - cons < IN_BYTES) {
        shared_write8(&bytes[AT(in) + prod % IN_BYTES], (uint8_t)c);
        shared_write32(&words[WORD(in_prod)], prod + 1);
    }
}

void console_ring_input(struct domain *d, char c)
{
    struct console_domain *cd = d->console;

    if (cd == NULL)
        return;
    spin_lock(&console_lock);
    if (!fref_is_none(cd->ring))
        ring_input_locked(cd, c);
    spin_unlock(&console_lock);
    evtchn_send_hv(d, cd->port);
}
