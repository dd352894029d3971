/* SPDX-License-Identifier: MIT */
/* names.h - comes before each scheduler's files (-DSCHED=fair, rr): the port's functions get names of their own, for two.c. */
#define SCHED_NAME_(which, name) sched_##which##_##name
#define SCHED_NAME(which, name) SCHED_NAME_(which, name)
#define sched_vcpu_init SCHED_NAME(SCHED, vcpu_init)
#define sched_vcpu_destroy SCHED_NAME(SCHED, vcpu_destroy)
#define sched_wake SCHED_NAME(SCHED, wake)
#define sched_sleep SCHED_NAME(SCHED, sleep)
#undef sched_yield
#define sched_yield SCHED_NAME(SCHED, yield)
#define sched_pick SCHED_NAME(SCHED, pick)
#define sched_quit SCHED_NAME(SCHED, quit)
#define sched_drain SCHED_NAME(SCHED, drain)
#define sched_domain_init SCHED_NAME(SCHED, domain_init)
#define sched_domain_get SCHED_NAME(SCHED, domain_get)
#define sched_domain_set SCHED_NAME(SCHED, domain_set)
#define sched_name SCHED_NAME(SCHED, name)
#define sched_abi_id SCHED_NAME(SCHED, abi_id)
#define sched_export_state SCHED_NAME(SCHED, export_state)
#define sched_import_state SCHED_NAME(SCHED, import_state)
