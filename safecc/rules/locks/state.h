/* SPDX-License-Identifier: MIT */
/*
 * state.h - what is known at a point of a function: which locks are certainly held, which perhaps; which objects nobody else
 * knows yet; which locals point into what a lock guards.
 */
#ifndef SAFECC_RULES_LOCKS_STATE_H
#define SAFECC_RULES_LOCKS_STATE_H

#include "safecc.h"

namespace safecc::locks {

struct Held {
    std::string path;
    const clang::FieldDecl *field = nullptr; /* null: a variable of its own */
    bool operator<(const Held &o) const { return path < o.path; }
};

/* A pointer into what a lock guards. */
struct Inside {
    const clang::FieldDecl *field = nullptr; /* that is guarded; or the variable */
    const clang::VarDecl *global = nullptr;
    std::string guard, base;
    bool operator==(const Inside &o) const { return std::tie(field, global, guard, base) == std::tie(o.field, o.global, o.guard, o.base); }
};

struct LockState {
    std::set<Held> must, may;
    std::map<std::string, const clang::Stmt *> where;
    std::set<const clang::VarDecl *> fresh;          /* objects this function made and nobody knows yet */
    std::map<const clang::VarDecl *, Inside> inside; /* locals that point into guarded objects */

    /* Returns whether this changed. */
    bool join(const LockState &from);
    /* Is the guard of base's field (or of a variable: "") held? */
    bool holds(const std::string &guard, const std::string &base) const;
    /* Is any lock held that is that struct.field? */
    bool holds_type(const std::string &type) const;
    /* The object is this function's own so far. */
    bool made_here(const clang::Expr *e) const;
    bool argument_fresh(const clang::CallExpr *call) const;
    /* The value goes where others find it: it is shared. */
    void published(const clang::Expr *value);
};

/* The variable at the root of a path. */
const clang::VarDecl *root_name(const clang::Expr *e);
/* Does the value come from a function that makes objects? */
bool makes(const clang::Expr *e);

} // namespace safecc::locks
#endif
