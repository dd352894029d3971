/*
 * update_descriptor: one entry of a descriptor table.
 *
 * Checks: good data and code descriptors, an empty one, into a table in use and into plain memory; ring-0 descriptors, system descriptors
 *   and call gates are refused or made harmless; unaligned and foreign addresses are refused.
 */
#include "guest.h"

static u64 table[512] PAGE, plain[512] PAGE;
static unsigned long frames[1];

static long update(u64 maddr, u64 descriptor)
{
    return HC(update_descriptor, maddr, descriptor);
}

static u64 load_es(u16 selector)
{
    u64 vector = TRY("mov %[selector], %%es", : : [selector] "r"((u32)selector) : "memory");

    TRY("mov %[selector], %%es", : : [selector] "r"(0) : "memory");
    return vector;
}

void test_main(void)
{
    frames[0] = mfn_of(table);
    map_ro(table);
    check_eq("set_gdt", HC(set_gdt, frames, 512), 0);
    check_eq("data", update(maddr_of(&table[5]), 0x00cff3000000ffffUL), 0);
    check_eq("data_stored", (long)(table[5] & ~(1UL << 40)), (long)(0x00cff3000000ffffUL & ~(1UL << 40)));
    check_eq("data_usable", (long)load_es(5 << 3 | 3), NO_TRAP);
    check_eq("code_64", update(maddr_of(&table[6]), 0x00affb000000ffffUL), 0);
    check_eq("code_32", update(maddr_of(&table[7]), 0x00cffb000000ffffUL), 0);
    check_eq("empty", update(maddr_of(&table[5]), 0), 0);
    check("empty_unusable", load_es(5 << 3 | 3) != NO_TRAP);

    const u64 hostile[] = {
        0x00cf93000000ffffUL, // data, DPL 0
        0x00af9b000000ffffUL, // code, DPL 0
        0x00cfb3000000ffffUL, // data, DPL 1
        0x0000e90000000067UL, // TSS
        0x0000e20000000fffUL, // LDT
        0x0000ec00e0080000UL, // call gate to a hypervisor selector
        0x0000ec0000080000UL, // call gate to selector 8
        0x0000ee0000080000UL, // interrupt gate
        0x0000e50000080000UL, // task gate
    };

    for (u32 i = 0; i < ARRAY_SIZE(hostile); i++) {
        long ret = update(maddr_of(&table[20]), hostile[i]);
        bool present = (table[20] >> 47 & 1) != 0, segment = (table[20] >> 44 & 1) != 0, ring0 = (table[20] >> 45 & 3) == 0;

        check("hostile_refused_or_harmless", ret < 0 || !present || (segment && !ring0) || hostile[i] != table[20]);
        check("hostile_call", try_far(20 << 3 | 3) != NO_TRAP);
        update(maddr_of(&table[20]), 0);
    }
    check("unaligned", update(maddr_of(&table[5]) + 4, 0) < 0);
    check("nobodys", update(~7UL, 0) < 0);
    check("of_machine", update(0x1000, 0) < 0);
    check("page_table", update(maddr_of((void *)si->pt_base), 0) < 0);
    check("plain_memory", update(maddr_of(&plain[3]), 0x00cff3000000ffffUL) == 0 && plain[3] != 0);
    check_eq("end", HC(set_gdt, frames, 0), 0);
    check("alive", HC(xen_version, XENVER_version, NULL) > 0);
}
