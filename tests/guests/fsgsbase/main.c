/*
 * RDFSBASE, WRFSBASE and their kin: a kernel turns them on by CR4.FSGSBASE, for itself and its users; the bases are each vcpu's own.
 *
 * Checks: without the CPUID bit, or before CR4.FSGSBASE is set, they are undefined; then kernel and user read and write bases, RDMSR agrees,
 *   a page-table write through %fs is emulated with the new base; two vcpus on one CPU keep theirs across turns; turned off they are undefined
 *   again, and the base stays. Run it where the CPU has it too: QEMU_CPU=max.
 * Run: vcpus=2
 */
#include "smp.h"

#define FSGSBASE 0x10000UL
#define ROUNDS 200

static u64 value, data[8] = { 11, 22, 33, 44, 55, 66, 77, 88 };
static u64 page[512] PAGE, other[512] PAGE;
static u32 wrong[2];

static u64 rdfsbase(void)
{
    return TRY("rdfsbase %[value]", : [value] "=r"(value) : : "memory");
}
static u64 wrfsbase(u64 base)
{
    return TRY("wrfsbase %[base]", : : [base] "r"(base) : "memory");
}
static u64 cr4(void)
{
    u64 got;

    __asm__ volatile("mov %%cr4, %[got]" : [got] "=r"(got) : : "memory");
    return got;
}
static void set_cr4(u64 to)
{
    __asm__ volatile("mov %[to], %%cr4" : : [to] "r"(to) : "memory");
}
static u64 msr(u32 number)
{
    u32 low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number) : "memory");
    return low | (u64)high << 32;
}

static void user(u64 base)
{
    u64 before, after, gs;

    __asm__ volatile("rdfsbase %[before]; wrfsbase %[base]; rdfsbase %[after]; wrgsbase %[base]; rdgsbase %[gs]"
                     : [before] "=&r"(before), [after] "=&r"(after), [gs] "=&r"(gs)
                     : [base] "r"(base));
    user_exit(after == base && gs == base && before == (u64)&data[3]);
}

static void turns(u32 vcpu)
{
    u64 base, mine = (u64)&data[vcpu * 4];

    set_cr4(cr4() | FSGSBASE);
    for (u32 i = 0; i < ROUNDS; i++) {
        __asm__ volatile("wrfsbase %0; wrgsbase %1" : : "r"(mine + i), "r"(mine + 2 * i) : "memory");
        yield();
        __asm__ volatile("rdfsbase %0" : "=r"(base) : : "memory");
        wrong[vcpu] += base != mine + i;
        __asm__ volatile("rdgsbase %0" : "=r"(base) : : "memory");
        wrong[vcpu] += base != mine + 2 * i;
    }
}

static bool offered(void)
{
    u32 a = 7, b, c = 0, d;

    __asm__ volatile(".byte 0x0f, 0x0b; .ascii \"xen\"; cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    return (b & 1) != 0;
}

void test_main(void)
{
    check_eq("off_at_first", (long)(cr4() & FSGSBASE), 0);
    check_eq("undefined_at_first", (long)rdfsbase(), 6);
    set_cr4(cr4() | FSGSBASE);
    check_eq("on_where_offered", (cr4() & FSGSBASE) != 0, offered());
    if (!offered()) {
        check_eq("not_offered_stays_undefined", (long)rdfsbase(), 6);
        return;
    }
    HC(set_segment_base, SEGBASE_FS, &data[1]);
    check_eq("rdfsbase", (long)rdfsbase(), NO_TRAP);
    check_eq("rdfsbase_value", (long)value, (long)&data[1]);
    check_eq("wrfsbase", (long)wrfsbase((u64)&data[3]), NO_TRAP);
    __asm__ volatile("movq %%fs:8, %0" : "=r"(value) : : "memory");
    check_eq("wrfsbase_reads", (long)value, 55);
    check_eq("rdmsr_agrees", (long)msr(0xc0000100), (long)&data[3]);
    check_eq("user", run_user(user, (u64)&data[5]), 1);
    check_eq("users_base_stays", (long)msr(0xc0000100), (long)&data[5]);
    check_eq("users_gs_is_users", (long)msr(0xc0000102), (long)&data[5]);

    // A level-1 table that is in use, and written through %fs: the hypervisor emulates it.
    u64 at = entry_maddr(page, 1);
    u64 *l1 = (u64 *)((u64)va_of_mfn(at >> 12) + (at & 0xfff));

    wrfsbase((u64)l1);
    check_eq("emulated_write", (long)TRY("movq %[pte], %%fs:0", : : [pte] "r"(mfn_of(other) << 12 | RO_PTE) : "memory"), NO_TRAP);
    check_eq("emulated_write_went_there", (long)PTE_MFN(*l1), (long)mfn_of(other));

    smp_start(2, turns);
    turns(0);
    smp_join(2);
    check_eq("vcpu_0_differs", wrong[0], 0);
    check_eq("vcpu_1_differs", wrong[1], 0);
    wrfsbase((u64)&data[2]);
    set_cr4(cr4() & ~FSGSBASE);
    check_eq("off", (long)(cr4() & FSGSBASE), 0);
    check_eq("undefined_again", (long)rdfsbase(), 6);
    check_eq("base_stays", (long)msr(0xc0000100), (long)&data[2]);
}
