/* SPDX-License-Identifier: MIT */
/* sched_test.h - what the tests of the schedulers share. */
#ifndef SCHED_TEST_H
#define SCHED_TEST_H

#include "sim.h"

/* Within five parts of a hundred. */
void assert_near(uint64_t got, uint64_t want);

/* A file each; the number of tests that failed. */
int run_shares(void);
int run_caps(void);
int run_cpus(void);

#endif
