/* SPDX-License-Identifier: MIT */
/* The real one, where the unit tests have a mock. */
#include "hypervisor/core/tlb.h"
