/* SPDX-License-Identifier: MIT */
/* kept.h - which parameters a function stores where they outlive the call: by name of the function, over all units. */
#ifndef SAFECC_RULES_KEPT_H
#define SAFECC_RULES_KEPT_H

#include "safecc.h"

namespace safecc {

using Kept = std::set<std::pair<std::string, unsigned>>;
/* Found once for a run (SC_11.cpp). */
const Kept &kept_parameters(Module &module);

} // namespace safecc
#endif
