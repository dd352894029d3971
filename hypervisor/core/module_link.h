/* SPDX-License-Identifier: MIT */
/*
 * module_link.h - linking a module into the hypervisor.
 *
 * The core's calls into modules are direct calls that go nowhere until boot: the build lists every place
 * (tools/module/image.py), the loader fills them in.  A module lies in the area behind the image (core/layout.h), its
 * text and read-only data in every node's copy too.
 */
#ifndef CORE_MODULE_LINK_H
#define CORE_MODULE_LINK_H

#include "core/modules.h"

/* Boot, before anything of a module is used: check the bundle's signature, link its modules.  Panics when it cannot. */
SC_CORE void modules_boot(void);
/* Boot: the modules in a node's copy of the code, which has just been made. */
SC_CORE void modules_link_copy(uint32_t node);

/*
 * At run time.  Check that what m exports and imports is declared as here, and give it places: 0, -ENOEXEC, -ENOMEM.
 * Then for each node (module_next_node, from 0): link it aside, which takes long, may be preempted, and touches nothing
 * that runs; false: sho.problem says why; and copy it to its place.
 */
SC_NODISCARD int module_place(struct module *m);
SC_NODISCARD bool module_stage(struct module *m, uint32_t node);
void module_unstage(struct module *m, uint32_t node);
/* The next node behind that has a copy of its own; MAX_NODES: there is none. */
uint32_t module_next_node(uint32_t node);

/* ---- core/module_places.c ---- */

/* A region is linked aside before it is copied to its place: nobody can run it half made. */
#define STAGING_BYTES 0x60000
/* Pages of its own for each region; false: there is no room. */
bool places_give(struct module *m);
void places_take_back(struct module *m);

#endif
