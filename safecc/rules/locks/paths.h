/* SPDX-License-Identifier: MIT */
/*
 * paths.h - what a lock or an object is known by: the text of its path from a variable, as `q.lock` for `&q->lock`. A local
 * that is assigned once, from a path, is another name of it.
 */
#ifndef SAFECC_RULES_LOCKS_PATHS_H
#define SAFECC_RULES_LOCKS_PATHS_H

#include "safecc.h"

namespace safecc::locks {

/* Of one function: x, x.f, x->f, x[i], *x, &x. */
class Paths {
public:
    explicit Paths(const clang::FunctionDecl *f);
    /* "" when the path holds a call or worse. */
    std::string of(const clang::Expr *e, unsigned depth = 0) const;
    /* Two variables of one name are two. */
    std::string name(const clang::VarDecl *v) const;

private:
    const clang::FunctionDecl *f;
    std::map<const clang::VarDecl *, const clang::Expr *> first_name; /* of locals that are other names */
};

/* Does the path go through the name, at its root or in an index? */
bool goes_through(const std::string &path, const std::string &name);
/* The field a lock expression ends in. */
const clang::FieldDecl *last_field(const clang::Expr *e);
/* The path that the text of an annotation names. */
std::string dotted(const std::string &text);
bool listed(const std::vector<std::string> &annotations, const std::string &path);

} // namespace safecc::locks
#endif
