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

/* ---- operations (twin_gnttab.c) ---- */

enum verb {
    GRANT,
    GRANT_RO,
    GRANT_TABLE,
    END,
    SCRIBBLE,
    MAP,
    UNMAP,
    COPY_FROM,
    COPY_TO,
    SWAP,
    VERSION,
    GIVE_UP,
    MAKE_TABLE,
    UNMAKE,
    CLOSE,
    GO
};

struct step {
    uint8_t verb, arg; /* arg: of two entries; a handle; a version */
    uint8_t flags;     /* of a mapping: GNTMAP_*; of an unmap: which kinds */
    uint8_t slot;
    const char *name;
};
extern const struct step steps[];
extern const unsigned nr_steps;

bool run_step(unsigned i);
/* What was written over an entry is forgotten when it is not in use any more. */
void forget(void);

/* ---- two CPUs at once (twin_gnttab_pairs.c) ---- */

extern bool at_once;     /* what an operation answers is not known beforehand */
extern bool no_handle;   /* none was free while the other made the first ones */
extern bool not_there;   /* an address was unmapped where the other had mapped something */
extern uint8_t actor;    /* which of the mapper's vcpus */
extern mfn_t taken_back; /* this frame is not granted any more, ... */
#define SECRET 0xee      /* ... and its owner has written this there */

/* How many pairs there are. */
unsigned gnttab_make_pairs(void);
bool gnttab_race(unsigned pair, unsigned step);
void gnttab_pair_name(unsigned pair, char *text, size_t size);

#endif
