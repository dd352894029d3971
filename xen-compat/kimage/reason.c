/* SPDX-License-Identifier: MIT */
/* Why a load failed, for people. */
#include "internal.h"

static const char *reason SC_STRING SC_NULLABLE SC_BOOT;

int kimage_fail(int rc, const char *why SC_STRING)
{
    reason = why;
    return rc;
}

void kimage_fail_none(void)
{
    reason = NULL;
}

SC_STRING const char *kimage_error(void)
{
    const char *why = reason;

    return why != NULL ? why : "no error";
}
