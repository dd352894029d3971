/* SPDX-License-Identifier: MIT */
/* linked.h - a module linked into buffers of just the size that it asks for, so that ASan sees a byte beyond. */
#ifndef TESTS_LOADER_LINKED_H
#define TESTS_LOADER_LINKED_H

#include "loader/sho.h"

#define LINKED_IMPORT_STEP 0x10000u

/* The i-th import is at imports_at + i * LINKED_IMPORT_STEP. */
struct linked {
    struct sho_link link;
    uint64_t imports_at, import_nr;
    const char *typeid_name; /* of this import only; NULL: of none */
    uint32_t typeid_value;
    unsigned short_region; /* gets a byte less than it needs; 0: none */
};

void linked_default(struct linked *l);
bool linked_make(struct linked *l, struct sho *sho);
void linked_free(struct linked *l);

#endif
