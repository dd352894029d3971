/* SPDX-License-Identifier: MIT */
/* checks.h - putting a run-time check around an expression, and asking what places a value flows into. */
#ifndef SAFECC_CHECKS_H
#define SAFECC_CHECKS_H

#include "engine/bounds.h"

namespace safecc {

/*
 * Evaluate the expression once into sc_v, check, and go on with it. `condition` is C text about sc_v.
 * The edits land in the site.
 */
void wrap_check(Unit &unit, Site &site, const clang::Expr *e, const std::string &condition);
/* The checks's text: SC_CHECK(id, condition). */
std::string check_text(const Site &site, const std::string &condition);
/* `type name` as a C declaration. */
std::string declaration(Unit &unit, const clang::Expr *like, const std::string &name);

/* A value on its way into a declared place: argument, initialiser, assignment, return. */
struct Flowing {
    const clang::Expr *value;
    const clang::ValueDecl *place; /* parameter, variable, field, or the function for a return */
    const clang::CallExpr *call;   /* for an argument */
    const clang::Expr *target;     /* left side of an assignment; null otherwise */
    enum Kind { Argument, Initialiser, Assignment, Return, Member } kind;
    const clang::InitListExpr *list = nullptr; /* that holds a member */
};
/* All flows that the statement itself (not its parts) makes. */
std::vector<Flowing> flows_of(const clang::FunctionDecl *f, const clang::Stmt *st);

/*
 * What `&x`, or an array that decays, hands out so that others can write it: the field or variable; null when st does no
 * such thing, or the address is only read through (an atomic load, behind const, *&x, an element taken at once).
 */
const clang::ValueDecl *exposed(Unit &unit, const clang::Stmt *st);
/*
 * The memory that the site's pointer or index names is read or written right there: not an address that is made of it
 * (&p->x, an array that is handed on). Then whoever shows that this access is valid has shown what the check asks.
 */
bool is_access(Unit &unit, const Site &site);
/* Visit every function of the unit with its flow. */
void each_function(Unit &unit, const std::function<void(const Flow &)> &seen);

} // namespace safecc
#endif
