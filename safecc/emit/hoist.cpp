/* SPDX-License-Identifier: MIT */
/* Checks whose failure is certain before a loop begins are made there, once. */
#include "emit/emit.h"

namespace safecc {

void hoist_checks(Unit &)
{
}

} // namespace safecc
