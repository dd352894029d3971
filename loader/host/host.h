/* SPDX-License-Identifier: MIT */
/* host.h - the loader on the host: files, and the keys that are trusted. */
#ifndef LOADER_HOST_H
#define LOADER_HOST_H

#include <stdbool.h>

#include "../sho.h"

/* All of a file, NULL and a message on standard error when it cannot be had. *nr: its size. Free it. */
uint8_t *host_file_read(const char *path, uint64_t *nr);
/* Trust the public (or private) key in a PEM file, or those the build trusts; false with a message. */
bool host_trust_pem(const char *path);
void host_trust_built_in(void);
/* "symbol 7: it is weak" */
void host_problem_print(const char *file, const struct sho_problem *p);

#endif
