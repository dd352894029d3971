/* SPDX-License-Identifier: MIT */
/* shctl.h - the parts of shctl, which manages the modules of a SafeHype that runs. */
#ifndef SHCTL_H
#define SHCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "hypervisor/public/module_op.h"

enum shctl_end { SHCTL_GOOD, SHCTL_REFUSED, SHCTL_USAGE }; /* exit codes */

/* The whole program: an exit code. */
int shctl(int argc, char **argv);
/* A wrong command line: says why, and is the exit code. */
int shctl_usage(const char *why, const char *what);
/* `shctl call`, and what follows. */
int shctl_call(int argc, char **argv);

/* hypercall.c; the unit test has its own. */

/* The way to the hypervisor: false when there is none, which has been said. */
bool hypervisor_open(void);
/* Zeroed memory that the hypervisor may read and write: it stays where it is. Null when there is none. */
void *hypervisor_memory(size_t nr_bytes);
void hypervisor_memory_free(void *memory, size_t nr_bytes);
/* 0, or the error number (positive). */
int hypervisor_module_op(struct sh_module_op *op);
/* The loaded extension's call (hypercall 54): its result, or an error number (negative). */
long hypervisor_extension(const uint64_t args[5]);

/* problem.c: on standard error, what went wrong with what, and what to do next. */
void problem_print(const char *command, const char *what, int error, const struct sh_module_op *op);

/* list.c */
void list_table_head(void);
void list_table_row(const struct sh_module_info *m);
void list_json(const struct sh_module_info *m, bool first);

#endif
