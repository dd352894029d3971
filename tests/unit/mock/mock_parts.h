/* SPDX-License-Identifier: MIT */
/* mock_parts.h - what the files of the mock know of each other. */
#ifndef MOCK_PARTS_H
#define MOCK_PARTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "mock.h"

/* Counts down to the call that fails. */
static inline bool mock_fail_now(int *in)
{
    return *in > 0 && --*in == 0;
}

/* mock_lock.c: of the calling thread. */
unsigned mock_locks_held(void);
/* None of this rank or one behind it is. */
void mock_locks_are_before(enum lock_rank rank);
void mock_locks_reset(void);
/* mock_memory.c: all frames are free, the guest's memory is empty. */
void mock_memory_reset(void);
/* mock_ports.c: no device interrupt is bound, no entry is made. */
void mock_ports_reset(void);

#endif
