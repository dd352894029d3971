/* SPDX-License-Identifier: MIT */
/* front.h - the parts of front/. */
#ifndef SAFECC_FRONT_H
#define SAFECC_FRONT_H

#include "safecc.h"

#define SAFECC_RESOURCE_DIR "/usr/lib/llvm-19/lib/clang/19"

namespace safecc {

/* Fill unit.flat and unit.tokens from unit.path; false on a compile error (nothing printed). */
bool flatten(Unit &unit);

} // namespace safecc
#endif
