/* SPDX-License-Identifier: MIT */
/*
 * module_state.h - the state of event channels and grant tables when who comes has other structures than who goes.
 *
 * Who goes writes it into records (ports/evtchn.h, ports/gnttab.h), a piece at a time, which are kept here; then who
 * comes makes its own of them.  Until that is done nothing of the old state is changed, so to give up is to forget the
 * new.  All of it while all CPUs wait (core/module_swap.h).  docs/decisions/0030.
 */
#ifndef CORE_MODULE_STATE_H
#define CORE_MODULE_STATE_H

#include "core/base.h"

/* Whose; and the system time after which it takes too long. */
struct state_order {
    bool evtchn, gnttab;
    uint64_t until_ns;
};

/* Who goes still serves.  0; -EAGAIN: there are domains that are not on the list any more, until a grace period has
 * passed; -ENOMEM; -ETIME. */
SC_NODISCARD int state_write(const struct state_order *order);
/* Who comes serves.  0, -EINVAL (also: not all of it was written), -ENOMEM, -ETIME. */
SC_NODISCARD int state_read(const struct state_order *order);
/* Then, whatever happened: what is read stays (true), or what was there before is there again. */
void state_end(bool done);

#endif
