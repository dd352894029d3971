/*
 * What XSAVE saves is each vcpu's own: SSE, AVX, AVX-512, whichever the CPU has.
 *
 * Checks: XCR0 as XGETBV tells it holds x87 and SSE and no more than CPUID leaf 0xd names; the save area fits; four vcpus on two CPUs hold
 *   different bytes in all components but x87, across yields, timers and turns that run out; each comparison finds them as they were.
 *   Without XSAVE nothing is checked but that CPUID says so. Run it where the CPU has more too: QEMU_CPU=max.
 * Run: vcpus=4 smp=2
 */
#include "smp.h"

#define COUNT 4
#define AREA 4096
#define HEADER 512
#define X87 1UL
#define SSE 2UL
#define ROUNDS (u32)argument("rounds", 100)

static u8 want[COUNT][AREA] __attribute__((aligned(64))), now[COUNT][AREA] __attribute__((aligned(64)));
static u64 xcr0;
static u32 offset[64], size[64], wrong[COUNT], rounds[COUNT];

static void cpuid(u32 leaf, u32 sub, u32 out[4])
{
    u32 a = leaf, b, c = sub, d;

    __asm__ volatile(".byte 0x0f, 0x0b; .ascii \"xen\"; cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    out[0] = a, out[1] = b, out[2] = c, out[3] = d;
}

static u64 xgetbv(void)
{
    u32 low, high;

    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low | (u64)high << 32;
}

static void save(u8 *area)
{
    __asm__ volatile("xsave64 (%0)" : : "r"(area), "a"((u32)xcr0), "d"((u32)(xcr0 >> 32)) : "memory");
}

static void restore(const u8 *area)
{
    __asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"((u32)xcr0), "d"((u32)(xcr0 >> 32)) : "memory");
}

static void prepare(u32 vcpu)
{
    u8 *area = want[vcpu];

    memset(area, 0, AREA);
    area[0] = 0x7f, area[1] = 0x03;
    area[24] = 0x80, area[25] = 0x1f;
    *(u64 *)(area + HEADER) = xcr0;
    for (u32 i = 2; i < 63; i++)
        for (u32 k = 0; (xcr0 >> i & 1) != 0 && k < size[i]; k++)
            area[offset[i] + k] = (u8)(k * (2 * vcpu + 3) + 37 * vcpu + i + 1);
    for (u32 k = 0; k < 256; k++)
        area[160 + k] = (u8)(k * (2 * vcpu + 3) + 11 * vcpu + 1);
    restore(area);
}

static u32 differences(u32 vcpu)
{
    const u8 *a = now[vcpu], *b = want[vcpu];
    u32 found;

    save(now[vcpu]);
    found = memcmp(a + 160, b + 160, 256) != 0;
    for (u32 i = 2; i < 63; i++)
        if ((xcr0 >> i & 1) != 0)
            found += memcmp(a + offset[i], b + offset[i], size[i]) != 0;
    return found;
}

static void work(u32 vcpu)
{
    struct smp_hold hold = { .rounds = ROUNDS, .seldom = 50, .differences = differences };

    prepare(vcpu);
    shared->vcpu_info[vcpu].evtchn_upcall_mask = 0;
    smp_barrier(COUNT);
    smp_hold(&hold, vcpu, &rounds[vcpu], &wrong[vcpu]);
}

void test_main(void)
{
    u32 one[4], main[4], part[4];

    cpuid(1, 0, one);
    cpuid(0xd, 0, main);
    if ((one[2] >> 26 & 1) == 0) {
        check_eq("no_xsave_no_components", (long)main[0], 0);
        return;
    }
    check_eq("osxsave", (long)(one[2] >> 27 & 1), 1);
    xcr0 = xgetbv();
    say("TEST smp-xstate xcr0=%lx\n", xcr0);
    check_eq("x87_and_sse", (long)(xcr0 & (X87 | SSE)), X87 | SSE);
    check_eq("no_more_than_cpuid_names", (long)(xcr0 & ~(main[0] | (u64)main[3] << 32)), 0);
    check_eq("avx_512_whole_or_not", (xcr0 & 0xe0) == 0 || (xcr0 & 0xe4) == 0xe4, 1);
    check_range("area", main[1], 576, AREA);
    for (u32 i = 2; i < 63; i++) {
        if ((xcr0 >> i & 1) == 0)
            continue;
        cpuid(0xd, i, part);
        size[i] = part[0], offset[i] = part[1];
        check_range("component_in_the_area", part[0] + part[1], 577, main[1]);
    }
    for (u32 vcpu = 0; vcpu < COUNT; vcpu++)
        bind_virq(VIRQ_TIMER, vcpu);
    smp_start(COUNT, work);
    work(0);
    smp_join(COUNT);
    for (u32 vcpu = 0; vcpu < COUNT; vcpu++) {
        check_eq("state_differs", wrong[vcpu], 0);
        check_eq("rounds", rounds[vcpu], ROUNDS);
    }
}
