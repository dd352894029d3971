/* SPDX-License-Identifier: MIT */
/* A thread is a CPU: its cpu_top is mock.c's, not at the top of a stack. */
#ifndef MOCK_ARCH_STACK_H
#define MOCK_ARCH_STACK_H

#include <stdint.h>

uint64_t stack_area_end(void);

#endif
