/* SPDX-License-Identifier: MIT */
/* A compound literal lives as long as its block. */
#include "ports/safe.h"

struct s { int x; };
struct s *f(void);
struct s *f(void)
{
    return &(struct s){ 1 }; // expect: SC-11
}
