/* SPDX-License-Identifier: MIT */
/* ksyms.h - names of the hypervisor's own functions (table made by tools/build/ksyms.py). */
#ifndef CORE_KSYMS_H
#define CORE_KSYMS_H

#include "core/base.h"

/* Log "what address name+offset". */
SC_CORE void ksyms_log(const char *what SC_STRING, uint64_t address);

#endif
