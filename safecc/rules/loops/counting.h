/* SPDX-License-Identifier: MIT */
/* counting.h - whether a loop counts towards a bound that stays, and how often it turns then. */
#ifndef SAFECC_COUNTING_H
#define SAFECC_COUNTING_H

#include "engine/bounds.h"

namespace safecc::loops {

/* What a for, while or do is made of; all null for any other statement. */
struct Parts {
    const clang::Expr *cond;
    const clang::Stmt *body;
    const clang::Expr *inc;
};
Parts parts_of(const clang::Stmt *s);
/* do { } while (0) */
bool never_turns(const clang::ASTContext &context, const clang::Stmt *loop);

struct Counted {
    std::string why; /* empty: nothing says that it counts */
    Wide turns = 0;  /* at most */
};
/* flow: of the function that the loop stands in; null: nothing is known. */
Counted counted(Unit &unit, const Flow *flow, const clang::Stmt *loop);

} // namespace safecc::loops
#endif
