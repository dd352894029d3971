/* SPDX-License-Identifier: MIT */
/* callees.h - who is called: directly, or through a const table (SC-18), whose entries all promise the same. */
#ifndef SAFECC_CALLEES_H
#define SAFECC_CALLEES_H

#include "safecc.h"

namespace safecc {

/* The const object of static storage whose element a call through a pointer takes; null when it is none. */
const clang::VarDecl *table_of(const clang::CallExpr *call);
/* Every function that the call may reach; empty when nobody knows. */
const std::vector<const clang::FunctionDecl *> &callees_of(const clang::CallExpr *call);
/* One of them, for what its declaration says: SC-18 sees to it that all say the same. */
const clang::FunctionDecl *callee_of(const clang::CallExpr *call);
/* An element that the call may take is null, or is not seen here. */
bool table_has_holes(const clang::CallExpr *call);
/* The text with the function's parameters as numbers. */
std::string numbered_parameters(const clang::FunctionDecl *f, const std::string &text);
/* What the declaration says, in words that do not depend on the names of parameters. */
std::string promises_of(const clang::FunctionDecl *f);

} // namespace safecc
#endif
