/* SPDX-License-Identifier: MIT */
/*
 * cont.h - continuations: how a long hypercall gives the CPU away.
 *
 * A handler that sees preempt_needed() records where it is in its vcpu's
 * continuation and returns HC_CONTINUE.  The exit path runs what is pending,
 * perhaps other vcpus, and calls the handler again with the same arguments;
 * the guest does not run in between and cannot change the record.
 * The record is typed by (op, version) so that a newer module can read an older
 * one's (docs/decisions/0004-continuations.md).
 */
#ifndef CORE_CONT_H
#define CORE_CONT_H

#include "core/base.h"

#define HC_CONTINUE INT64_MIN

#define CONT_WORDS 24

struct continuation {
    bool active;       /* the vcpu is inside a hypercall that continues */
    uint8_t op;        /* hypercall number the record belongs to */
    uint16_t version;  /* of the record's layout, per op */
    bool in_multicall; /* op is the current entry of a multicall at mc_index */
    uint32_t mc_index;
    uint64_t mc_args[6];
    uint64_t word[CONT_WORDS];
};

/* True when something waits for this CPU, or the entry has less than half of its fuel: opens an interrupt window first.
 */
bool preempt_needed(void);

#endif
