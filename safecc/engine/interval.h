/* SPDX-License-Identifier: MIT */
/* interval.h - ranges of integers, in numbers wide enough for every C type up to 64 bits. */
#ifndef SAFECC_INTERVAL_H
#define SAFECC_INTERVAL_H

#include <algorithm>
#include <string>

namespace safecc {

using Wide = __int128;
constexpr Wide INF = (Wide)1 << 100; /* no bound */

inline Wide clamp_wide(Wide v)
{
    return v > INF ? INF : v < -INF ? -INF : v;
}
/* Sums of bounds: an infinite one stays so. */
inline Wide add_wide(Wide a, Wide b)
{
    if (a >= INF || b >= INF)
        return INF;
    if (a <= -INF || b <= -INF)
        return -INF;
    return clamp_wide(a + b);
}
inline Wide mul_wide(Wide a, Wide b)
{
    Wide limit = (Wide)1 << 62;

    if (a == 0 || b == 0)
        return 0;
    if (a >= -limit * 4 && a <= limit * 4 && b >= -4294967296LL && b <= 4294967296LL)
        return clamp_wide(a * b);
    if (a >= -4294967296LL && a <= 4294967296LL && b >= -limit * 4 && b <= limit * 4)
        return clamp_wide(a * b);
    return (a > 0) == (b > 0) ? INF : -INF;
}

struct Interval {
    Wide lo = -INF, hi = INF;
    bool empty() const { return lo > hi; }
    bool inside(const Interval &o) const { return lo >= o.lo && hi <= o.hi; }
    bool constant() const { return lo == hi; }
    Interval join(const Interval &o) const { return { std::min(lo, o.lo), std::max(hi, o.hi) }; }
    Interval meet(const Interval &o) const { return { std::max(lo, o.lo), std::min(hi, o.hi) }; }
};

inline std::string wide_text(Wide v)
{
    if (v >= INF)
        return "any large number";
    if (v <= -INF)
        return "any small number";
    bool negative = v < 0;
    unsigned __int128 u = negative ? (unsigned __int128)-v : (unsigned __int128)v;
    std::string s;
    do {
        s.insert(s.begin(), (char)('0' + (int)(u % 10)));
        u /= 10;
    } while (u != 0);
    return negative ? "-" + s : s;
}

} // namespace safecc
#endif
