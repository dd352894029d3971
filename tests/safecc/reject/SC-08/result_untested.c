/* SPDX-License-Identifier: MIT */
/* A look-up that may fail. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { int x; };
SC_NULLABLE struct s *find(int key); // expect: SC-20
int f(int key);
int f(int key)
{
    return find(key)->x; // expect: SC-08
}
