/* SPDX-License-Identifier: MIT */
/*
 * sites.h - the run-time checks that safecc put into the code: which one a trap came from, and which modules failed.
 *
 * A check that fails is a UD2 with an entry in the site table (section .sc_sites): where, id (the rule in its top
 * byte), file, line.  docs/safecc/dialect.md.
 */
#ifndef CORE_SITES_H
#define CORE_SITES_H

#include "core/modules.h"

/* If the instruction at rip is a check's, log module, rule, file and line, and count the failure against the module.
 * Whether it was one.  Called from the trap handler; takes no lock. */
SC_CORE bool site_report(uint64_t rip);
/* The same in few words: "rule SC-07, FILE:LINE", or the trap's number if it was none. */
SC_CORE void site_text(uint64_t rip, uint32_t vector, char text[MODULE_TEXT_BYTES]);
/* The modules that have failed, one line each, for a debug key. */
SC_CORE void sites_log(void);

#endif
