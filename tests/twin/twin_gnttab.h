/* SPDX-License-Identifier: MIT */
/* twin_gnttab.h - the grant tables' tiny world, and what is known of it besides. */
#ifndef TESTS_TWIN_GNTTAB_H
#define TESTS_TWIN_GNTTAB_H

#include "modules/gnttab/gnttab_entry.h"
#include "tests/twin/world.h"

#define PLAIN 2 /* the granter's frames: this one ... */
#define TABLE 3 /* ... and this one, which it may use as a page table */
#define OWN 4   /* the mapper's */
#define FREE_FROM 5
#define NR_FRAMES 10
#define NR_SLOTS 2

#define HOST GNTMAP_host_map
#define DEVICE GNTMAP_device_map
#define RO GNTMAP_readonly

extern struct domain *granter, *mapper;
extern const uint32_t refs[2]; /* kept by a change of version, and not */
extern bool spoiled[2];        /* the guest has written over an entry in use: over its marks, ... */
extern bool renamed[2];        /* ... and another frame into it */
extern bool status_written;    /* it has written over the marks of version 2 */
extern bool granter_closed, mapper_gone, is_table;

/* The mapper's page tables. */
extern struct slot {
    fref_t ref;
    bool readonly;
} slots[NR_SLOTS];

/* An entry as the guest sees it. */
struct view {
    uint32_t header, marks;
    uint64_t frame;
};

struct view entry_view(unsigned i);

SC_INLINE const struct active *active_of(unsigned i)
{
    return &granter->gnttab->active[0]->entry[refs[i]].use;
}

SC_INLINE bool is_used(unsigned i)
{
    return active_of(i)->readers + active_of(i)->writers != 0;
}

/* All that must hold between two operations (twin_gnttab_holds.c). */
void gnttab_check(void);

#endif
