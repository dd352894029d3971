/* SPDX-License-Identifier: MIT */
/* values.h - what a value is: the local that holds it, whether it is owned already, and what else it names. */
#ifndef SAFECC_RULES_OWNED_VALUES_H
#define SAFECC_RULES_OWNED_VALUES_H

#include "rules/owned/state.h"

namespace safecc::owned {

/* The local that the value is; null when it is none. */
const clang::VarDecl *variable(const clang::Expr *e);
/* One of the owned locals that the value may name. */
const clang::VarDecl *owner(const clang::Expr *e, const OwnState &s);
/* The place as text, without blanks and outer parentheses. */
std::string path_text(Unit &unit, const clang::Expr *e);
/* What an opaque lvalue is known as: a local itself, or a path from one. */
Holder holder(Unit &unit, const clang::Expr *e);
/* Whoever takes the value owns it: of an SC_OWNED function, sc_take(), slot_take(). */
bool fresh(Unit &unit, const clang::Expr *e);
/* What else the value names: locals that die with it. */
void sources(const clang::Expr *e, const OwnState &s, std::set<const clang::VarDecl *> &all);
/* Lvalues that an opaque value is read from. */
void copied(Unit &unit, const clang::Expr *e, std::set<std::string> &all);

} // namespace safecc::owned
#endif
