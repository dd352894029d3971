/*
 * int n: delivered by the trap table when the entry's DPL allows it, refused with #GP otherwise.
 *
 * Checks: int3, int $4, int $0x80 and int $0x81 with DPL 3 from user and kernel mode, int of an entry with DPL 0 from user mode, int without an
 *   entry; the saved instruction pointer is behind the instruction.
 * Xen differs: user_int81: under TCG the error code of the #GP names another vector, and Xen trusts it (0x80 and 4 have gates of
 *   their own)
 */
#include "guest.h"

extern u64 entry_of_int80, entry_of_int81, entry_of_vector[21];

static void user_int80(u64 unused)
{
    (void)unused;
    __asm__ volatile("int $0x80");
}

static void user_int81(u64 unused)
{
    (void)unused;
    __asm__ volatile("int $0x81");
}

static void user_int3(u64 unused)
{
    (void)unused;
    __asm__ volatile("int3");
}

static void user_int4(u64 unused)
{
    (void)unused;
    __asm__ volatile("int $4");
}

static void user_int6(u64 unused)
{
    (void)unused;
    __asm__ volatile("int $6");
}

static void user_int_unused(u64 unused)
{
    (void)unused;
    __asm__ volatile("int $0x99");
}

static long user(void (*function)(u64))
{
    if (run_user(function, 0) != -1)
        return -1;
    return (long)last_trap.vector;
}

void test_main(void)
{
    trap_info_t table[] = { { 0x80, 3, KERNEL_CS, entry_of_int80 }, { 0x81, 3, KERNEL_CS, entry_of_int81 }, { 0, 0, 0, 0 } };

    check_eq("set", HC(set_trap_table, table), 0);
    check_eq("user_int3", user(user_int3), 3);
    check_eq("kernel_int80", (long)TRY("int $0x80", : : : "memory"), 128);
    check_eq("kernel_int80_rip", (long)*(u16 *)(last_trap.rip - 2), 0x80cd);
    check_eq("user_int80", user(user_int80), 128);
    check_differs("user_int81", user(user_int81), 129, 13);
    check_eq("kernel_int4", (long)TRY("int $4", : : : "memory"), 4);
    check_eq("user_int4", user(user_int4), 4);
    check_eq("user_int_dpl_0", user(user_int6), 13);
    check_eq("user_int_without_entry", user(user_int_unused), 13);
    check_eq("kernel_int_without_entry", (long)TRY("int $0x99", : : : "memory"), 13);
}
