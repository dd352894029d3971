// Tests of several vcpus at once. Vcpu 0 makes the checks; the others count.
#pragma once
#include "guest.h"

#define PATIENCE_S 40 // then something hangs

void smp_start(u32 count, void (*function)(u32)); // vcpus 1 to count - 1 run it with upcalls masked; fatal when refused
void smp_barrier(u32 count);                      // until so many vcpus are here
void smp_wait(const volatile u32 *counter, u32 least, const char *what); // yields; fatal when it lasts too long
void smp_join(u32 count);                         // vcpu 0 waits until the functions of the others have returned
void relax(void);
void upcalls_mask(u32 vcpu, bool masked); // of the vcpu that calls; what was pending is taken when they open
void smp_nap(u32 vcpu);                   // blocks for 0.2 ms; its VIRQ_TIMER is bound

// What a vcpu holds in registers, compared across `rounds` rounds: in one of `seldom` its turn runs out, in one of four it naps, in the others it does
// `between`. Each comparison adds the differences found to *wrong; *round counts.
struct smp_hold {
    u32 rounds, seldom;
    u32 (*differences)(u32 vcpu);
    void (*between)(u32 round); // NULL: it yields
};
void smp_hold(const struct smp_hold *hold, u32 vcpu, u32 *round, u32 *wrong);

// One access of eight bytes, on any vcpu: the vector of its trap, or NO_TRAP.
u64 smp_read(const volatile void *at, u64 *value);
u64 smp_write(volatile void *at, u64 value);

static inline u32 add32(volatile u32 *to, u32 value)
{
    return __atomic_add_fetch(to, value, __ATOMIC_SEQ_CST);
}

// Random numbers, of each vcpu its own; seed= on the command line.
u64 smp_random(void);
static inline u64 below(u64 limit)
{
    return (smp_random() >> 11) % limit;
}

/*
 * How many level-1 entries in the tables that the guest runs on give write access to a table of theirs, or to one of
 * the count frames in more, which are tables too. No other vcpu changes the tables meanwhile.
 */
u32 tables_writable(const u64 *more, u32 count);
