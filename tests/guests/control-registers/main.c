/*
 * Control registers and other privileged instructions in guest kernel and user mode.
 *
 * Checks: CR0, CR2, CR3, CR4 read; CR0.TS, CR2, CR3 and harmless CR4 writes; writes that change paging, protection or PAE are refused or
 *   without effect; smsw, clts, wbinvd; lgdt, lidt, ltr, hlt, cli, sti, iret, swapgs and the like do no harm; user mode gets #GP.
 */
#include "guest.h"

static u64 cr;

static void user_cr0(u64 unused)
{
    (void)unused;
    __asm__ volatile("mov %%cr0, %%rax" : : : "rax");
    user_exit(1);
}

static void user_hlt(u64 unused)
{
    (void)unused;
    __asm__ volatile("hlt");
    user_exit(1);
}

static void user_cli(u64 unused)
{
    (void)unused;
    __asm__ volatile("cli");
    user_exit(1);
}

#define READ_CR(n) TRY("mov %%cr" #n ", %[cr]", : [cr] "=r"(cr) : : "memory")
#define WRITE_CR(n, value) TRY("mov %[to], %%cr" #n, : : [to] "r"((u64)(value)) : "memory")

void test_main(void)
{
    struct {
        u16 limit;
        u64 base;
    } __attribute__((packed)) table = { 0xffff, 0x1000 };

    check_eq("cr0", (long)READ_CR(0), NO_TRAP);
    check_eq("cr0_paging_protection", (long)(cr & 0x80000001), 0x80000001);
    u64 cr0 = cr;
    check_eq("cr0_write_same", (long)WRITE_CR(0, cr0), NO_TRAP);
    check_eq("cr0_write_ts", (long)WRITE_CR(0, cr0 | 8), NO_TRAP);
    READ_CR(0);
    check_eq("cr0_ts", (long)(cr & 8), 8);
    check_eq("cr0_ts_faults", (long)TRY("fninit", : : : "memory"), 7);
    check_eq("cr0_paging_off", (long)WRITE_CR(0, cr0 & ~0x80000000UL), 13);
    check_eq("cr0_zero", (long)WRITE_CR(0, 0), 13);
    check_eq("cr0_write_protect_off", (long)WRITE_CR(0, cr0 & ~0x10000UL), 13);
    try_read((void *)0x5000);
    check_eq("cr2", (long)READ_CR(2), NO_TRAP);
    check_eq("cr2_value", (long)cr, 0x5000);
    check_eq("cr2_write", (long)WRITE_CR(2, 0x7777), NO_TRAP);
    READ_CR(2);
    check_eq("cr2_written", (long)cr, 0x7777);
    check_eq("cr3", (long)READ_CR(3), NO_TRAP);
    check_eq("cr3_value", (long)(cr >> 12), (long)mfn_of((void *)si->pt_base));
    check("cr3_bad", WRITE_CR(3, 0x1000) != NO_TRAP);
    check("cr3_nobodys", WRITE_CR(3, 0x000fffffffff0000UL) != NO_TRAP);
    check_eq("cr4", (long)READ_CR(4), NO_TRAP);
    u64 cr4 = cr;
    check_eq("cr4_pae", (long)(cr4 & 0x20), 0x20);
    check_eq("cr4_write_same", (long)WRITE_CR(4, cr4), NO_TRAP);
    WRITE_CR(4, 0);
    WRITE_CR(4, ~0UL);
    READ_CR(4);
    check_eq("cr4_pae_stays", (long)(cr & 0x20), 0x20);
    check("alive", HC(xen_version, XENVER_version, NULL) > 0);
    WRITE_CR(4, cr4);
    TRY("mov %%cr8, %[cr]", : [cr] "=r"(cr) : : "memory");
    TRY("mov %[to], %%cr8", : : [to] "r"(15UL) : "memory");
    check("cr8_harmless", HC(xen_version, XENVER_version, NULL) > 0);
    check_eq("wbinvd", (long)TRY("wbinvd", : : : "memory"), NO_TRAP);
    check_eq("lgdt", (long)TRY("lgdt %[table]", : : [table] "m"(table) : "memory"), 13);
    check_eq("lidt", (long)TRY("lidt %[table]", : : [table] "m"(table) : "memory"), 13);
    check_eq("ltr", (long)TRY("ltr %%ax", : : "a"(0) : "memory"), 13);
    check_eq("lldt", (long)TRY("lldt %%ax", : : "a"(0) : "memory"), 13);
    check_eq("swapgs", (long)TRY("swapgs", : : : "memory"), 13);
    check_eq("sysret", (long)TRY("sysretq", : : : "memory"), 13);
    check_eq("cli", (long)TRY("cli", : : : "memory"), 13);
    check("hlt_harmless", TRY("hlt", : : : "memory") == 13);
    TRY("lmsw %%ax", : : "a"(0) : "memory");
    READ_CR(0);
    check_eq("lmsw_harmless", (long)(cr & 0x80000001), 0x80000001);
    check_eq("user_cr0", run_user(user_cr0, 0), -1);
    check_eq("user_cr0_vector", (long)last_trap.vector, 13);
    check_eq("user_hlt", run_user(user_hlt, 0), -1);
    check_eq("user_cli", run_user(user_cli, 0), -1);
    check("alive_at_end", HC(xen_version, XENVER_version, NULL) > 0);
}
