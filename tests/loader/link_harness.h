/* SPDX-License-Identifier: MIT */
/* link_harness.h - the harness's parts: link_harness.c, api.c, mutate.c. */
#ifndef TESTS_LOADER_LINK_HARNESS_H
#define TESTS_LOADER_LINK_HARNESS_H

#include "loader/sho.h"

/* Called by sho_verify(); NULL: nothing. */
extern void (*on_verify)(void);
/* Whatever key signed it. */
extern bool key_is_revoked;
/* How many hashes were asked for. */
extern unsigned nr_hashes;

/* Turns for the loops of the checked sources (core/fuel.h). */
_Bool turn_take(void);
void turns_renew(void);

/* In a buffer of just that size; free() the bytes. */
struct sho_bytes copy_exact(struct sho_bytes from);

int api_run(const char *module, const char *bundle);
int mutate_run(const char *key, uint64_t seed, uint64_t count, int nr_files, char **files);

#endif
