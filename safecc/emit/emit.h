/* SPDX-License-Identifier: MIT */
/* emit.h - the checked source. */
#ifndef SAFECC_EMIT_H
#define SAFECC_EMIT_H

#include "safecc.h"

namespace safecc {

/* Move loop checks that must fail in any case in front of their loop (fate Hoisted). */
void hoist_checks(Unit &unit);
/* The flat text with the edits of every site that is still a check, behind the definition of SC_CHECK. */
std::string checked_text(const Unit &unit);
/* The flat text without line directives, each operand that a site accounts for passed through sc_covered(). */
std::string audit_text(Unit &unit);

} // namespace safecc
#endif
