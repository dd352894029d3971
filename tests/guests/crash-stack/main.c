/*
 * An exception with no stack to deliver it on: only the domain dies.
 *
 * Checks: an undefined instruction while the stack pointer is in the hypervisor.
 * Expect: a line of the hypervisor that the domain crashed, no END line.
 * Run: ends=crash
 */
#include "guest.h"

void test_main(void)
{
    check("alive", HC(xen_version, XENVER_version, NULL) > 0);
    __asm__ volatile("mov %[stack], %%rsp; ud2" : : [stack] "r"(HYPERVISOR_PRIVATE + 0x100000) : "memory");
}
