/* SPDX-License-Identifier: MIT */
/* declarations.h - state that functions share says what protects it, where it is declared. */
#ifndef SAFECC_RULES_LOCKS_DECLARATIONS_H
#define SAFECC_RULES_LOCKS_DECLARATIONS_H

#include "safecc.h"

namespace safecc::locks {

void judge_declarations(Unit &unit, Reporter &out);

} // namespace safecc::locks
#endif
