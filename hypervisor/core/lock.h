/* SPDX-License-Identifier: MIT */
/*
 * lock.h - spin locks, and the one list that orders them.
 *
 * Lock order (take downward, never upward; docs/decisions/0009-lock-order.md):
 *
 *   1  ending     how far one domain's end is    core/domain_end.c
 *   2  domlist    the list of domains            core/domain.c
 *   3  domain     one domain's configuration     struct domain
 *   4  gnttab     one domain's grant table       modules/gnttab
 *   5  grant      a grant in use; free handles   modules/gnttab
 *   6  evtchn     one domain's event channels    modules/evtchn
 *   7  evtchnq    one vcpu's FIFO queues         modules/evtchn
 *   8  physdev    one domain's interrupts        modules/physdev
 *   9  sched      one CPU's run queue            modules/sched_fair, sched_rr
 *  10  runstate   one vcpu's times               core/schedule.c
 *  11  timerq     one CPU's timer queue          core/timerq.c
 *  12  msi        tables of MSI-X mapped so far  arch/msi.c
 *  13  ioapic     IOAPICs and their lines        arch/ioapic.c
 *  14  pool       one type's free objects        core/pool.c
 *  15  pagealloc  free lists                     modules/pagealloc_buddy
 *  16  console    the console ring               modules/console
 *  17  hardware   PCI index, serial line,        arch/pci.c, arch/serial.c,
 *                 wall clock                     core/wallclock.c
 *  18  log        how much guests may still say  core/log.c
 *
 * Two locks of one rank are taken lower domain id first (lock_pair).
 * The hypervisor runs with interrupts off, so no lock is taken from an
 * interrupt: handlers only set per-CPU pending bits.
 *
 * Every acquisition is logged in this CPU's gate log (core/gate.h), from which
 * a trap in a module releases it.
 */
#ifndef CORE_LOCK_H
#define CORE_LOCK_H

#include "core/base.h"

enum lock_rank {
    RANK_ENDING = 1,
    RANK_DOMLIST,
    RANK_DOMAIN,
    RANK_GNTTAB,
    RANK_GRANT,
    RANK_EVTCHN,
    RANK_EVTCHN_QUEUE,
    RANK_PHYSDEV,
    RANK_SCHED,
    RANK_RUNSTATE,
    RANK_TIMERQ,
    RANK_MSI,
    RANK_IOAPIC,
    RANK_POOL,
    RANK_PAGEALLOC,
    RANK_CONSOLE,
    RANK_HARDWARE,
    RANK_LOG,
};

/* A ticket lock. */
typedef struct {
    uint16_t next;
    uint16_t owner;
    uint8_t rank;
} spinlock_t;

#define SPINLOCK_INIT(r) { 0, 0, (r) }

/* Take and release; the CPU's gate log records the lock.  No error. */
void spin_lock(spinlock_t *lock) SC_ACQUIRES(lock);
void spin_unlock(spinlock_t *lock) SC_RELEASES(lock);
/* Two locks of one rank in the order of the ids given; the same lock is taken once. */
void spin_lock_pair(spinlock_t *a, unsigned a_id, spinlock_t *b, unsigned b_id) SC_ACQUIRES(a) SC_ACQUIRES(b);
void spin_unlock_pair(spinlock_t *a, spinlock_t *b) SC_RELEASES(a) SC_RELEASES(b);

/*
 * What is read by many and seldom changed.  Readers write nothing but a word of their own CPU's, so they share no line;
 * they may take other locks, but read under no second lock at once.  Who writes takes write_lock, and spin_unlock;
 * spin_lock alone lets nobody else write, and no reader begin.
 */
void read_lock(spinlock_t *lock) SC_ACQUIRES(lock);
void read_unlock(spinlock_t *lock) SC_RELEASES(lock);
/* spin_lock, and no reader is left. */
void write_lock(spinlock_t *lock) SC_ACQUIRES(lock);

/* For contracts: what an unwinding released so far (core/gate.h), in that order. */
/*@ ghost unsigned released_nr; */
/*@ ghost spinlock_t *released[16]; */
/*@ ghost uint8_t released_kind[16]; */
/* Let the next one have what an entry of the gate log, of that kind, lists; the log is the caller's care. */
SC_CORE void lock_release(spinlock_t *lock, uint8_t kind);

#endif
