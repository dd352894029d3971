/* SPDX-License-Identifier: MIT */
/* globals.h - objects that the compiler makes before anything runs: what their counts promise is seen by looking. */
#ifndef SAFECC_RULES_COUNTS_GLOBALS_H
#define SAFECC_RULES_COUNTS_GLOBALS_H

#include "safecc.h"

namespace safecc {

void judge_global_counts(Unit &unit, Reporter &out);

} // namespace safecc
#endif
