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

} // namespace safecc
#endif
