/*
 * Writable page tables: a guest that writes to its read-only level-1 table has the write done for it.
 *
 * Checks: 64-bit write, locked exchange, compare-and-exchange, or/and with memory; a bad entry is refused with a page fault to the guest and
 *   changes nothing; writes to level-2 to level-4 tables are not emulated. A bit that is set, cleared or turned goes to CF and leaves ZF (Intel SDM vol. 2, BTS).
 */
#include "guest.h"

static volatile u64 page[512] PAGE;

// Xen adds the global bit to entries of user pages, and the processor sets accessed and dirty: not the guest's business.
static long plain(u64 pte)
{
    return (long)(pte & ~(0x100UL | PTE_A | PTE_D));
}

static void flush(void)
{
    mmuext(MMUEXT_INVLPG_LOCAL, (u64)page, 0);
}

// CF, and twice ZF, after an instruction on bit 9 of an entry, with ZF set before or not.
#define BIT_FLAGS(what, zf) ({ \
    u8 carry, zero; \
    asm volatile("cmp %[z], %[one]; lock " what "q $9, (%[pte]); setc %[carry]; setz %[zero]" \
                 : [carry] "=&q"(carry), [zero] "=&q"(zero) : [pte] "r"(pte), [z] "r"((u64)(zf)), [one] "r"(1UL) : "memory", "cc"); \
    (long)(carry + 2 * zero); \
})

void test_main(void)
{
    volatile u64 *pte = entry_of((void *)page, 1);
    u64 frame = mfn_of((void *)page) << 12, rw = frame | RW_PTE, ro = frame | RO_PTE, table = mfn_of((void *)si->pt_base) << 12;

    check_eq("table_is_read_only", (long)(*entry_of((void *)pte, 1) & PTE_RW), 0);
    check_eq("write", (long)try_write(pte, ro), NO_TRAP);
    check_eq("write_value", plain(*pte), plain(ro));
    flush();
    check_eq("write_takes_effect", (long)try_write(page, 1), 14);
    check_eq("write_back", (long)try_write(pte, rw), NO_TRAP);
    flush();
    check_eq("write_back_takes_effect", (long)try_write(page, 1), NO_TRAP);

    u64 value = ro;

    check_eq("exchange", (long)TRY("xchg %[value], (%[pte])", : [value] "+r"(value) : [pte] "r"(pte) : "memory"), NO_TRAP);
    check_eq("exchange_old", plain(value), plain(rw));
    check_eq("exchange_new", plain(*pte), plain(ro));

    u64 expected = *pte;

    check_eq("cmpxchg", (long)TRY("lock cmpxchg %[new], (%[pte])", : "+a"(expected) : [new] "r"(rw), [pte] "r"(pte) : "memory", "cc"),
             NO_TRAP);
    check_eq("cmpxchg_value", plain(*pte), plain(rw));
    expected = 1;
    check_eq("cmpxchg_unequal",
             (long)TRY("lock cmpxchg %[new], (%[pte])", : "+a"(expected) : [new] "r"(ro), [pte] "r"(pte) : "memory", "cc"), NO_TRAP);
    check_eq("cmpxchg_unequal_keeps", (long)(*pte & PTE_RW), PTE_RW);
    check_eq("cmpxchg_unequal_reads", plain(expected), plain(rw));
    check_eq("or", (long)TRY("lock orq %[bits], (%[pte])", : : [bits] "r"(0x200UL), [pte] "r"(pte) : "memory", "cc"), NO_TRAP);
    check_eq("or_value", (long)(*pte & 0x200), 0x200);
    check_eq("bts_of_set", BIT_FLAGS("bts", 1), 3);
    check_eq("btr_of_set", BIT_FLAGS("btr", 0), 1);
    check_eq("btr_of_clear", BIT_FLAGS("btr", 1), 2);
    check_eq("btc_of_clear", BIT_FLAGS("btc", 1), 2);
    check_eq("btc_value", (long)(*pte & 0x200), 0x200);
    check_eq("btc_of_set", BIT_FLAGS("btc", 0), 1);
    check_eq("bts_of_clear", BIT_FLAGS("bts", 0), 0);
    check_eq("bts_value", (long)(*pte & 0x200), 0x200);
    check_eq("clear", (long)try_write(pte, 0), NO_TRAP);
    flush();
    check_eq("clear_takes_effect", (long)try_read(page), 14);
    check_eq("restore", (long)try_write(pte, rw), NO_TRAP);

    check_eq("table_writable_faults", (long)try_write(pte, table | RW_PTE), 14);
    check_eq("fault_address", (long)last_trap.cr2, (long)pte);
    check_eq("fault_error", (long)last_trap.error & 7, 3);
    check_eq("refused_keeps", plain(*pte), plain(rw));
    check_eq("no_frame_faults", (long)try_write(pte, (0xffffffffffUL << 12) | RW_PTE), 14);
    check_eq("still_mapped", (long)try_write(page, 5), NO_TRAP);
    for (int level = 2; level <= 4; level++) {
        volatile u64 *upper = entry_of((void *)page, level);

        check_eq("upper_write_faults", (long)try_write(upper, *upper), 14);
    }
}
