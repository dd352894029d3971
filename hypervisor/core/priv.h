/* SPDX-License-Identifier: MIT */
/*
 * priv.h - what a module may ask of the machine: the privileged instructions as
 * inline functions (arch/cpu.h).  A module names this header, never arch/.
 */
#ifndef CORE_PRIV_H
#define CORE_PRIV_H

#include "arch/cpu.h"

#endif
