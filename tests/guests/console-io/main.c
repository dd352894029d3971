/*
 * console_io: the first domain's way to the serial line.
 *
 * Checks: write of none, of one, of a long text that comes out whole (the runner sees it), control characters, text across two pages; reads that give
 *   nothing; bad pointers and operations.
 */
#include "guest.h"

static char text[3 * PAGE_SIZE] PAGE, input[64];

static long put(u64 count, const void *from)
{
    return HC(console_io, CONSOLEIO_write, count, from);
}

void test_main(void)
{
    check_eq("write_none", put(0, ""), 0);
    check_eq("write_none_null", put(0, NULL), 0);
    check_eq("write_one", put(1, "\n"), 0);
    for (u32 i = 0; i < sizeof(text); i++)
        text[i] = i % 64 == 63 ? '\n' : (char)('a' + i / 64 % 26);
    check_eq("write_long", put(1000, text), 0);
    check_eq("write_newline", put(1, "\n"), 0);
    check_eq("write_across_pages", put(64, text + PAGE_SIZE - 32), 0);
    check_eq("write_zero_bytes", put(4, "\0\0\0\0"), 0);
    check_eq("write_control", put(5, "\a\b\t\r\n"), 0);
    check_eq("write_hypervisor", put(16, (void *)HYPERVISOR_PRIVATE), -XEN_EFAULT);
    check_eq("write_non_canonical", put(16, (void *)NON_CANONICAL), -XEN_EFAULT);
    check_eq("write_null", put(16, NULL), -XEN_EFAULT);
    check_eq("write_at_the_end", put(16, text + sizeof(text) - 16), 0);
    check_eq("read_nothing", HC(console_io, CONSOLEIO_read, sizeof(input), input), 0);
    check_eq("read_none", HC(console_io, CONSOLEIO_read, 0, input), 0);
    check_either("read_hypervisor_nothing", HC(console_io, CONSOLEIO_read, 16, HYPERVISOR_PRIVATE), -XEN_EFAULT, 0);
    check_eq("unknown", HC(console_io, 7, 1, "x"), -XEN_ENOSYS);
    check_eq("unknown_max", HC(console_io, -1, 1, "x"), -XEN_ENOSYS);
}
