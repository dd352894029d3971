/* SPDX-License-Identifier: MIT */
/*
 * modules.h - the modules that are linked into the hypervisor.
 *
 * Those it ships with lie in a signed bundle in its image and are linked at boot.  The core's calls into them are direct
 * calls that go nowhere until then: the build lists every place (tools/module/image.py), the loader fills them in.  A
 * module lies in the area behind the image (core/layout.h), its text and read-only data in every node's copy too.
 */
#ifndef CORE_MODULES_H
#define CORE_MODULES_H

#include "core/base.h"
#include "loader/sho.h"

#define MODULES_MAX 40

/* Boot, before anything of a module is used: check the bundle's signature, link its modules.  Panics when it cannot. */
SC_CORE void modules_boot(void);
/* Boot: the modules in a node's copy of the code, which has just been made. */
SC_CORE void modules_link_copy(uint32_t node);

/* One that is linked; i counts from 0, null behind the last. */
struct module {
    struct sho sho;
    uint64_t place[SHO_REGIONS]; /* addresses, of the linked copy */
    bool linked;
};
SC_NULLABLE const struct module *module_get(uint32_t i);
/* Whose text holds a linked address. */
SC_NULLABLE const struct module *module_of_text(uint64_t home);

#endif
