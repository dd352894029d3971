/* SPDX-License-Identifier: MIT */
/* effects.h - what evaluating an expression may change, and whether another's value outlives that. */
#ifndef SAFECC_EFFECTS_H
#define SAFECC_EFFECTS_H

#include "safecc.h"

namespace safecc {

/* What an expression assigns: locals by name, fields by declaration, and whatever a call reaches. */
struct Effects {
    std::set<const clang::VarDecl *> variables;  /* assigned, or their address goes to a call */
    std::set<const clang::VarDecl *> called;     /* those of them whose address goes to a call */
    std::set<const clang::ValueDecl *> fields;   /* assigned behind pointers */
    bool calls = false;                          /* memory may be another */
    bool anything = false;                       /* through a pointer to who knows what */
    bool none() const { return variables.empty() && fields.empty() && !calls && !anything; }
};
const Effects &effects_of(const clang::Expr *e);
/* The value that `e` had before `then` was evaluated is the one it has after. */
bool undisturbed(const clang::Expr *e, const Effects &then);
/* No operand depends on whether another was evaluated before it; else the two. */
std::pair<const clang::Expr *, const clang::Expr *> order_matters(const clang::Stmt *st);

} // namespace safecc
#endif
