/* SPDX-License-Identifier: MIT */
/*
 * modules.h - the modules that are linked into the hypervisor: the table of them, and who serves what.
 *
 * Those it ships with lie in a signed bundle in its image and are linked at boot (core/module_link.h); others come at
 * run time (core/module_ops.h).
 *
 * The table changes at boot, by who holds the one operation that may be under way (core/module_ops.h), and while all
 * CPUs wait (core/module_swap.h).
 */
#ifndef CORE_MODULES_H
#define CORE_MODULES_H

#include "core/addr.h"
#include "core/base.h"
#include "loader/sho.h"

#define MODULES_MAX 40

/* The errors that Xen's headers have no name for: a bad signature, and state that cannot be handed over. */
#define MODULE_EKEYREJECTED 129
#define MODULE_EREMOTEIO 121

#define MODULE_NAME_BYTES 128
#define MODULE_TEXT_BYTES 160

struct module {
    struct sho sho;
    uint64_t place[SHO_REGIONS];  /* addresses, of the linked copy */
    bool placed;                  /* it has them */
    bool linked;                  /* it lies there */
    bool at_run_time;             /* loaded by the control domain */
    bool looks_on;                /* then: it has a hook around hypercalls */
    uint8_t faulty SC_ATOMIC;     /* enum module_faulty */
    uint32_t failures SC_ATOMIC;  /* traps in it */
    uint64_t order;               /* it serves: of those with the same export the highest; 0: it does not */
    char name[MODULE_NAME_BYTES]; /* what the control domain calls it */
    char text[MODULE_TEXT_BYTES]; /* why it failed last, or empty */
    uint8_t key[8];               /* of its signer */
    uint64_t swap_ns;
    mfn_t file; /* at run time: its file's first frame, and how many (1 << file_order) */
    uint32_t file_order;
};
enum module_faulty {
    MODULE_SOUND,
    MODULE_FAULTY, /* if it came at run time it loses what it serves, as soon as all CPUs wait */
    MODULE_STUCK,  /* that failed: nobody takes its state */
};

/* i counts from 0, below MODULES_MAX; null: that place is empty. */
SC_NULLABLE struct module *module_get(uint32_t i);
uint32_t module_index(const struct module *m);
/* Is that its own name?  The name is a SHO_LITERAL. */
bool module_is(const struct module *m, const char *name SC_COUNT(nr), uint64_t nr);
/* Whose text holds a linked address. */
SC_NULLABLE struct module *module_of_text(uint64_t home);
/* Changes when modules come, go, begin or stop to serve. */
uint32_t modules_version(void);
/* An empty place, or null; and give it back, with what module_link() gave. */
SC_NULLABLE struct module *module_new(void);
void module_drop(struct module *m);

/* ---- who serves ---- */

bool module_same_type(const struct sho_type *a, const struct sho_type *b);
/* An export of that name and type; false: m has none. */
bool module_export_find(const struct module *m, struct sho_bytes name, const struct sho_type *type,
                        struct sho_entry *out);
/* The address of an export of m. */
uint64_t module_export_address(const struct module *m, const struct sho_entry *e);
/* Does m export that function?  The name is a SHO_LITERAL. */
bool module_exports(const struct module *m, const char *name SC_COUNT(nr), uint64_t nr);
/* Who serves that export, other than `but`; null: nobody. */
SC_NULLABLE const struct module *module_provider(struct sho_bytes name, const struct sho_type *type,
                                                 const struct module *but SC_NULLABLE);
/* It serves, but of each of its exports somebody else is before it. */
bool module_replaced(const struct module *m);
/* From now on m serves, before all others; or it does not. */
void module_serves(struct module *m, bool serve);

/* ---- core/module_problem.c: "symbol 7: it is weak" ---- */

SC_STRING const char *problem_place(enum sho_place place);
SC_STRING const char *problem_what(const struct sho_problem *p);
/* At *at, which moves on; what has no room is left out.  Who calls ends the text in a 0. */
void text_add(char text[MODULE_TEXT_BYTES], uint32_t *at, const char *more SC_STRING);
void text_add_number(char text[MODULE_TEXT_BYTES], uint32_t *at, uint32_t n);
void problem_print(const struct sho_problem *p, char text[MODULE_TEXT_BYTES]);

#endif
