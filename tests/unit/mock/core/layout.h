/* SPDX-License-Identifier: MIT */
/*
 * The real layout, with the frame table, the direct map and the M2P where a
 * host process may have them: below 2 GiB, where ASan and TSan both leave room.
 * mock_memory.c maps them.
 */
#ifndef MOCK_CORE_LAYOUT_H
#define MOCK_CORE_LAYOUT_H

#include_next "core/layout.h"

#undef DIRECTMAP_BASE
#undef FRAMETABLE_BASE
#undef M2P_RO_BASE
#undef M2P_RW_BASE
#define DIRECTMAP_BASE 0x20000000UL
#define FRAMETABLE_BASE 0x30000000UL
#define M2P_RO_BASE 0x38000000UL
#define M2P_RW_BASE 0x38000000UL

#endif
