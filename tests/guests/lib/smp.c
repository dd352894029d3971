// Several vcpus at once.
#include "smp.h"

#define MACHINE_FRAMES (1u << 18) // 1 GiB
#define LONG_TURN_NS 12000000     // more than a turn of the scheduler

static volatile u32 returned;
static void (*smp_function)(u32 vcpu);

void relax(void)
{
    __asm__ volatile("pause" : : : "memory");
}

void upcalls_mask(u32 vcpu, bool masked)
{
    shared->vcpu_info[vcpu].evtchn_upcall_mask = masked;
    __asm__ volatile("" : : : "memory");
    if (!masked && shared->vcpu_info[vcpu].evtchn_upcall_pending != 0)
        HC(xen_version, XENVER_version, NULL);
}

void smp_nap(u32 vcpu)
{
    shared->vcpu_info[vcpu].evtchn_upcall_mask = 1; // block opens it: the timer does not fire before
    HC(set_timer_op, time_ns(vcpu) + 200000);
    block();
    shared->vcpu_info[vcpu].evtchn_upcall_mask = 0;
}

void smp_hold(const struct smp_hold *hold, u32 vcpu, u32 *round, u32 *wrong)
{
    for (; *round < hold->rounds; ++*round) {
        if (*round % hold->seldom == hold->seldom / 2)
            for (u64 until = time_ns(vcpu) + LONG_TURN_NS; time_ns(vcpu) < until;)
                *wrong += hold->differences(vcpu);
        else if (*round % 4 == 1)
            smp_nap(vcpu);
        else if (hold->between != NULL)
            hold->between(*round);
        else
            yield();
        *wrong += hold->differences(vcpu);
    }
}

static void smp_main(u32 vcpu)
{
    smp_function(vcpu);
    shared->vcpu_info[vcpu].evtchn_upcall_mask = 1;
    add32(&returned, 1);
}

void smp_start(u32 count, void (*function)(u32))
{
    smp_function = function;
    returned = 0;
    for (u32 vcpu = 1; vcpu < count; vcpu++) {
        shared->vcpu_info[vcpu].evtchn_upcall_mask = 1;
        long ret = vcpu_start(vcpu, smp_main);

        if (ret != 0)
            fatal("start of vcpu %u: %ld", vcpu, ret);
    }
}

void smp_wait(const volatile u32 *counter, u32 least, const char *what)
{
    u64 until = time_ns(this_vcpu()) + PATIENCE_S * 1000000000UL;

    while (*counter < least) {
        if (time_ns(this_vcpu()) > until)
            fatal("vcpu %u waits for %s: %u of %u", this_vcpu(), what, *counter, least);
        yield();
        relax();
    }
}

void smp_barrier(u32 count)
{
    static volatile u32 arrived[VCPUS_MAX + 1];
    u32 mine = add32(&arrived[count], 1);

    smp_wait(&arrived[count], (mine + count - 1) / count * count, "the others");
}

void smp_join(u32 count)
{
    smp_wait(&returned, count - 1, "the others to end");
}

u64 smp_random(void)
{
    static u64 states[VCPUS_MAX];
    u32 vcpu = this_vcpu();
    u64 state = states[vcpu];

    if (state == 0)
        state = (argument("seed", 1) * VCPUS_MAX + vcpu) * 0x9e3779b97f4a7c15UL + 1;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    states[vcpu] = state;
    return state * 0x2545f4914f6cdd1dUL;
}

static u8 is_table[MACHINE_FRAMES / 8];

static void note_table(u64 mfn)
{
    if (mfn < MACHINE_FRAMES)
        is_table[mfn / 8] |= (u8)(1 << mfn % 8);
}

static bool noted(u64 mfn)
{
    return mfn < MACHINE_FRAMES && (is_table[mfn / 8] >> mfn % 8 & 1) != 0;
}

static bool hypervisor_slot(int level, u32 i)
{
    return level == 4 && i >= 256 && i < 272;
}

// First the tables are noted, then the entries of the level-1 tables looked at.
static u32 tables_walk(u64 mfn, int level, bool look)
{
    u64 *table = va_of_mfn(mfn);
    u32 found = 0;

    if (!look)
        note_table(mfn);
    for (u32 i = 0; i < 512; i++) {
        u64 entry = table[i];

        if ((entry & PTE_P) == 0 || hypervisor_slot(level, i))
            continue;
        if (level > 1)
            found += tables_walk(PTE_MFN(entry), level - 1, look);
        else if (look && (entry & PTE_RW) != 0)
            found += noted(PTE_MFN(entry));
    }
    return found;
}

u32 tables_writable(const u64 *more, u32 count)
{
    u64 top = mfn_of((void *)si->pt_base);

    memset(is_table, 0, sizeof(is_table));
    for (u32 i = 0; i < count; i++)
        note_table(more[i]);
    tables_walk(top, 4, false);
    return tables_walk(top, 4, true);
}
