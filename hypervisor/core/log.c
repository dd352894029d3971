/* SPDX-License-Identifier: MIT */
#include "core/log.h"

#include <stdarg.h>

#include "core/cmdline.h"
#include "core/domain.h"
#include "arch/serial.h"
#include "ports/console.h"

#define LINE_BYTES 320

struct line {
    char text[LINE_BYTES];
    unsigned nr;
};

static void line_char(struct line *l, char c)
{
    if (l->nr < LINE_BYTES - 1)
        l->text[l->nr++] = c;
}

char text_at(const char *text, unsigned i)
{
    SC_UNSAFE("DEV-34: callers read from 0 on and stop at the 0")
    {
        return text[i];
    }
}

/* At most so many characters: the text ends there, or with its 0. */
static void line_str(struct line *l, const char *s SC_NULLABLE, unsigned most)
{
    if (s == NULL)
        s = "(null)";
    for (unsigned i = 0; i < most && text_at(s, i) != '\0'; i++)
        line_char(l, text_at(s, i));
}

static void line_number(struct line *l, uint64_t v, unsigned base, unsigned width, char pad)
{
    char digits[24];
    unsigned n = 0;

    do {
        digits[n++] = "0123456789abcdef"[v % base];
        v /= base;
    } while (v != 0);
    for (unsigned i = n; i < width; i++)
        line_char(l, pad);
    while (n > 0)
        line_char(l, digits[--n]);
}

SC_UNSAFE_DECL("DEV-35: the compiler has checked the arguments against the literal format at each call")
static void line_format(struct line *l, const char *fmt, va_list ap)
{
    for (unsigned i = 0; fmt[i] != '\0'; i++) {
        unsigned width = 0, longs = 0, most = UINT32_MAX;
        char pad = ' ';

        if (fmt[i] != '%') {
            line_char(l, fmt[i]);
            continue;
        }
        i++;
        if (fmt[i] == '0')
            pad = '0';
        for (; fmt[i] >= '0' && fmt[i] <= '9'; i++)
            width = width * 10 + (unsigned)(fmt[i] - '0');
        if (fmt[i] == '.')
            for (most = 0, i++; fmt[i] >= '0' && fmt[i] <= '9'; i++)
                most = most * 10 + (unsigned)(fmt[i] - '0');
        for (; fmt[i] == 'l' || fmt[i] == 'z'; i++)
            longs++;
        switch (fmt[i]) {
        case 's': line_str(l, va_arg(ap, const char *), most); break;
        case 'c': line_char(l, (char)va_arg(ap, int)); break;
        case 'd':
        case 'i': {
            int64_t v = longs ? va_arg(ap, int64_t) : va_arg(ap, int);

            if (v < 0)
                line_char(l, '-');
            line_number(l, v < 0 ? (uint64_t)-v : (uint64_t)v, 10, width, pad);
            break;
        }
        case 'u': line_number(l, longs ? va_arg(ap, uint64_t) : va_arg(ap, unsigned), 10, width, pad); break;
        case 'x': line_number(l, longs ? va_arg(ap, uint64_t) : va_arg(ap, unsigned), 16, width, pad); break;
        case 'p': line_number(l, va_arg(ap, uint64_t), 16, 16, '0'); break;
        case '%': line_char(l, '%'); break;
        case '\0': return;
        default: line_char(l, fmt[i]); break;
        }
    }
}

/* Until the console's module is linked, lines go to the serial port and are kept here for it. */
#define EARLY_BYTES 8192
static char early[EARLY_BYTES] SC_BOOT;
static uint32_t early_nr SC_BOOT;
static bool console_linked SC_BOOT;

static void early_put(const char *text SC_COUNT(nr), uint32_t nr, bool shown)
{
    for (uint32_t i = 0; i < nr && early_nr < EARLY_BYTES; i++)
        early[early_nr++] = text[i];
    if (shown)
        serial_write(text, nr);
}

void log_use_console(void)
{
    console_linked = true;
    console_write_hv(early, early_nr, false);
}

static void line_end(struct line *l, bool shown)
{
    l->text[l->nr++] = '\n';
    if (console_linked)
        console_write_hv(l->text, l->nr, shown);
    else
        early_put(l->text, l->nr, shown);
}

SC_UNSAFE_DECL("DEV-36: hands its arguments on")
void log_vprint(enum log_level level, const char *fmt, va_list ap)
{
    struct line l = { .nr = 0 };

    line_str(&l, "(SafeHype) ", UINT32_MAX);
    line_format(&l, fmt, ap);
    line_end(&l, (unsigned)level <= opt_loglvl);
}

SC_UNSAFE_DECL("DEV-37: hands its arguments on")
void log_print(enum log_level level, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    log_vprint(level, fmt, ap);
    va_end(ap);
}

/* Guests may not flood the line: this many lines a second, the rest counted. */
#define GUEST_LINES_PER_SECOND 20

static spinlock_t guest_rate_lock = SPINLOCK_INIT(RANK_LOG);
static struct {
    uint64_t second;
    uint32_t nr, dropped;
} guest_rate SC_GUARDED_BY(guest_rate_lock);

/* May one more line go out?  *left_out: lines of the last second that could not, told once. */
static bool guest_line_ok(uint32_t *left_out)
{
    uint64_t second = now_ns() / 1000000000UL;
    bool ok;

    *left_out = 0;
    spin_lock(&guest_rate_lock);
    if (second != guest_rate.second) {
        *left_out = guest_rate.dropped;
        guest_rate.second = second;
        guest_rate.nr = 0;
        guest_rate.dropped = 0;
    }
    ok = guest_rate.nr < GUEST_LINES_PER_SECOND;
    if (ok)
        guest_rate.nr++;
    else
        guest_rate.dropped++;
    spin_unlock(&guest_rate_lock);
    return ok;
}

/* Not part of log_guest: most calls end before a line is made. */
SC_UNSAFE_DECL("DEV-38: hands its arguments on")
static __attribute__((noinline)) void guest_line(const char *fmt, va_list ap)
{
    struct line l = { .nr = 0 };
    const struct vcpu *v = current_vcpu();

    line_str(&l, "(SafeHype) d", UINT32_MAX);
    line_number(&l, v->domain->id, 10, 0, ' ');
    line_char(&l, 'v');
    line_number(&l, v->id, 10, 0, ' ');
    line_char(&l, ' ');
    line_format(&l, fmt, ap);
    line_end(&l, true);
}

SC_UNSAFE_DECL("DEV-38: hands its arguments on")
void log_guest(enum log_level level, const char *fmt, ...)
{
    uint32_t left_out;
    va_list ap;
    bool ok;

    if ((unsigned)level > opt_guest_loglvl)
        return;
    ok = guest_line_ok(&left_out);
    if (left_out > 0)
        log_warn("%u lines about guests left out", left_out);
    if (!ok)
        return;
    va_start(ap, fmt);
    guest_line(fmt, ap);
    va_end(ap);
}
