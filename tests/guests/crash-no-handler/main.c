/*
 * An exception that the guest has no handler for: only the domain dies.
 *
 * Checks: an undefined instruction with an empty trap table.
 * Expect: a line of the hypervisor that the domain crashed, no END line.
 * Run: ends=crash
 */
#include "guest.h"

void test_main(void)
{
    check_eq("empty", HC(set_trap_table, NULL), 0);
    __asm__ volatile("ud2");
}
