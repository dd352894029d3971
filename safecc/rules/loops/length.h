/* SPDX-License-Identifier: MIT */
/* length.h - whether a loop is short: so few turns, and nothing long in them, that its entry need not pay for it. */
#ifndef SAFECC_LENGTH_H
#define SAFECC_LENGTH_H

#include "engine/bounds.h"

namespace safecc::loops {

constexpr Wide short_turns = 4096; /* with those of the loops inside */

class Length {
public:
    Length(Unit &unit, const Flow *flow) : unit(unit), flow(flow) {}
    /* turns: of the loop with that body, at most. */
    bool is_short(Wide turns, const clang::Stmt *body);

private:
    Unit &unit;
    const Flow *flow;
    std::map<const clang::FunctionDecl *, bool> known;

    Wide inner_turns(const clang::Stmt *s);
    bool calls_loops(const clang::Stmt *s);
    bool loops(const clang::FunctionDecl *callee);
    bool has_loop(const clang::Stmt *s);
};

} // namespace safecc::loops
#endif
