/* SPDX-License-Identifier: MIT */
/*
 * cmdline.h - the command line, in Xen's words (docs/handbook/boot.md lists them).
 */
#ifndef CORE_CMDLINE_H
#define CORE_CMDLINE_H

#include "core/base.h"

extern unsigned opt_loglvl; /* lines up to this enum log_level are shown */
extern unsigned opt_guest_loglvl;
extern bool opt_noreboot;
extern bool opt_sync_console;
extern bool opt_console_serial; /* console=com1 */
extern uint64_t opt_com1_baud;
extern uint64_t opt_dom0_mem; /* bytes; 0: all but a reserve */
extern uint32_t opt_dom0_max_vcpus;
extern uint32_t opt_maxcpus;
extern bool opt_smep, opt_smap;
extern bool opt_smap_given; /* smap= was on the line: no second thoughts about emulators */
extern char opt_line[1024]; /* as given */
/* Values of domu=, in order; each ends with a space or the line.  nr_domus counts those beyond MAX_DOMUS too. */
#define MAX_DOMUS 8
extern const char *opt_domu[MAX_DOMUS];
extern unsigned opt_nr_domus;

/* Read the line; unknown options are remembered. */
void cmdline_parse(const char *line SC_COUNT(nr_bytes), uint64_t nr_bytes);
/* Name the unknown options in the log (once there is one). */
void cmdline_report(void);

#endif
