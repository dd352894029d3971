/* SPDX-License-Identifier: MIT */
#include "core/ksyms.h"

#include "core/layout.h"
#include "core/log.h"

/* Filled by the second link: offsets from WINDOW_BASE in rising order, and where each name starts. */
extern const uint32_t ksyms_nr;
extern const uint32_t ksyms_offset[];
extern const uint32_t ksyms_name[];
extern const char ksyms_text[];

void ksyms_log(const char *what, uint64_t address)
{
    uint32_t lo = 0, hi = ksyms_nr, at = (uint32_t)(address - WINDOW_BASE);

    while (hi - lo > 1) {
        uint32_t mid = lo + (hi - lo) / 2;

        if (ksyms_offset[mid] <= at)
            lo = mid;
        else
            hi = mid;
    }
    if (ksyms_nr == 0 || at < ksyms_offset[lo])
        log_err("%s %016lx", what, address);
    else
        log_err("%s %016lx  %s+0x%x", what, address, &ksyms_text[ksyms_name[lo]], at - ksyms_offset[lo]);
}
