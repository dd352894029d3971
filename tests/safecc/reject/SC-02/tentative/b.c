/* SPDX-License-Identifier: MIT */
/* A pointer there. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int *shared_variable SC_BOOT; // expect: SC-02 // expect: SC-20
