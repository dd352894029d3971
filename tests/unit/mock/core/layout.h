/* SPDX-License-Identifier: MIT */
/*
 * The real layout, with the frame table, the direct map and the M2P where a
 * host process may have them.  mock.c maps them.
 */
#ifndef MOCK_CORE_LAYOUT_H
#define MOCK_CORE_LAYOUT_H

#include_next "core/layout.h"

#undef DIRECTMAP_BASE
#undef FRAMETABLE_BASE
#undef M2P_RO_BASE
#undef M2P_RW_BASE
#define DIRECTMAP_BASE 0x300000000000
#define FRAMETABLE_BASE 0x310000000000
#define M2P_RO_BASE 0x320000000000
#define M2P_RW_BASE 0x320000000000

#endif
