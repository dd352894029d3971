/* SPDX-License-Identifier: MIT */
/*
 * modules.h - the modules that are linked into the hypervisor.
 *
 * Those it ships with lie in a signed bundle in its image and are linked at boot.  The core's calls into them are
 * direct calls that go nowhere until then: the build lists every place (tools/module/image.py), the loader fills them
 * in.  A module lies in the area behind the image (core/layout.h), its text and read-only data in every node's copy
 * too.
 */
#ifndef CORE_MODULES_H
#define CORE_MODULES_H

#include "core/addr.h"
#include "core/base.h"
#include "loader/sho.h"

#define MODULES_MAX 40

/* Boot, before anything of a module is used: check the bundle's signature, link its modules.  Panics when it cannot. */
SC_CORE void modules_boot(void);
/* Boot: the modules in a node's copy of the code, which has just been made. */
SC_CORE void modules_link_copy(uint32_t node);

/* The errors that Xen's headers have no name for: a bad signature, and state that cannot be handed over. */
#define MODULE_EKEYREJECTED 129
#define MODULE_EREMOTEIO 121

#define MODULE_NAME_BYTES 128
#define MODULE_TEXT_BYTES 160

struct module {
    struct sho sho;
    uint64_t place[SHO_REGIONS]; /* addresses, of the linked copy */
    bool linked;                 /* it lies there */
    bool at_run_time;            /* loaded by the control domain */
    bool faulty;
    uint64_t order;               /* it serves: of those with the same export the highest; 0: it does not */
    char name[MODULE_NAME_BYTES]; /* what the control domain calls it */
    char text[MODULE_TEXT_BYTES]; /* why it is faulty, or empty */
    uint8_t key[8];               /* of its signer */
    uint32_t failures;
    uint64_t swap_ns;
    mfn_t file; /* at run time: its file's first frame, and how many (1 << file_order) */
    uint32_t file_order;
};
/* i counts from 0, below MODULES_MAX; null: that place is empty. */
SC_NULLABLE struct module *module_get(uint32_t i);
/* Whose text holds a linked address. */
SC_NULLABLE struct module *module_of_text(uint64_t home);

/* Who serves that export, other than `but`; null: nobody. */
SC_NULLABLE const struct module *module_provider(struct sho_bytes name, const struct sho_type *type,
                                                 const struct module *but SC_NULLABLE);
/* It serves, but of each of its exports somebody else is before it. */
bool module_replaced(const struct module *m);
/* The address of an export of m, by its entry; or by name and type, 0: it has none such. */
uint64_t module_export_address(const struct module *m, const struct sho_entry *e);
uint64_t module_export_find(const struct module *m, struct sho_bytes name, const struct sho_type *type);
/* From now on m serves, before all others; or it does not. */
void module_serves(struct module *m, bool serve);

/* Changes when modules come, go, begin or stop to serve. */
uint32_t modules_version(void);
/* An empty place for a module at run time, or null.  One operation at a time: who calls holds what module_ops.c takes.
 */
SC_NULLABLE struct module *module_new(void);
void module_drop(struct module *m);
/* Check that what m exports and imports is declared as here, give it places, and link it there.  0, -ENOEXEC, -ENOMEM.
 */
SC_NODISCARD int module_link(struct module *m);
/* "symbol 7: it is weak" */
void problem_print(const struct sho_problem *p, char text[MODULE_TEXT_BYTES]);

#endif
