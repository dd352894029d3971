// Results in the protocol that run.py reads, a small formatter, the command line.
#include <stdarg.h>

#include "guest.h"

static u32 passed, failed;

struct line {
    char text[512];
    size_t length;
};

static void put(struct line *line, char c)
{
    if (line->length < sizeof(line->text))
        line->text[line->length++] = c;
}

static void put_number(struct line *line, u64 value, u32 base)
{
    char digits[24];
    u32 count = 0;

    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    while (count > 0)
        put(line, digits[--count]);
}

static void put_signed(struct line *line, long value)
{
    if (value < 0)
        put(line, '-');
    put_number(line, value < 0 ? 0 - (u64)value : (u64)value, 10);
}

// Knows %s %c %d %u %x, %ld %lu %lx and %%.
static void format_line(struct line *line, const char *format, va_list args)
{
    for (; *format != '\0'; format++) {
        if (*format != '%') {
            put(line, *format);
            continue;
        }
        bool wide = *++format == 'l';

        if (wide)
            format++;
        if (*format == 's')
            for (const char *s = va_arg(args, const char *); *s != '\0'; s++)
                put(line, *s);
        else if (*format == 'c')
            put(line, (char)va_arg(args, int));
        else if (*format == 'd')
            put_signed(line, wide ? va_arg(args, long) : va_arg(args, int));
        else if (*format == 'u' || *format == 'x')
            put_number(line, wide ? va_arg(args, u64) : va_arg(args, u32), *format == 'u' ? 10 : 16);
        else
            put(line, *format);
    }
}

static void say_list(const char *format, va_list args)
{
    struct line line;

    line.length = 0;
    format_line(&line, format, args);
    HC(console_io, CONSOLEIO_write, line.length, line.text);
}

void say(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say_list(format, args);
    va_end(args);
}

void check(const char *what, bool good)
{
    if (good) {
        passed++;
        say("TEST %s %s ok\n", test_name, what);
    } else {
        failed++;
        say("TEST %s %s FAIL got=false want=true\n", test_name, what);
    }
}

// A wide value is an address or a mask and reads better in hexadecimal.
static void put_value(const char *word, long value)
{
    if (value > -100000 && value < 100000)
        say(" %s=%ld", word, value);
    else
        say(" %s=0x%lx", word, (u64)value);
}

void check_eq(const char *what, long got, long want)
{
    if (got == want) {
        check(what, true);
        return;
    }
    failed++;
    say("TEST %s %s FAIL", test_name, what);
    put_value("got", got);
    put_value("want", want);
    say("\n");
}

void check_either(const char *what, long got, long one, long other)
{
    check_eq(what, got, got == other ? other : one);
}

void check_range(const char *what, u64 got, u64 low, u64 high)
{
    if (got >= low && got <= high) {
        check(what, true);
        return;
    }
    failed++;
    say("TEST %s %s FAIL got=%lu want=%lu..%lu\n", test_name, what, got, low, high);
}

void check_differs(const char *what, long got, long want, long xen)
{
    check_eq(what, got, on_xen() ? xen : want);
}

static const char *find_argument(const char *name)
{
    const char *at = (const char *)si->cmd_line;
    size_t length = strlen(name);

    for (; (at = strstr(at, name)) != NULL; at++)
        if ((at == (const char *)si->cmd_line || at[-1] == ' ') && (at[length] == '=' || at[length] == ' ' || at[length] == '\0'))
            return at + length;
    return NULL;
}

u64 argument(const char *name, u64 otherwise)
{
    const char *at = find_argument(name);
    u64 value = 0;

    if (at == NULL || *at != '=')
        return otherwise;
    for (at++; *at >= '0' && *at <= '9'; at++)
        value = value * 10 + (u64)(*at - '0');
    return value;
}

bool on_xen(void)
{
    return find_argument("on_xen") != NULL;
}

void test_end(void)
{
    struct sched_shutdown down = { SHUTDOWN_poweroff };

    say("TEST %s END passed=%u failed=%u\n", test_name, passed, failed);
    for (;;)
        HC(sched_op, SCHEDOP_shutdown, &down);
}

void fatal(const char *format, ...)
{
    va_list args;

    failed++;
    say("TEST %s fatal FAIL ", test_name);
    va_start(args, format);
    say_list(format, args);
    va_end(args);
    say("\n");
    test_end();
}

static char shared_page[PAGE_SIZE] PAGE;

void guest_main(start_info_t *start)
{
    si = start;
    shared = (void *)shared_page;
    map(shared_page, start->shared_info >> 12, RW_PTE);
    traps_install();
    events_install();
    test_main();
    test_end();
}
