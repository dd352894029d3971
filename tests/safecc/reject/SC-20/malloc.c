/* SPDX-License-Identifier: MIT */
/* Memory from elsewhere. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
bool f(void);
bool f(void)
{
    int *p = malloc(4); // expect: SC-20 // expect: SC-02
    return p != NULL;
}
