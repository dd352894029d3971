/* SPDX-License-Identifier: MIT */
/*
 * events.pml - modules/evtchn, 2-level: two CPUs send, each to a port of its own of one vcpu, which handles, masks,
 * unmasks and blocks; the scheduler's part is sleep.pml's.
 *
 * Says: when nothing moves any more, no event is pending and not masked, and the vcpu does not sleep over an upcall.
 * The guest is as Linux: it clears the upcall byte, takes the selector, then the bits; when it lets upcalls in again it
 * looks at the byte once more.
 * Mutants: MASK_FIRST, SELECT_LATE, UPCALL_FIRST, NO_KICK, NO_SECOND_LOOK, SLEEP_LATE,
 * UNMASK_LATE, WAKE_BLIND
 */
#ifdef FULL
#define SENDS 2
#define GUEST_STEPS 4
#else
#define SENDS 1
#define GUEST_STEPS 3
#endif

/* The pages that are shared. */
bool pending[2], masked[2], selected, upcall, upcall_mask;
/* The vcpu: enum vcpu_block; whether a CPU has it (and knows so); whether it is queued. */
bool blocked, current, woken;
bool softirq;   /* SOFTIRQ_SCHEDULE */
bool interrupt; /* what cpu_look sends */

/* hypervisor/core/schedule.c vcpu_unblock: uint8_t was = atomic_xchg8(&v->block, VCPU_RUNNABLE); */
/* hypervisor/core/schedule.c vcpu_unblock: if (vcpu_runnable(v)) sched_wake(v); */
/* hypervisor/ports/sched_queue.h wake_at: if (here && vcpu_runnable(v) && v->sched.list == 0 && !v->sched.running) */
#ifdef WAKE_BLIND
#define MAY_WAKE (!woken && !current)
#else
#define MAY_WAKE (!woken && !current && !blocked)
#endif
inline unblock()
{
    if
    :: atomic { blocked -> blocked = false };
        /* Its lock is held: one step. */
        if
        :: atomic { MAY_WAKE -> woken = true; softirq = true; interrupt = true }
        :: atomic { !MAY_WAKE -> skip }
        fi
    :: atomic { !blocked -> skip }
    fi
}

inline kick()
{
#ifndef NO_KICK
    /* hypervisor/core/schedule.c vcpu_kick: if (atomic_read8(&v->block) != VCPU_RUNNABLE) */
    if
    :: blocked -> unblock()
    :: else ->
        /* hypervisor/core/schedule.c vcpu_kick: slot_read(cpu->current) == v */
        if
        /* hypervisor/core/schedule.c vcpu_kick: cpu_look(cpu); */
        :: current -> interrupt = true
        :: else
        fi
    fi
#else
    skip
#endif
}

/* hypervisor/modules/evtchn/evtchn_2l.h evtchn_upcall: shared_read8(&info->evtchn_upcall_pending) != 0 */
/* hypervisor/modules/evtchn/evtchn_2l.h evtchn_upcall_set: if (shared_xchg8(&info->evtchn_upcall_pending, 1) == 0) */
/* hypervisor/modules/evtchn/evtchn_2l.h evtchn_upcall_set: vcpu_kick(v); */
inline tell()
{
    if
    :: upcall
    :: else ->
        if
        :: atomic { !upcall -> upcall = true }; kick()
        :: atomic { upcall -> skip }
        fi
    fi
}

/* hypervisor/modules/evtchn/evtchn_2l.h evtchn_2l_select: !shared_test_and_set_bit(&info->evtchn_pending_sel, w) */
/* hypervisor/modules/evtchn/evtchn_2l.h evtchn_2l_select: evtchn_upcall(v); */
inline select_word()
{
#ifdef UPCALL_FIRST
    tell();
    selected = true
#else
    if
    :: atomic { !selected -> selected = true }; tell()
    :: atomic { selected -> skip }
    fi
#endif
}

inline set_pending(port)
{
#ifdef MASK_FIRST
    was_masked = masked[port];
#endif
    /* hypervisor/modules/evtchn/evtchn_2l.h evtchn_2l_raise: if (shared_test_and_set_bit(&s->evtchn_pending[w], port % 64)) */
    if
    :: atomic { pending[port] -> skip }
#ifdef SELECT_LATE
    :: atomic { !pending[port] -> skip }; select_word(); pending[port] = true
#else
    :: atomic { !pending[port] -> pending[port] = true };
        /* hypervisor/modules/evtchn/evtchn_2l.h evtchn_2l_tell: if (!shared_test_bit(&s->evtchn_mask[w], nr)) */
#ifndef MASK_FIRST
        was_masked = masked[port];
#endif
        /* hypervisor/modules/evtchn/evtchn_2l.h evtchn_2l_tell: evtchn_2l_select(v, w); */
        if
        :: !was_masked -> select_word()
        :: else
        fi
#endif
    fi;
    was_masked = false
}

proctype sender(byte port)
{
    byte n;
    bool was_masked;

    do
    :: n < SENDS -> set_pending(port); n++
    :: else -> break
    od
}

inline unmask(port)
{
#ifdef UNMASK_LATE
    was_pending = pending[port];
    masked[port] = false;
#else
    /* hypervisor/modules/evtchn/evtchn_2l.c evtchn_2l_unmask: shared_test_and_clear_bit(&s->evtchn_mask[w], port % 64) */
    masked[port] = false;
    /* hypervisor/modules/evtchn/evtchn_2l.c evtchn_2l_unmask: shared_test_bit(&s->evtchn_pending[w], port % 64) */
    was_pending = pending[port];
#endif
    /* hypervisor/modules/evtchn/evtchn_2l.c evtchn_2l_unmask: evtchn_2l_select(v, w); */
    if
    :: was_pending -> was_pending = false; select_word()
    :: else
    fi
}

/* xen-compat/sched_op.c op_block: shared_write8(&v->info->evtchn_upcall_mask, 0); */
inline block()
{
    upcall_mask = false;
    if
    :: upcall
    :: else ->
#ifdef SLEEP_LATE
        if
        :: upcall
        :: else -> blocked = true; softirq = true
        fi
#else
        /* xen-compat/sched_op.c op_block: (void)atomic_xchg8(&v->block, VCPU_BLOCKED); */
        blocked = true;
#ifdef NO_SECOND_LOOK
        softirq = true;
#else
        /* xen-compat/sched_op.c op_block: if (shared_read8(&v->info->evtchn_upcall_pending) != 0) vcpu_unblock(v); */
        /* xen-compat/sched_op.c op_block: sched_sleep(v); */
        if
        :: upcall -> unblock()
        :: else -> softirq = true
        fi
#endif
#endif
    fi
}

/* One bit of those that the selector has led to. */
#define TAKE(port)                                                     \
    atomic {                                                           \
        if                                                             \
        :: pending[port] && !masked[port] -> pending[port] = false     \
        :: else                                                        \
        fi                                                             \
    }

proctype vcpu()
{
    byte steps;
    bool found, was_pending;

leave: /* the hypervisor looks before it returns to the guest */
    atomic { interrupt = false };
    /* hypervisor/core/exit.c softirqs_run: schedule(); */
    /* hypervisor/modules/sched_fair/sched_fair.c pick_own: prev != NULL && vcpu_runnable(prev) */
    if
    :: atomic {
        softirq -> softirq = false;
        if
        :: woken -> woken = false; current = true
        :: !woken && blocked -> current = false
        :: else
        fi
        }
    :: atomic { !softirq -> skip }
    fi;
    if
    :: current
    :: else -> goto end_halted
    fi;
    /* The byte and the mask are one word to it (arch/entry.S, exit_fast). */
    if
    :: atomic { upcall && !upcall_mask -> upcall_mask = true }; goto handler
    :: atomic { !(upcall && !upcall_mask) -> skip }
    fi;
end_guest:
    if
    :: interrupt -> goto leave
    :: steps < GUEST_STEPS -> steps++; masked[0] = true; goto end_guest
    :: steps < GUEST_STEPS && masked[0] -> steps++; unmask(0); goto leave
    :: steps < GUEST_STEPS -> steps++; block(); goto leave
    fi;
end_halted:
    interrupt -> goto leave;
handler:
    upcall = false;
    atomic { found = selected; selected = false };
    if
    :: found -> found = false; TAKE(0); TAKE(1)
    :: else
    fi;
    upcall_mask = false;
    if
    :: upcall -> goto leave /* asked for by a hypercall, if no interrupt does */
    :: else -> goto end_guest
    fi
}

active proctype in_the_end()
{
    timeout;
    assert(!(pending[0] && !masked[0]) && !(pending[1] && !masked[1]));
    assert(!(upcall && blocked));
    assert(blocked == !current) /* who runs is not thought to sleep: nobody would interrupt it */
}

init
{
    atomic {
        current = true;
        run sender(0);
        run sender(1);
        run vcpu()
    }
}
