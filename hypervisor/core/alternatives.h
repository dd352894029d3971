/* SPDX-License-Identifier: MIT */
#ifndef CORE_ALTERNATIVES_H
#define CORE_ALTERNATIVES_H

#include "core/base.h"

/* STAC and CLAC in place of the no-ops: before hvmap_init makes text read-only. */
SC_CORE void alternatives_apply_smap(void);

#endif
