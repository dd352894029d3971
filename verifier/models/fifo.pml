/* SPDX-License-Identifier: MIT */
/*
 * fifo.pml - modules/evtchn, FIFO: two CPUs send to ports of one queue, and the guest takes them out, as Linux does
 * (it clears LINKED and takes LINK at once), while it masks and unmasks one.
 *
 * Says: when nothing moves any more, no port is in the queue, and none is pending and not masked.
 * Mutants: HEAD_LATE, LINK_BLINDLY, LINK_TO_ITSELF, NO_LOCK, UNMASK_FORGETS, READY_LATE
 */
#define NR 3 /* ports 1, 2 */
#ifdef FULL
#define SENDS 3
#define MASKS 2
#else
#define SENDS 2
#define MASKS 1
#endif

/* Event words, a field an array; what changes one word changes it at once. */
bool pending[NR], masked[NR], linked[NR], busy[NR];
byte link[NR];
/* The control block, and the upcall byte. */
byte head;
bool ready, upcall;
/* The hypervisor's. */
bool lock;
byte tail;

#ifdef NO_LOCK
#define LOCK skip
#define UNLOCK skip
#else
#define LOCK atomic { !lock -> lock = true }
#define UNLOCK lock = false
#endif

/* hypervisor/modules/evtchn/fifo_word.h word_link: if ((w & WORD_LINKED) == 0) */
/* hypervisor/modules/evtchn/fifo_word.h word_append: return shared_cmpxchg32(tail, w, word_leading_to(w, port)); */
/* hypervisor/modules/evtchn/fifo_word.h word_link: w = i == 0 ? word_make_busy(tail) | WORD_BUSY : seen; */
inline fifo_link(t, port)
{
    atomic { was_pending = pending[t]; was_masked = masked[t]; was_linked = linked[t]; tries = 0; appended = false };
    do
#ifndef LINK_BLINDLY
    :: !was_linked ->
        if
        :: tries > 0 -> busy[t] = false
        :: else
        fi;
        break
    :: was_linked ->
#else
    :: true ->
#endif
        if
        :: atomic { pending[t] == was_pending && masked[t] == was_masked && linked[t] == was_linked ->
            link[t] = port; busy[t] = false; appended = true }; break
        :: atomic { !(pending[t] == was_pending && masked[t] == was_masked && linked[t] == was_linked) ->
            if
            :: tries == 0 -> busy[t] = true
            :: else
            fi;
            was_pending = pending[t]; was_masked = masked[t]; was_linked = linked[t];
            tries++;
            assert(tries < 5) } /* LINK_TRIES: what a guest that keeps to the rules can do */
        fi
    od;
    atomic { was_pending = false; was_masked = false; was_linked = false; tries = 0 }
}

inline enqueue(port)
{
    /* hypervisor/modules/evtchn/evtchn_fifo.c fifo_enqueue_locked: tail = ev->tail[priority]; ev->tail[priority] = port; */
#ifdef NO_LOCK
    t = tail;
    tail = port;
#else
    atomic { t = tail; tail = port };
#endif
    /* hypervisor/modules/evtchn/evtchn_fifo.c fifo_enqueue_locked: page = tail != 0 && tail != port ? fifo_page(ev->fifo, tail) : NULL; */
    if
#ifdef LINK_TO_ITSELF
    :: t != 0 -> fifo_link(t, port)
    :: else
#else
    :: t != 0 && t != port -> fifo_link(t, port)
    :: else
#endif
    fi;
    t = 0;
    if
    :: appended -> appended = false
    :: else ->
#ifndef HEAD_LATE
        /* hypervisor/modules/evtchn/evtchn_fifo.c fifo_enqueue_locked: control_set_head(control, at, priority, port); */
        head = port;
#endif
#ifdef READY_LATE
        atomic { raised = !ready };
        upcall = raised;
        ready = true;
        raised = false;
#else
        /* hypervisor/modules/evtchn/fifo_word.h control_set_ready: (shared_or32(&control[at], 1U << priority) >> priority & 1) == 0 */
        atomic { raised = !ready; ready = true };
#endif
#ifdef HEAD_LATE
        head = port
#else
        skip
#endif
    fi
}

inline set_pending(port)
{
    /* hypervisor/modules/evtchn/evtchn_fifo.c evtchn_fifo_set_pending: spin_lock(&ev->lock); */
    LOCK;
    if
    /* hypervisor/modules/evtchn/fifo_word.h word_raise_idle: likely(shared_cmpxchg32(word, w, w | WORD_PENDING | WORD_LINKED) == w) */
    :: atomic { !pending[port] && !masked[port] && !linked[port] -> pending[port] = true; linked[port] = true; queue_it = true }
    /* hypervisor/modules/evtchn/fifo_word.h word_raise: return shared_or32(word, WORD_PENDING); */
    :: atomic { pending[port] = true; queue_it = !masked[port] && !linked[port] };
        /* hypervisor/modules/evtchn/fifo_word.h word_link_once: return (shared_or32(word, WORD_LINKED) & WORD_LINKED) == 0; */
        if
        :: queue_it -> atomic { queue_it = !linked[port]; linked[port] = true }
        :: else
        fi
    fi;
    if
    :: queue_it -> queue_it = false; enqueue(port)
    :: else
    fi;
    UNLOCK;
    /* hypervisor/modules/evtchn/evtchn_fifo.c fifo_notify: evtchn_upcall(v); */
    if
    :: raised -> atomic { raised = false; upcall = true }
    :: else
    fi
}

#define LOCALS                                            \
    bool was_pending, was_masked, was_linked, appended;   \
    bool queue_it, raised;                                \
    byte t, tries

proctype sender(byte first)
{
    byte n;
    LOCALS;

    do
    :: n < SENDS -> n++;
        if
        :: (first + n) % 2 == 0 -> set_pending(1)
        :: else -> set_pending(2)
        fi
    :: else -> break
    od
}

/* The guest's vcpu. */
proctype guest()
{
    byte next, own_head, port, nr_masks;
    bool mine, old_pending;
    LOCALS;

end:
    do
    :: upcall ->
        upcall = false;
        atomic { mine = ready; ready = false };
        do
        :: mine ->
            if
            :: own_head == 0 -> port = head
            :: else -> port = own_head
            fi;
            assert(port != 0);
            atomic { next = link[port]; linked[port] = false; link[port] = 0 };
            if
            :: next == 0 -> mine = false
            :: else
            fi;
            atomic {
                if
                :: pending[port] && !masked[port] -> pending[port] = false
                :: else
                fi
            };
            own_head = next;
            atomic { next = 0; port = 0; mine = mine || ready; ready = false }
        :: else -> break
        od
    :: nr_masks < MASKS && !masked[1] -> nr_masks++; masked[1] = true
    :: masked[1] ->
        /* hypervisor/modules/evtchn/evtchn_fifo.c evtchn_fifo_unmask: pending = word_unmask(&page[port % FIFO_PAGE_PORTS]); */
        LOCK;
        atomic { old_pending = pending[1]; masked[1] = false };
        UNLOCK;
#ifndef UNMASK_FORGETS
        /* hypervisor/modules/evtchn/evtchn_fifo.c evtchn_fifo_unmask: evtchn_fifo_set_pending(d, v, p, port); */
        if
        :: old_pending -> old_pending = false; set_pending(1)
        :: else
        fi
#else
        old_pending = false
#endif
    od
}

active proctype in_the_end()
{
    timeout;
    assert(!(pending[1] && !masked[1]) && !(pending[2] && !masked[2]));
    assert(!linked[1] && !linked[2]);
    assert(!busy[1] && !busy[2] && !lock)
}

init
{
    atomic {
        run sender(0);
        run sender(1);
        run guest()
    }
}
