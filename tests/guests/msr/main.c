/*
 * rdmsr and wrmsr of guest kernel mode are emulated.
 *
 * Checks: EFER, the bases, APIC_BASE, PAT and others that Linux reads; unknown numbers give #GP(0) and leave the registers alone; writes
 *   that would change the machine (EFER, LSTAR, MTRR, APIC base) have no effect; user mode gets #GP.
 */
#include "guest.h"

static u64 value;

static u64 read_msr(u32 msr)
{
    u32 low = 0x11111111, high = 0x22222222;
    u64 vector = TRY("rdmsr", : "+a"(low), "+d"(high) : "c"(msr) : "memory");

    value = low | (u64)high << 32;
    return vector;
}

static u64 write_msr(u32 msr, u64 to)
{
    return TRY("wrmsr", : : "c"(msr), "a"((u32)to), "d"((u32)(to >> 32)) : "memory");
}

static void user_rdmsr(u64 msr)
{
    __asm__ volatile("rdmsr" : : "c"(msr) : "rax", "rdx");
    user_exit(1);
}

void test_main(void)
{
    check_eq("efer", (long)read_msr(0xc0000080), NO_TRAP);
    check_eq("efer_long_mode", (long)(value & 0xc00), 0x400 | 0x800 * 1);
    check_eq("apic_base", (long)read_msr(0x1b), NO_TRAP);
    check_eq("pat", (long)read_msr(0x277), NO_TRAP);
    check_eq("fs_base", (long)read_msr(0xc0000100), NO_TRAP);
    check_eq("gs_base", (long)read_msr(0xc0000101), NO_TRAP);
    check_eq("kernel_gs_base", (long)read_msr(0xc0000102), NO_TRAP);
    check_eq("write_gs_base", (long)write_msr(0xc0000101, (u64)&value), NO_TRAP);
    check_eq("gs_base_back", (long)read_msr(0xc0000101), NO_TRAP);
    check_eq("gs_base_value", (long)value, (long)&value);
    check_eq("gs_base_non_canonical", (long)write_msr(0xc0000101, NON_CANONICAL), 13);
    check_eq("write_kernel_gs_base", (long)write_msr(0xc0000102, (u64)&value), NO_TRAP);
    read_msr(0xc0000102);
    check_eq("kernel_gs_base_value", (long)value, (long)&value);

    const u32 unknown[] = { 0xdeadbeef, 0x12345, 0xc0001fff, 0x40000fff, 0xffffffff };

    for (u32 i = 0; i < ARRAY_SIZE(unknown); i++) {
        check_eq("unknown", (long)read_msr(unknown[i]), 13);
        check_eq("unknown_error", (long)last_trap.error, 0);
        check_eq("unknown_registers", (long)value, 0x2222222211111111);
        check_eq("unknown_write", (long)write_msr(unknown[i], 0), 13);
    }
    // Numbers that would change the machine: refused or without effect
    const u32 dangerous[] = { 0xc0000080, 0xc0000081, 0xc0000082, 0xc0000083, 0xc0000084, 0x174, 0x175, 0x176, 0x1b, 0x200, 0x2ff, 0x277 };

    for (u32 i = 0; i < ARRAY_SIZE(dangerous); i++) {
        write_msr(dangerous[i], 0);
        check("write_harmless", HC(xen_version, XENVER_version, NULL) > 0);
        write_msr(dangerous[i], 0xfffff00000000000UL);
        check("write_large_harmless", HC(xen_version, XENVER_version, NULL) > 0);
    }
    read_msr(0xc0000080);
    check_eq("efer_still_long_mode", (long)(value & 0x400), 0x400);
    check_eq("user_rdmsr", run_user(user_rdmsr, 0xc0000080), -1);
    check_eq("user_rdmsr_vector", (long)last_trap.vector, 13);
}
