/* SPDX-License-Identifier: MIT */
/* back.h - from the checked source to an object, and the audit of it. */
#ifndef SAFECC_BACK_H
#define SAFECC_BACK_H

#include "safecc.h"

namespace safecc {

/* Compile the checked text with clang; 0 or the compiler's exit status. */
int compile_checked(const Unit &unit, const std::string &checked_path, const std::string &object_path, const std::vector<std::string> &args, std::string &error);
/* The compiler's options for a unit: what the profile demands after what the user gave. */
std::vector<std::string> code_generation(const Options &options, const std::vector<std::string> &args);

/* What the audit found in one object. */
struct Audit {
    unsigned accesses = 0;               /* memory accesses through a pointer or a variable index */
    std::vector<std::string> uncovered;  /* those that no check, proof or static argument covers */
    unsigned instructions = 0;
    std::vector<std::string> forbidden;  /* instructions no object may hold */
    std::string error;                   /* why the audit could not be made */
    bool clean() const { return uncovered.empty() && forbidden.empty() && error.empty(); }
};
/*
 * Compile the source once more, unoptimised, with a mark on every operand that a site accounts for, and look in the LLVM IR
 * for an access whose address bears no mark. What clang makes of the source decides, not what the rules saw of it.
 */
void audit_accesses(const Unit &unit, const std::string &scratch, const std::vector<std::string> &args, Audit &audit);
/* Disassemble the object: no privileged instruction, and no indirect branch but in kCFI's form. */
void audit_code(const Unit &unit, const std::string &object_path, Audit &audit);

} // namespace safecc
#endif
