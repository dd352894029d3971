/* SPDX-License-Identifier: MIT */
/*
 * gate.h - call gates and what a trap in a module releases.
 *
 * A module is entered through a gate.  A hypercall's gate is the trap frame at the top
 * of the stack, so nothing has to be saved.  The log lists what the running code
 * holds; gate_unwind releases it in reverse.
 * docs/decisions/0003-call-gates.md.
 */
#ifndef CORE_GATE_H
#define CORE_GATE_H

#include "core/lock.h"

enum gate_log_kind { GATE_LOCK = 1, GATE_READ, GATE_SCOPE, GATE_REF };

struct gate_log_entry {
    spinlock_t *lock; /* GATE_LOCK, GATE_READ */
    uint64_t what;    /* a scope's id, a frame reference */
    uint8_t kind;
    uint8_t committed; /* a lock past its commit mark: poison it on unwind */
};

#define GATE_LOG_MAX 16

struct gate_log {
    uint32_t nr;
    uint32_t rcu_depth;
    uint32_t module; /* index of the module running, 0 for the core */
    struct gate_log_entry entries[GATE_LOG_MAX];
};

/* A lock released out of order: take its entry out and leave the others in order.
 * The newest entry has been popped already and is not the lock's. */
SC_CORE void gate_log_drop(struct gate_log *log, const spinlock_t *lock);
/* Release everything the log lists above mark, newest first. */
SC_CORE void gate_unwind(struct gate_log *log, uint32_t mark);

#endif
