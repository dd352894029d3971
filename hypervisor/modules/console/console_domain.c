/* SPDX-License-Identifier: MIT */
/* console_domain.c - text of the unprivileged domains: whole lines, each with its domain's number. */
#include "core/atomic.h"
#include "modules/console/console_private.h"

#include "core/pool.h"

SC_POOL(console_state, struct console_domain);

#define PREFIX_BYTES 10U /* "(d", five digits, ") " */

int console_domain_init(struct domain *d)
{
    d->console = console_state_new();
    return d->console != NULL ? 0 : -ENOMEM;
}

void console_domain_destroy(struct domain *d)
{
    struct console_domain *cd = slot_take(d->console);

    if (cd == NULL)
        return;
    frame_put(cd->ring);
    console_state_delete(cd);
}

/* "(dN) " */
static void prefix_show_locked(domid_t id)
{
    char text[PREFIX_BYTES] = { '(', 'd' };
    uint32_t nr = 2, unit = 10000;

    while (unit > 1 && id / unit == 0)
        unit /= 10;
    for (; unit > 0 && nr < PREFIX_BYTES - 2; unit /= 10)
        text[nr++] = (char)('0' + id / unit % 10);
    text[nr++] = ')';
    text[nr++] = ' ';
    serial_write(text, nr);
}

void console_line_end_locked(const struct domain *d, struct console_line *l)
{
    if (l->nr == 0)
        return;
    console_line_claim_locked(DOMID_NONE);
    prefix_show_locked(d->id);
    serial_write(l->text, l->nr);
    serial_write("\n", 1);
    l->nr = 0;
}

void console_line_put_locked(const struct domain *d, struct console_line *l, char c)
{
    /* What moves the cursor or more could pretend to be another's text. */
    if (c != '\n' && c != '\t' && (c < ' ' || c > '~'))
        return;
    if (c == '\n' && l->nr == 0)
        l->text[l->nr++] = ' '; /* an empty line is a line */
    if (c != '\n')
        l->text[l->nr++] = c;
    if (c == '\n' || l->nr == DOMAIN_LINE_BYTES)
        console_line_end_locked(d, l);
}

void console_raw_put_locked(const struct domain *d, char c)
{
    if (console_line_owner != d->id) {
        console_line_claim_locked(d->id);
        prefix_show_locked(d->id);
    }
    serial_write(&c, 1);
    if (c == '\n')
        console_line_owner = DOMID_NONE;
}

void console_ring_selected(struct domain *d)
{
    struct console_domain *cd = d->console;

    if (cd == NULL)
        return;
    spin_lock(&console_lock);
    for (uint32_t i = 0; i < cd->ring_line.nr && i < DOMAIN_LINE_BYTES; i++)
        console_raw_put_locked(d, cd->ring_line.text[i]);
    cd->ring_line.nr = 0;
    spin_unlock(&console_lock);
}

void console_write_domain(const struct domain *d, const char *text, uint64_t nr_bytes)
{
    struct console_domain *cd = d->console;

    if (cd == NULL)
        return;
    spin_lock(&console_lock);
    for (uint64_t i = 0; i < nr_bytes; i++)
        console_line_put_locked(d, &cd->line, text[i]);
    spin_unlock(&console_lock);
}

void console_domain_flush(const struct domain *d)
{
    struct console_domain *cd = d->console;

    if (cd == NULL)
        return;
    spin_lock(&console_lock);
    console_line_end_locked(d, &cd->line);
    console_line_end_locked(d, &cd->ring_line);
    spin_unlock(&console_lock);
}
