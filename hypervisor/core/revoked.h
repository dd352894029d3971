/* SPDX-License-Identifier: MIT */
/*
 * revoked.h - what the command line asks of modules: signatures that are good no more (revoke-key=ID and
 * revoke-epoch=NAME:EPOCH), and ports whose providers must have been proved (module-level=PORT:contract).
 */
#ifndef CORE_REVOKED_H
#define CORE_REVOKED_H

#include "core/base.h"
#include "loader/sho.h"

/* Boot, before any signature is looked at: the keys whose ids begin with the hexadecimal digits given are no longer
 * trusted.  What makes no sense, or means no key, is said in the log. */
SC_CORE void revoked_read(void);
/* The least epoch that a module of that name must have; 0: any. */
uint32_t revoked_before(const char name[SHO_NAME_BYTES]);
/* The least proof level (manifest: 0 safe, 1 contract) of who provides a port: of one that is loaded at run time. */
uint32_t level_asked(const char port[SHO_NAME_BYTES]);

#endif
