/* SPDX-License-Identifier: MIT */
/*
 * log.h - the hypervisor's log (SC-05: the one variadic call, its format checked).
 *
 * Lines go to the console ring and, as loglvl= and guest_loglvl= say, to the
 * console.  Formats: %s (a precision bounds it) %c %d %i %u %x %p %%, with l, ll or z
 * and width and 0.  %s prints SC_STRING text, or an array of characters with a precision.
 */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <stdarg.h>

#include "core/base.h"

enum log_level { LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* The hypervisor's own words. */
void log_print(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
SC_CORE void log_vprint(enum log_level level, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* What a guest caused: rate-limited, shown by guest_loglvl=.  Names the current vcpu. */
void log_guest(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A hypervisor bug: registers, backtrace, stop.  Never returns. */
_Noreturn void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define log_err(...) log_print(LOG_ERR, __VA_ARGS__)
#define log_warn(...) log_print(LOG_WARNING, __VA_ARGS__)
#define log_info(...) log_print(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_print(LOG_DEBUG, __VA_ARGS__)

#define BUG_ON(cond)                                              \
    do {                                                          \
        if (unlikely(cond))                                       \
            panic("BUG at %s:%d: %s", __FILE__, __LINE__, #cond); \
    } while (0)

/* Boot: the console's module is linked; what was said so far goes to its ring. */
SC_CORE void log_use_console(void);

/* Character i of a text that ends in a 0; who calls reads from 0 on and stops there. */
SC_CORE char text_at(const char *text, unsigned i);

#endif
