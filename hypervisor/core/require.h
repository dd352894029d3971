/* SPDX-License-Identifier: MIT */
/* require.h - what else would make a module fail, as a function: so that contracts can lean on it. */
#ifndef CORE_REQUIRE_H
#define CORE_REQUIRE_H

#include "core/base.h"

/* The calling module fails (docs/handbook/safe-c.md, SC-21) unless `holds`. */
SC_INLINE void module_require(bool holds)
{
    SC_REQUIRE(holds);
}

#endif
