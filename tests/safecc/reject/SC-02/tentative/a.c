/* SPDX-License-Identifier: MIT */
/* A number here. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int shared_variable SC_BOOT;
