/* SPDX-License-Identifier: MIT */
/* bounds.h - how many elements a pointer has, and where that is known from. */
#ifndef SAFECC_BOUNDS_H
#define SAFECC_BOUNDS_H

#include "engine/flow.h"

namespace safecc {

struct Bound {
    bool known = false;      /* else one element */
    Value count;
    std::string text;        /* C text of the count, without side effects; "" when it cannot be written */
    bool is_signed = false;  /* the text's type can be negative */
    bool stable = true;      /* nothing assigns what the text names */
    std::string must_be;     /* pointers that must not be null for the text to be read: "p", "p->q" joined by && */
    std::string error;       /* why a count that is declared cannot be used */
};

/* Elements behind the pointer or in the array. */
Bound bound_of(Unit &unit, const Flow &flow, const clang::Expr *pointer, const State &s);

/* What names in a count mean: a declaration's siblings. */
struct CountScope {
    const clang::FunctionDecl *function = nullptr;  /* parameters and locals by name */
    const clang::Expr *object = nullptr;            /* p of p->field or s of s.field */
    bool arrow = false;
    const clang::RecordDecl *record = nullptr;
    const clang::CallExpr *call = nullptr;          /* parameters stand for its arguments */
    const clang::InitListExpr *list = nullptr;      /* record's fields stand for its members */
};
/* The meaning of a count's text there; known is false and error set when it means nothing. */
Bound read_count(Unit &unit, const Flow &flow, const std::string &text, const CountScope &scope, const State &s);

/* No call, assignment, increment or volatile access: may be evaluated again. */
bool pure(const clang::Expr *e);
/* Pure, and in no need of a check of its own: may stand in the text of a check. */
bool repeatable(Unit &unit, const Flow &flow, const clang::Expr *e, const State &s);
/* Variables and fields that a count names: assigning them is watched. */
std::vector<std::string> names_in_count(const std::string &text);

} // namespace safecc
#endif
