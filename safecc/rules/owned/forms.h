/* SPDX-License-Identifier: MIT */
/* forms.h - what needs no paths: opaque types from outside, owned objects copied whole, sc_take() of what has side effects. */
#ifndef SAFECC_RULES_OWNED_FORMS_H
#define SAFECC_RULES_OWNED_FORMS_H

#include "safecc.h"

namespace safecc::owned {

void judge_forms(Unit &unit, Reporter &out);

} // namespace safecc::owned
#endif
