/* SPDX-License-Identifier: MIT */
/* Difference bounds. */
#include "engine/zone.h"

namespace safecc {

void Zone::forget(size_t x)
{
    for (size_t i = 0; i < n; i++)
        if (i != x)
            at(x, i) = at(i, x) = INF;
}

void Zone::constrain(size_t x, size_t y, Wide c)
{
    if (x == y) {
        if (c < 0)
            bottom = true;
        return;
    }
    if (c >= at(x, y))
        return;
    if (add_wide(c, at(y, x)) < 0) {
        bottom = true;
        return;
    }
    at(x, y) = c;
    /* Close over the new edge only. */
    for (size_t i = 0; i < n; i++) {
        Wide to = i == x ? c : add_wide(at(i, x), c);
        if (to >= INF)
            continue;
        for (size_t j = 0; j < n; j++) {
            Wide v = j == y ? to : add_wide(to, at(y, j));
            if (v < at(i, j)) {
                if (i == j) {
                    bottom = true;
                    return;
                }
                at(i, j) = v;
            }
        }
    }
}

void Zone::assign(size_t x, size_t y, Wide c)
{
    if (x == y) {
        for (size_t i = 0; i < n; i++) {
            if (i == x)
                continue;
            at(x, i) = add_wide(at(x, i), c);
            at(i, x) = add_wide(at(i, x), -c);
        }
        return;
    }
    forget(x);
    constrain(x, y, c);
    constrain(y, x, -c);
}

bool Zone::join(const Zone &o)
{
    bool changed = false;

    if (o.bottom)
        return false;
    if (bottom) {
        *this = o;
        return true;
    }
    for (size_t k = 0; k < bound.size(); k++)
        if (o.bound[k] > bound[k]) {
            bound[k] = o.bound[k];
            changed = true;
        }
    return changed;
}

bool Zone::widen(const Zone &o, const std::vector<Wide> &thresholds)
{
    bool changed = false;

    if (o.bottom)
        return false;
    if (bottom) {
        *this = o;
        return true;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            Wide theirs = o.bound[i * n + j];
            if (theirs <= at(i, j))
                continue;
            Wide to = INF;
            for (Wide t : thresholds)
                if (t >= theirs) {
                    to = t;
                    break;
                }
            at(i, j) = to;
            changed = true;
        }
    return changed;
}

} // namespace safecc
