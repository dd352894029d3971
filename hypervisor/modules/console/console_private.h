/* SPDX-License-Identifier: MIT */
/* console_private.h - what the console module's files share. */
#ifndef MODULES_CONSOLE_PRIVATE_H
#define MODULES_CONSOLE_PRIVATE_H

#include "core/frame.h"
#include "ports/console.h"

#define DOMAIN_LINE_BYTES 200U /* a longer line is cut in two */

/* A line of a domain that has not ended yet. */
struct console_line {
    uint32_t nr;
    char text[DOMAIN_LINE_BYTES];
};

struct console_domain {
    struct console_line line SC_GUARDED_BY(console_lock);      /* of CONSOLEIO_write */
    struct console_line ring_line SC_GUARDED_BY(console_lock); /* of the ring, while another has the input */
    fref_t ring;                                               /* held for writing; none before console_ring_attach */
    uint32_t port;                                             /* the ring's event channel */
};

extern spinlock_t console_lock;

/* Whose text has left the serial line in the middle of a line; DOMID_NONE: no one's. */
extern domid_t console_line_owner SC_GUARDED_BY(console_lock);
/* Begin text of that owner: at a new line, if another's has not ended. */
void console_line_claim_locked(domid_t owner);

/* Add a byte to the line of d; a whole line is shown with the domain's prefix. */
void console_line_put_locked(const struct domain *d, struct console_line *l, char c);
/* Show what there is of the line. */
void console_line_end_locked(const struct domain *d, struct console_line *l);
/* Show a byte of d as it is, with the domain's prefix at the start of a line: d has the input. */
void console_raw_put_locked(const struct domain *d, char c);

/* Is what is typed meant for d? */
bool console_has_input(const struct domain *d);
/* Not any more: d ends; the hardware domain gets it. */
void console_input_end(const struct domain *d);
/* A byte typed for the hardware domain; dropped when it has not read the 4096 before. */
void console_typed_put(char c);
/* A byte typed for d; dropped when its ring is full. */
void console_ring_input(struct domain *d, char c);
/* d gets the input: what it said of a line yet is shown. */
void console_ring_selected(struct domain *d);

#endif
