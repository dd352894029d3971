/*
 * The iret hypercall with its frame in the hypervisor: only the domain dies.
 *
 * Checks: the stack pointer is a hypervisor address when the hypercall reads the frame.
 * Expect: a line of the hypervisor that the domain crashed, no END line.
 * Run: ends=crash
 */
#include "guest.h"

void test_main(void)
{
    check("alive", HC(xen_version, XENVER_version, NULL) > 0);
    __asm__ volatile("mov %[stack], %%rsp; mov $23, %%eax; syscall" : : [stack] "r"(HYPERVISOR_PRIVATE + 0x100000) : "memory");
}
