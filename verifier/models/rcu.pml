/* SPDX-License-Identifier: MIT */
/*
 * rcu.pml - core/rcu.c: three CPUs; one (FULL: two) takes an object away that all may look at, another leaves (FULL:
 * and comes back).
 *
 * Says: nobody uses an object that is free; in the end they are free.
 * Mutants: EARLY, LOOK_LATE, PUBLISHED, DONE_LATE, NO_TELL, NO_TELL_LEAVE, NEWEST_LATE
 */
#define NR 3
#define NEVER 100

byte newest, members, waiting;
byte done[NR], oldest[NR] = NEVER, grace[NR];
bool first[NR];           /* CPU i has deferred object i */
bool published[2] = true; /* slots */
bool is_free[2];
bool pending[NR];         /* SOFTIRQ_RCU, and the interrupt that says so */
bool over[NR];            /* has done all that it does by itself */

#define BIT(i) (1 << (i))

/* hypervisor/core/percpu.h cpu_pend: __atomic_fetch_or(&cpu->pending, 1U << nr, __ATOMIC_SEQ_CST) */
#define PEND(i) pending[i] = true

/* hypervisor/core/rcu.c rcu_begin: left = atomic_read64(&members) */
/* hypervisor/core/rcu.c rcu_begin: cpu_pend(&cpus[(unsigned)__builtin_ctzl(left) % MAX_CPUS], SOFTIRQ_RCU); */
#define PEND_IF(i)                                  \
    atomic {                                        \
        if                                          \
        :: (among & BIT(i)) != 0 -> PEND(i)         \
        :: else                                     \
        fi                                          \
    }
inline pend_all()
{
    among = members;
    PEND_IF(0);
    PEND_IF(1);
    PEND_IF(2);
    among = 0
}

/* hypervisor/core/rcu.c item_append: x->grace = rcu_begin(); */
inline defer(me)
{
#ifndef PUBLISHED
    published[me] = false;
#endif
#ifdef NEWEST_LATE
    pend_all();
#endif
    /* hypervisor/core/rcu.c rcu_begin: uint64_t n = atomic_add64(&newest, 1) + 1; */
    atomic { newest++; grace[me] = newest };
#ifndef NEWEST_LATE
    pend_all();
#endif
    first[me] = true;
    /* hypervisor/core/rcu.c item_append: atomic_write64(&me->oldest, x->grace); */
    oldest[me] = grace[me];
    /* hypervisor/core/rcu.c item_append: atomic_or64(&waiting, 1UL << this_cpu()->id); */
    atomic { waiting = waiting | BIT(me) }
#ifdef PUBLISHED
    published[me] = false;
#endif
}

/* hypervisor/core/rcu.c all_done: least = min_u64(least, atomic_read64(&rcu_cpus[(unsigned)__builtin_ctzl(left) % MAX_CPUS].done)); */
#define LEAST_OF(i)                                                                    \
    atomic {                                                                           \
        if                                                                             \
        :: (among & BIT(i)) != 0 && done[i] < least -> least = done[i]                 \
        :: else                                                                        \
        fi                                                                             \
    }
inline all_done()
{
    atomic { among = members; least = NEVER };
    LEAST_OF(0);
    LEAST_OF(1);
    atomic { LEAST_OF(2); among = 0 }
}

/* hypervisor/core/rcu.c tell: left = atomic_read64(&waiting) */
/* hypervisor/core/rcu.c tell: if (atomic_read64(&rcu_cpus[i].oldest) <= done) */
#define TELL_IF(i)                                              \
    atomic {                                                    \
        if                                                      \
        :: (among & BIT(i)) != 0 && oldest[i] <= least -> PEND(i) \
        :: else                                                 \
        fi                                                      \
    }
inline tell()
{
    among = waiting;
    TELL_IF(0);
    TELL_IF(1);
    atomic { among = 0; least = 0 }
}

inline rcu_look(me)
{
#ifdef DONE_LATE
    all_done();
#endif
    /* hypervisor/core/rcu.c rcu_look: (void)atomic_xchg64(&me->done, atomic_read64(&newest)); */
    n = newest;
    atomic { done[me] = n; n = 0 };
#ifndef DONE_LATE
    /* hypervisor/core/rcu.c rcu_look: done = all_done(); */
    all_done();
#endif
#ifdef EARLY
    least = newest;
#endif
    /* hypervisor/core/rcu.c reap: while ((x = me->first) != NULL && x->grace <= done) */
    if
    :: atomic { first[me] && grace[me] <= least -> first[me] = false };
        /* hypervisor/core/rcu.c reap: item_do(x); */
        is_free[me] = true;
        /* hypervisor/core/rcu.c reap: atomic_write64(&me->oldest, x != NULL ? x->grace : UINT64_MAX); */
        oldest[me] = NEVER;
        /* hypervisor/core/rcu.c reap: atomic_and64(&waiting, ~(1UL << this_cpu()->id)); */
        atomic { waiting = waiting & (BIT(me) ^ 255) }
    :: atomic { else -> skip }
    fi;
#ifndef NO_TELL
    /* hypervisor/core/rcu.c rcu_look: if (atomic_read64(&waiting) != 0) */
    if
    :: waiting != 0 -> tell()
    :: else -> least = 0
    fi
#else
    least = 0
#endif
}

/* hypervisor/core/exit.c pending_take: return __atomic_exchange_n(&cpu->pending, 0, __ATOMIC_SEQ_CST); */
/* hypervisor/core/exit.c softirqs_run: rcu_look(); */
#define LOOK_AT_WORK(me)                                    \
    do                                                      \
    :: atomic { pending[me] -> pending[me] = false }; rcu_look(me) \
    :: atomic { !pending[me] -> break }                     \
    od

/* What a CPU finds in a slot it may use until it looks at its pending work. */
inline read_section(me, object)
{
    if
    :: published[object] -> found = true
    :: else
    fi;
#ifdef LOOK_LATE
    LOOK_AT_WORK(me);
#endif
    atomic { assert(!(found && is_free[object])); found = false }
}

/* Guests, and a halted CPU: until somebody interrupts. */
inline rest(me)
{
    over[me] = true;
end:
    do
    :: pending[me] -> LOOK_AT_WORK(me)
    od
}

proctype stays(byte me)
{
    byte n, among, least;
    bool found;

    read_section(me, 1 - me);
    LOOK_AT_WORK(me);
#ifndef FULL
    if
    :: me == 0 -> defer(me)
    :: else -> read_section(me, 1 - me)
    fi;
#else
    defer(me);
#endif
    LOOK_AT_WORK(me);
    rest(me)
}

proctype comes_and_goes()
{
    byte n, among, least, me = 2, times;
    bool found;

    do
    :: times < 2 ->
        read_section(me, 0);
        LOOK_AT_WORK(me);
        /* hypervisor/core/rcu.c rcu_leave: rcu_look(); */
        rcu_look(me);
        /* hypervisor/core/rcu.c rcu_leave: atomic_and64(&members, ~(1UL << this_cpu()->id)); */
        atomic { members = members & (BIT(me) ^ 255) };
#ifndef NO_TELL_LEAVE
        /* hypervisor/core/rcu.c rcu_leave: tell(all_done()); */
        all_done();
        tell();
#endif
        if
#ifdef FULL
        :: times == 0 ->
            /* hypervisor/core/rcu.c rcu_join: atomic_or64(&members, 1UL << this_cpu()->id); */
            atomic { members = members | BIT(me) };
            /* hypervisor/core/rcu.c rcu_join: rcu_look(); */
            rcu_look(me)
#endif
        :: true -> break
        fi;
        times++
    :: else -> break
    od;
    over[me] = true
}

/* When nothing moves any more. */
active proctype in_the_end()
{
    timeout;
    assert(over[0] && over[1] && over[2]);
#ifdef FULL
    assert(is_free[1]);
#endif
    assert(is_free[0])
}

init
{
    atomic {
        members = BIT(0) | BIT(1) | BIT(2);
        run stays(0);
        run stays(1);
        run comes_and_goes()
    }
}
