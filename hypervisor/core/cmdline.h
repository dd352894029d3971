/* SPDX-License-Identifier: MIT */
/*
 * cmdline.h - the command line, in Xen's words (docs/handbook/boot.md lists them).
 */
#ifndef CORE_CMDLINE_H
#define CORE_CMDLINE_H

#include "core/base.h"

extern unsigned opt_loglvl SC_BOOT; /* lines up to this enum log_level are shown */
extern unsigned opt_guest_loglvl SC_BOOT;
extern bool opt_noreboot SC_BOOT;
extern bool opt_sync_console SC_BOOT;
extern bool opt_console_serial SC_BOOT; /* console=com1 */
extern uint64_t opt_com1_baud SC_BOOT;
extern uint64_t opt_dom0_mem SC_BOOT; /* bytes; 0: all but a reserve */
extern uint32_t opt_dom0_max_vcpus SC_BOOT;
extern uint32_t opt_maxcpus SC_BOOT;
extern bool opt_numa SC_BOOT;               /* numa=off: one node, whatever the firmware says */
extern uint32_t opt_dom0_nodes SC_BOOT;     /* bit a node; 0: not given */
extern bool opt_dom0_nodes_relaxed SC_BOOT; /* its vcpus may run elsewhere too */
extern bool opt_smep SC_BOOT;
extern bool opt_smap SC_BOOT;
extern bool opt_smap_given SC_BOOT; /* smap= was on the line: no second thoughts about emulators */
extern bool opt_x2apic SC_BOOT;
extern bool opt_x2apic_phys SC_BOOT; /* accepted: destinations are physical always */
/* The largest grant table: 1 to OPT_GNTTAB_MAX_FRAMES frames (gnttab_max_frames=); its versions (gnttab=max-ver:);
 * whether version 2 has transitive grants (gnttab=no-transitive). */
#define OPT_GNTTAB_MAX_FRAMES 64U
extern uint32_t opt_gnttab_max_frames SC_BOOT;
extern uint32_t opt_gnttab_max_ver SC_BOOT;
extern bool opt_gnttab_transitive SC_BOOT;
/* Which implementation of port sched (sched=). */
enum sched_choice { SCHED_FAIR, SCHEDULER_RR };
extern enum sched_choice opt_sched SC_BOOT;
/* Mitigations (xpti=, spec-ctrl=; arch/speculation.c fills in what is not said). */
enum opt_choice { OPT_UNSAID, OPT_NO, OPT_YES };
extern uint8_t opt_xpti_dom0 SC_BOOT, opt_xpti_domu SC_BOOT, opt_pcid SC_BOOT;
extern uint8_t opt_msr_sc SC_BOOT, opt_rsb SC_BOOT, opt_md_clear SC_BOOT, opt_ibrs SC_BOOT, opt_ibpb SC_BOOT,
    opt_ssbd SC_BOOT;
#define OPT_LINE_BYTES 1024
extern char opt_line[OPT_LINE_BYTES] SC_BOOT; /* as given; ends in a 0 */
/* Where in the line the words after `--` are, a space first: the first domain's, none of ours; 0: there are none. */
extern uint32_t opt_dom0_words SC_BOOT;
/* Where in the line the values of domu= are, in order; each ends with a space or the line.  nr_domus counts those
 * beyond MAX_DOMUS too. */
#define MAX_DOMUS 8
extern uint32_t opt_domu[MAX_DOMUS] SC_BOOT;
extern unsigned opt_nr_domus SC_BOOT;

/* The same for revoke-key=, revoke-epoch= and module-level= (core/revoked.h), in no order. */
#define MAX_REVOKED 8
extern uint32_t opt_revoke_key[MAX_REVOKED] SC_BOOT, opt_revoke_epoch[MAX_REVOKED] SC_BOOT,
    opt_module_level[MAX_REVOKED] SC_BOOT;
extern unsigned opt_nr_revoke_keys SC_BOOT, opt_nr_revoke_epochs SC_BOOT, opt_nr_module_levels SC_BOOT;

/* Read the line; unknown options are remembered. */
SC_CORE void cmdline_parse(const char *line SC_COUNT(nr_bytes), uint64_t nr_bytes);
/* Name the unknown options in the log (once there is one). */
SC_CORE void cmdline_report(void);

#endif
