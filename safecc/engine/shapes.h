/* SPDX-License-Identifier: MIT */
/* shapes.h - what an expression is made of, for whoever asks: its root, its last value, the members of its initialiser. */
#ifndef SAFECC_SHAPES_H
#define SAFECC_SHAPES_H

#include "safecc.h"

namespace safecc {

/* What lies at the root of x.f, p->f[i], *p and &x: x or p, or what gives the pointer. */
const clang::Expr *root_of(const clang::Expr *e);
/* The variable or function, or the field, that the expression is; null when it is something else. */
const clang::ValueDecl *named_by(const clang::Expr *e);
/* What `({ ...; e; })` gives: e; null when it gives nothing. */
const clang::Expr *value_of(const clang::StmtExpr *e);
/* Does `what` stand in `in`, or is it that? */
bool contains(const clang::Stmt *in, const clang::Stmt *what);

/* The fields of a struct, each with what the list gives it; null when it gives nothing. Empty for arrays and unions. */
std::vector<std::pair<const clang::FieldDecl *, const clang::Expr *>> members_of(const clang::InitListExpr *list);
/* Can an object of type `whole` contain one of type `part`? */
bool may_contain(clang::QualType whole, clang::QualType part);

} // namespace safecc
#endif
