/* SPDX-License-Identifier: MIT */
/*
 * zone.h - what is known of a function's integers: for every two, an upper bound of their difference.
 *
 * Variable 0 is the constant zero, so ranges are differences to it.  Closed after every change, so a bound is read off
 * directly.  (Mine, "A new numerical abstract domain based on difference-bound matrices", 2001.)
 */
#ifndef SAFECC_ZONE_H
#define SAFECC_ZONE_H

#include <cstddef>
#include <vector>

#include "engine/interval.h"

namespace safecc {

class Zone {
public:
    explicit Zone(size_t nr_vars = 1) : n(nr_vars), bound(nr_vars * nr_vars, INF)
    {
        for (size_t i = 0; i < n; i++)
            at(i, i) = 0;
    }
    size_t size() const { return n; }
    /* Largest possible x - y. */
    Wide diff(size_t x, size_t y) const { return bound[x * n + y]; }
    Interval range(size_t x) const { return { -diff(0, x), diff(x, 0) }; }
    bool unreachable() const { return bottom; }
    void forget(size_t x);
    /* x - y <= c */
    void constrain(size_t x, size_t y, Wide c);
    void set_range(size_t x, const Interval &r)
    {
        constrain(x, 0, r.hi);
        constrain(0, x, -r.lo);
    }
    /* x := y + c */
    void assign(size_t x, size_t y, Wide c);
    /* Returns whether this changed. */
    bool join(const Zone &o);
    /* Bounds of this that o exceeds are lost (or jump to the next threshold of ranges). */
    bool widen(const Zone &o, const std::vector<Wide> &thresholds);

private:
    size_t n;
    std::vector<Wide> bound;
    bool bottom = false;
    Wide &at(size_t x, size_t y) { return bound[x * n + y]; }
    friend class State;
};

} // namespace safecc
#endif
