/* SPDX-License-Identifier: MIT */
/* console_private.h - what the console module's files share. */
#ifndef MODULES_CONSOLE_PRIVATE_H
#define MODULES_CONSOLE_PRIVATE_H

#include "ports/console.h"

#define DOMAIN_LINE_BYTES 200U /* a longer line is cut in two */

/* A line of a domain that has not ended yet. */
struct console_line {
    uint32_t nr;
    char text[DOMAIN_LINE_BYTES];
};

struct console_domain {
    struct console_line line SC_GUARDED_BY(console_lock); /* of CONSOLEIO_write */
};

extern spinlock_t console_lock;

/* The first domain's text has left the serial line in the middle of a line. */
extern bool console_line_open SC_GUARDED_BY(console_lock);

/* Add a byte to the line of d; a whole line is shown with the domain's prefix. */
void console_line_put_locked(const struct domain *d, struct console_line *l, char c);
/* Show what there is of the line. */
void console_line_end_locked(const struct domain *d, struct console_line *l);

#endif
