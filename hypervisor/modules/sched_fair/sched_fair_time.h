/* SPDX-License-Identifier: MIT */
/*
 * sched_fair_time.h - the scheduler's arithmetic: virtual times, turns, caps, and when to look again.
 *
 * Numbers only, so that it is proved (docs/handbook/proofs.md) whatever other CPUs change meanwhile: what is read of
 * them is read by the callers, once.
 */
#ifndef SCHED_FAIR_TIME_H
#define SCHED_FAIR_TIME_H

#include "core/base.h"

#define HALF (1UL << 63)    /* of all virtual times */
#define NOW_MAX (1UL << 63) /* system time stays below: 292 years */

#define SLICE_MAX_NS 10000000UL
#define SLICE_MIN_NS 1000000UL
#define TURN_NS 20000000UL     /* shared by the slices of those that wait, and of who runs */
#define BONUS_NS SLICE_MAX_NS  /* who was blocked is so long before the others: it keeps what another's turn cost it */
#define LEAD_NS 1000000UL      /* who deserves less than that before the running one waits for its slice's end */
#define RAN_MAX_NS (1UL << 39) /* times the largest rate it is below 2^64 */

#define RATE_ONE 65536UL /* sched_domain.rate is in parts of this: virtual time for run time, at the default weight */
#define RATE_MAX (256 * RATE_ONE) /* of weight 1 */

#define CAP_PERIOD_NS 50000000UL /* of system time, the same for all domains */
#define CAP_SLICE_MIN_NS 100000UL

#define NEVER UINT64_MAX

/*@ // Virtual times wrap: how far it is from a on to b.
    logic integer way(integer a, integer b) = a <= b ? b - a : b - a + 0x10000000000000000;
    // What the period of a time has of a cap's clock left.
    logic integer period_end(integer now) = (now / CAP_PERIOD_NS + 1) * CAP_PERIOD_NS;
    logic integer period_left(integer clock, integer now) = clock >= period_end(now) ? 0 :
      clock <= period_end(now) - CAP_PERIOD_NS ? CAP_PERIOD_NS : period_end(now) - clock;
*/

/* ---- virtual times ---- */

/* Provers know nothing of what wraps; the compiler makes one subtraction of it. */
/*@ assigns \nothing;
    ensures \result == way(from, to);
*/
SC_INLINE uint64_t way_to(uint64_t from, uint64_t to)
{
    return from <= to ? to - from : UINT64_MAX - (from - to) + 1;
}

/*@ assigns \nothing;
    ensures \result <==> 0 < way(a, b) <= HALF;
*/
SC_INLINE bool before(uint64_t a, uint64_t b)
{
    return way_to(b, a) >= HALF;
}

/*@ assigns \nothing;
    ensures one: \result == a || \result == b;
    ensures not_back: way(a, \result) <= HALF && way(b, \result) < HALF;
*/
SC_INLINE uint64_t later(uint64_t a, uint64_t b)
{
    return before(a, b) ? b : a;
}

/* Of a weight: the more, the slower virtual time goes. */
/*@ assigns \nothing;
    ensures some: 256 <= \result <= RATE_MAX;
    ensures share: \result * weight <= RATE_MAX < (\result + 1) * weight;
*/
SC_INLINE uint32_t rate_of(uint32_t weight SC_RANGE(1, 65535))
{
    return (uint32_t)RATE_MAX / weight;
}

/* What the running vcpu has to pay for. */
/*@ requires since <= now;
    assigns \nothing;
    ensures exactly: now <= since + RAN_MAX_NS ==> since + \result == now;
    ensures capped: now > since + RAN_MAX_NS ==> \result == RAN_MAX_NS;
*/
SC_INLINE uint64_t ran_since(uint64_t since, uint64_t now)
{
    uint64_t ran = now - since;

    return ran < RAN_MAX_NS ? ran : RAN_MAX_NS;
}

/* So much run time, in virtual time. */
/*@ requires ran <= RAN_MAX_NS && rate <= RATE_MAX;
    assigns \nothing;
    ensures exactly: \result * RATE_ONE <= ran * rate < (\result + 1) * RATE_ONE;
    ensures short: \result <= ran * 256;
*/
SC_INLINE uint64_t virtual_of(uint64_t ran, uint32_t rate)
{
    return ran * rate / RATE_ONE;
}

/* A queue's own virtual time, of what it was, and who competes: the running one, and the first that waits. */
/*@ assigns \nothing;
    ensures not_back: way(least, \result) <= HALF;
    ensures one: \result == least || \result == runs || \result == waits;
    ensures of_all: \result != least ==> way(\result, runs) <= HALF && way(\result, waits) <= HALF;
*/
SC_INLINE uint64_t least_of(uint64_t least, uint64_t runs, uint64_t waits)
{
    return later(least, before(waits, runs) ? waits : runs);
}

/* Where one that was blocked comes in: having slept earns no more than the bonus. */
/*@ requires bonus < HALF;
    assigns \nothing;
    ensures bounded: way(\result, least) <= bonus || way(least, \result) < HALF;
    ensures not_back: way(vtime, \result) <= HALF;
*/
SC_INLINE uint64_t woken_at(uint64_t vtime, uint64_t least, uint64_t bonus)
{
    return later(vtime, way_to(bonus, least));
}

/* ---- when to look again ---- */

/* How long a turn is, beside nr that wait, of rates as here and of the first of them.  Beside a heavier one it is
 * shorter, so that this one waits for no more than it makes up for in a turn. */
/*@ assigns \nothing;
    ensures bounded: SLICE_MIN_NS <= \result <= SLICE_MAX_NS;
    ensures no_more: \result > SLICE_MIN_NS ==> \result * own <= TURN_NS / (nr + 1) * first;
    ensures no_less: \result < SLICE_MAX_NS ==> TURN_NS / (nr + 1) * first < (\result + 1) * own;
*/
SC_INLINE uint64_t slice_of(uint32_t nr, uint32_t own SC_RANGE(1, UINT32_MAX), uint32_t first)
{
    uint64_t slice = TURN_NS / (nr + 1UL) * first / own;

    if (slice > SLICE_MAX_NS)
        return SLICE_MAX_NS;
    return slice > SLICE_MIN_NS ? slice : SLICE_MIN_NS;
}

/* What is left of a turn; who has had it all is looked at soon again. */
/*@ requires SLICE_MIN_NS <= slice <= SLICE_MAX_NS;
    assigns \nothing;
    ensures some: 0 < \result <= SLICE_MAX_NS;
    ensures end: ran < slice ==> ran + \result == slice;
    ensures soon: ran >= slice ==> \result == SLICE_MIN_NS;
*/
SC_INLINE uint64_t turn_left_ns(uint64_t slice, uint64_t ran)
{
    return slice > ran ? slice - ran : SLICE_MIN_NS;
}

/* How long until a time, which may be past. */
/*@ assigns \nothing;
    ensures some: \result > 0;
    ensures then: now < at ==> now + \result == at;
    ensures past: now >= at ==> \result == 1;
*/
SC_INLINE uint64_t until_ns(uint64_t at, uint64_t now)
{
    return at > now ? at - now : 1;
}

/* After how long to look again, of the turn's end, the cap's, and the time when somebody parked is due, each more than
 * 0 or NEVER; 0: there is nothing to look for. */
/*@ requires turn > 0 && cap > 0 && due > 0;
    assigns \nothing;
    ensures none: \result == 0 <==> turn == NEVER && cap == NEVER && due == NEVER;
    ensures first: \result != 0 ==> \result <= turn && \result <= cap && \result <= due;
    ensures one: \result != 0 ==> \result == turn || \result == cap || \result == due;
*/
SC_INLINE uint64_t look_after_ns(uint64_t turn, uint64_t cap, uint64_t due)
{
    uint64_t limit = turn < cap ? turn : cap;

    if (due < limit)
        limit = due;
    return limit != NEVER ? limit : 0;
}

/* ---- caps: a domain's clock is the system time up to which its cap is used up ---- */

/*@ assigns \nothing;
    ensures begins: \result % CAP_PERIOD_NS == 0;
    ensures same: \result <= now < \result + CAP_PERIOD_NS;
*/
SC_INLINE uint64_t period_start(uint64_t now)
{
    return now - now % CAP_PERIOD_NS;
}

/* By how much the clock goes on for a time that was run. */
/*@ requires ran <= RAN_MAX_NS;
    assigns \nothing;
    ensures exactly: \result * cap <= ran * 100 < (\result + 1) * cap;
*/
SC_INLINE uint64_t cap_cost_ns(uint64_t ran, uint32_t cap SC_RANGE(1, UINT32_MAX))
{
    return ran * 100 / cap;
}

/* Is all of now's period used up? */
/*@ requires now <= NOW_MAX;
    assigns \nothing;
    ensures \result <==> period_left(clock, now) == 0;
*/
SC_INLINE bool cap_is_used(uint64_t clock, uint64_t now)
{
    return clock >= period_start(now) + CAP_PERIOD_NS;
}

/* Since when there is something left again. */
/*@ assigns \nothing;
    ensures bounded: \result <= clock;
    ensures then: period_left(clock, \result) > 0;
    ensures not_before: \forall integer now; 0 <= now < \result ==> period_left(clock, now) == 0;
*/
SC_INLINE uint64_t cap_free_at(uint64_t clock)
{
    return period_start(clock);
}

/* How long one CPU may run what is left of now's period, which is something; not too short a time. */
/*@ requires now <= NOW_MAX;
    assigns \nothing;
    ensures some: \result >= CAP_SLICE_MIN_NS;
    ensures no_more: \result > CAP_SLICE_MIN_NS ==> \result * 100 <= period_left(clock, now) * cap;
    ensures no_less: period_left(clock, now) * cap < (\result + 1) * 100;
*/
SC_INLINE uint64_t cap_run_ns(uint64_t clock, uint32_t cap, uint64_t now)
{
    uint64_t start = period_start(now), end = start + CAP_PERIOD_NS;
    uint64_t from = clock > start ? clock : start, left = from < end ? end - from : 0;

    left = left * cap / 100;
    return left > CAP_SLICE_MIN_NS ? left : CAP_SLICE_MIN_NS;
}

#endif
