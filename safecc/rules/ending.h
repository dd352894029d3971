/* SPDX-License-Identifier: MIT */
/* ending.h - locals whose value is good until something ends it: borrows (SC-11), what was read from a slot (SC-13). */
#ifndef SAFECC_RULES_ENDING_H
#define SAFECC_RULES_ENDING_H

#include "safecc.h"

namespace safecc {

struct Ending {
    std::map<const clang::VarDecl *, const clang::Stmt *> alive, ended; /* and where it was made, or ended */

    /* Returns whether this changed. */
    bool join(const Ending &from)
    {
        size_t before = alive.size() + ended.size();

        alive.insert(from.alive.begin(), from.alive.end());
        ended.insert(from.ended.begin(), from.ended.end());
        return before != alive.size() + ended.size();
    }
    /* The local gets another value; null: one that nothing ends. */
    void assign(const clang::VarDecl *v, const clang::Stmt *value)
    {
        alive.erase(v);
        ended.erase(v);
        if (value != nullptr)
            alive[v] = value;
    }
    void end_all(const clang::Stmt *at)
    {
        for (auto &[v, made] : alive)
            ended.emplace(v, at);
        alive.clear();
    }
};

/* Does it hold of one of several values, of the array of an element, or of any part of what else the expression is? */
template <class F> bool any_part(const clang::Expr *e, F holds)
{
    if (const auto *c = llvm::dyn_cast<clang::AbstractConditionalOperator>(e))
        return holds(c->getTrueExpr()) || holds(c->getFalseExpr());
    if (const auto *sub = llvm::dyn_cast<clang::ArraySubscriptExpr>(e))
        return holds(sub->getBase());
    for (const clang::Stmt *child : e->children())
        if (const auto *part = llvm::dyn_cast_or_null<clang::Expr>(child); part != nullptr && holds(part))
            return true;
    return false;
}

} // namespace safecc
#endif
