/* SPDX-License-Identifier: MIT */
/*
 * signature.h - who may sign modules, and whether they did (docs/module-format.md).
 *
 * BearSSL computes, by lib_call().  One caller at a time: boot, or who holds the modules' lock.
 */
#ifndef CORE_SIGNATURE_H
#define CORE_SIGNATURE_H

#include "core/base.h"

/* What lib_call() runs for LIB_SIGNATURE; no one else calls it. */
SC_CORE int64_t signature_job(void);

/* No signature by the key whose id begins with these bytes is good any more: `revoke-key=`. False: there is no such
 * key. */
SC_CORE bool signature_revoke(const uint8_t *id SC_COUNT(nr), uint64_t nr);

#endif
