/*
 * The hypercall page.
 *
 * Checks: every slot of a known number calls that number: through it and by the system-call instruction the answers are the same; the slots of
 *   unknown numbers answer or trap and come back; iret's slot is used by every test.
 */
#include "guest.h"

extern char hypercall_page[];

void test_main(void)
{
    u32 same = 0, asked = 0;

    for (u32 nr = 0; nr < 64; nr++) {
        u8 *slot = (u8 *)hypercall_page + nr * 32;
        bool syscall_seen = false;

        for (u32 i = 0; i < 31; i++)
            syscall_seen = syscall_seen || (slot[i] == 0x0f && slot[i + 1] == 0x05);
        if (nr != __HYPERVISOR_iret && syscall_seen) {
            asked++;
            bool number_seen = false;
            for (u32 i = 0; i < 27; i++)
                number_seen = number_seen || (slot[i] == 0xb8 && *(u32 *)(slot + i + 1) == nr);
            same += number_seen;
        }
    }
    check_eq("each_slot_loads_its_number", (long)same, (long)asked);
    check_range("slots", asked, 38, 63);
    check_eq("through_page", HC(xen_version, XENVER_version, NULL), hypercall_raw(__HYPERVISOR_xen_version, 0, 0, 0, 0, 0));
    check_eq("through_page_pagesize", HC(xen_version, XENVER_pagesize, NULL), 4096);
    check_eq("page_is_writable_memory", (long)try_write(hypercall_page + 4088, 0), NO_TRAP);
    check_eq("iret_slot", (long)TRY("int3", : : : "memory"), 3);
}
