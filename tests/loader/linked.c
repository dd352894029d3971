/* SPDX-License-Identifier: MIT */
#include "linked.h"

#include <stdlib.h>
#include <string.h>

void linked_default(struct linked *l)
{
    memset(l, 0, sizeof(*l));
    l->link.at[SHO_TEXT].address = 0xffff808040000000;
    l->link.at[SHO_READONLY].address = 0xffff808040400000;
    l->link.at[SHO_DATA].address = 0xffff808040800000;
    l->imports_at = 0xffff808000100000;
    l->import_nr = LINKED_IMPORT_STEP;
    l->typeid_name = "sched_wake"; /* of tests/loader/craft.py */
    l->typeid_value = 0x12345678;
}

static void imports_make(struct linked *l, const struct sho *sho)
{
    for (uint32_t i = 0; i < sho->nr_imports; i++) {
        struct sho_entry e = sho_import(sho, i);
        struct sho_target *t = &l->link.imports[i];

        t->address = l->imports_at + (uint64_t)i * LINKED_IMPORT_STEP;
        t->nr = l->import_nr;
        t->has_typeid = l->typeid_name != NULL && e.name.nr == strlen(l->typeid_name) &&
                        memcmp(e.name.bytes, l->typeid_name, e.name.nr) == 0;
        t->typeid = l->typeid_value;
    }
}

bool linked_make(struct linked *l, struct sho *sho)
{
    for (unsigned r = SHO_TEXT; r < SHO_REGIONS; r++) {
        uint64_t nr = sho->region_bytes[r];

        if (r == l->short_region)
            nr--;
        l->link.at[r].bytes = malloc(nr);
        l->link.at[r].nr = nr;
        if (l->link.at[r].bytes == NULL)
            abort();
        memset(l->link.at[r].bytes, 0xa5, nr);
    }
    imports_make(l, sho);
    return sho_link(sho, &l->link);
}

void linked_free(struct linked *l)
{
    for (unsigned r = SHO_TEXT; r < SHO_REGIONS; r++)
        free(l->link.at[r].bytes);
}
