/* SPDX-License-Identifier: MIT */
/*
 * sleep.pml - one that makes an upcall pending, and a vcpu that goes to sleep or comes to a CPU, on x86-TSO: what a CPU
 * stores waits in its buffer, from which it goes to memory at any later time, in order; a locked instruction empties it.
 *
 * Says: when nothing moves any more, no upcall is pending for a vcpu that sleeps or that runs on and was not told.
 * Mutants: PLAIN_UPCALL, PLAIN_BLOCK, PLAIN_TAKE, NO_SECOND_LOOK, CURRENT_LATE, NO_LOOK, WAKE_BLIND
 */
#ifdef FULL
#define SLEEPS 4
#define RAISES 4
#else
#define SLEEPS 2
#define RAISES 3
#endif

/* Memory. */
bool upcall, blocked, current;
bool softirq, interrupt;
bool queued, running; /* under the queue's lock */

/* A buffer of each CPU's, for the words that it stores plainly: (var is the word's name there). */
#define NONE 2
byte raiser_upcall = NONE;                                     /* the sender's CPU */
byte own_blocked = NONE, own_current = NONE, own_upcall = NONE; /* the vcpu's */

/* Locked: what waits goes first.  The vcpu's CPU stores to one word at a time: its buffer is at most these. */
#define DRAIN_OWN                                                                  \
    if :: own_blocked != NONE -> blocked = own_blocked; own_blocked = NONE :: else fi; \
    if :: own_current != NONE -> current = own_current; own_current = NONE :: else fi; \
    if :: own_upcall != NONE -> upcall = own_upcall; own_upcall = NONE :: else fi

/* What a CPU reads: its own store if one waits. */
#define OWN_UPCALL (own_upcall != NONE -> own_upcall : upcall)
#define OWN_BLOCKED (own_blocked != NONE -> own_blocked : blocked)

/* Stores go to memory by themselves.  One at a time waits, but for the first here: they keep their order. */
active proctype buffers()
{
end:
    do
    :: atomic { raiser_upcall != NONE -> upcall = raiser_upcall; raiser_upcall = NONE }
    :: atomic { own_blocked != NONE -> blocked = own_blocked; own_blocked = NONE }
    :: atomic { own_current != NONE && own_blocked == NONE -> current = own_current; own_current = NONE }
    :: atomic { own_upcall != NONE && own_current == NONE && own_blocked == NONE -> upcall = own_upcall; own_upcall = NONE }
    od
}

/* hypervisor/ports/sched_queue.h wake_at: if (here && vcpu_runnable(v) && v->sched.list == 0 && !v->sched.running) */
/* hypervisor/ports/sched_queue.h wake_at: runq_add_woken_locked(q, v); */
#ifdef WAKE_BLIND
#define MAY_WAKE (!queued && !running)
#else
#define MAY_WAKE (!queued && !running && !blocked)
#endif
inline wake()
{
    if
    :: atomic { MAY_WAKE -> queued = true };
        /* hypervisor/ports/sched.h sched_tell_woken: cpu_pend(cpu, SOFTIRQ_SCHEDULE); */
        atomic { softirq = true; interrupt = true }
    :: atomic { !MAY_WAKE -> skip }
    fi
}

/* The sender's CPU. */
proctype raiser()
{
    byte n;
    bool was;

    do
    :: n < RAISES ->
        n++;
        /* hypervisor/modules/evtchn/evtchn_2l.h evtchn_upcall: shared_read8(&info->evtchn_upcall_pending) != 0 */
        if
        :: atomic { (raiser_upcall != NONE || upcall) -> skip }
        :: atomic { !(raiser_upcall != NONE || upcall) -> skip };
            /* hypervisor/modules/evtchn/evtchn_2l.h evtchn_upcall_set: if (shared_xchg8(&info->evtchn_upcall_pending, 1) == 0) */
#ifdef PLAIN_UPCALL
            atomic { was = upcall; raiser_upcall = 1 };
#else
            atomic { was = upcall; upcall = true };
#endif
            if
            :: was
            :: else ->
                /* hypervisor/core/schedule.c vcpu_kick: if (atomic_read8(&v->block) != VCPU_RUNNABLE) */
                if
                :: blocked ->
                    /* hypervisor/core/schedule.c vcpu_unblock: uint8_t was = atomic_xchg8(&v->block, VCPU_RUNNABLE); */
                    if
                    :: atomic { blocked -> blocked = false }; wake()
                    :: atomic { !blocked -> skip }
                    fi
                :: else ->
                    /* hypervisor/core/schedule.c vcpu_kick: slot_read(cpu->current) == v */
                    if
#ifndef NO_LOOK
                    :: current -> interrupt = true
#endif
                    :: else
                    fi
                fi
            fi;
            was = false
        fi
    :: else -> break
    od
}

/* The vcpu's CPU. */
proctype own()
{
    byte n;
    bool work;

leave:
    interrupt = false;
again:
    /* hypervisor/core/exit.c pending_take: return __atomic_exchange_n(&cpu->pending, 0, __ATOMIC_SEQ_CST); */
#ifdef PLAIN_TAKE
    atomic { work = softirq; softirq = false };
#else
    atomic { DRAIN_OWN; work = softirq; softirq = false };
#endif
    if
    :: work ->
        work = false;
        /* hypervisor/core/exit.c softirqs_run: schedule(); */
        /* Under the queue's lock, whose taking is locked: v stays, comes, or goes. */
#ifdef PLAIN_TAKE
#define LOCKED skip
#else
#define LOCKED DRAIN_OWN
#endif
        /* hypervisor/modules/sched_fair/sched_fair.c pick_own: prev != NULL && vcpu_runnable(prev) */
        if
        :: atomic { running && !OWN_BLOCKED -> LOCKED }
        :: atomic { !(running && !OWN_BLOCKED) && queued -> LOCKED; queued = false; running = true };
            /* hypervisor/core/schedule.c context_switch: slot_publish(cpu->current, next); */
#ifdef CURRENT_LATE
            goto look
#else
            own_current = true
#endif
        :: atomic { !(running && !OWN_BLOCKED) && !queued -> LOCKED; running = false }; own_current = false
        fi;
        goto again
    :: else
    fi;
    if
    :: atomic { !(own_current != NONE -> own_current : current) -> skip };
end_halted:
        interrupt -> goto leave
    :: atomic { (own_current != NONE -> own_current : current) -> skip }
    fi;
look: /* arch/entry.S, exit_fast: the byte */
    if
    :: OWN_UPCALL -> own_upcall = false; goto end_in_guest /* the guest's handler, which clears it */
    :: else
    fi;
end_in_guest:
#ifdef CURRENT_LATE
    own_current = true;
#endif
    if
    :: interrupt -> goto leave
    :: atomic { OWN_UPCALL && own_upcall == NONE && n < SLEEPS -> n++ }; goto leave
    :: n < SLEEPS ->
        n++;
        if
        :: OWN_UPCALL
        :: else ->
            /* xen-compat/sched_op.c op_block: (void)atomic_xchg8(&v->block, VCPU_BLOCKED); */
#ifdef PLAIN_BLOCK
            own_blocked = true;
#else
            atomic { DRAIN_OWN; blocked = true };
#endif
            /* xen-compat/sched_op.c op_block: if (shared_read8(&v->info->evtchn_upcall_pending) != 0) vcpu_unblock(v); */
            if
#ifndef NO_SECOND_LOOK
            :: OWN_UPCALL ->
                if
                :: atomic { OWN_BLOCKED -> DRAIN_OWN; blocked = false }; wake()
                :: atomic { !OWN_BLOCKED -> skip }
                fi
            :: else ->
#else
            :: true ->
#endif
                /* hypervisor/ports/sched_queue.h sleep_at: cpu_pend(cpu, SOFTIRQ_SCHEDULE); */
                softirq = true
            fi
        fi;
        goto leave
    fi
}

active proctype in_the_end()
{
    timeout;
    assert(!(upcall && blocked));      /* asleep */
    assert(!(upcall && current));      /* runs on, and was not told */
    assert(!queued);                   /* to be picked, and is not */
    assert(blocked == !current)        /* runs, and is not thought to sleep */
}

init
{
    atomic {
        current = true;
        running = true;
        run raiser();
        run own()
    }
}
