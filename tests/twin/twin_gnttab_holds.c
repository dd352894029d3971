/* SPDX-License-Identifier: MIT */
/* What must hold of grants between two operations: counted anew from the page-table slots, the map track and the
 * entries in use. */
#include "tests/twin/twin_gnttab.h"

struct tally {
    uint32_t ro, rw;
};

static unsigned entry_of(uint32_t ref)
{
    twin_assert(ref == refs[0] || ref == refs[1], "grant %u is used, which is none", ref);
    return ref == refs[1];
}

static void count_ref(struct tally *frames, fref_t r)
{
    if (fref_is_none(r))
        return;
    twin_assert(fref_mfn(r).v < NR_FRAMES, "a reference to frame %lu", fref_mfn(r).v);
    if (fref_is_rw(r))
        frames[fref_mfn(r).v].rw++;
    else
        frames[fref_mfn(r).v].ro++;
}

/* By the map track: references that devices hold, uses of each entry. */
static void count_mappings(struct tally *frames, struct tally uses[2])
{
    const struct track_chunk *chunk = mapper->gnttab->track->chunk[0];

    for (uint32_t h = 0; chunk != NULL && h < TRACK_CHUNK; h++) {
        const struct mapping *m = &chunk->entry[h];
        uint32_t kinds = ((m->flags & HOST) != 0) + ((m->flags & DEVICE) != 0);

        twin_assert((m->flags & MAPPING_BUSY) == 0, "mapping %u is left busy", h);
        twin_assert(((m->flags & DEVICE) != 0) == !fref_is_none(m->device),
                    "mapping %u has a device's reference, or lacks it", h);
        if (kinds == 0)
            continue;
        count_ref(frames, m->device);
        if ((m->flags & RO) != 0)
            uses[entry_of(m->ref)].ro += kinds;
        else
            uses[entry_of(m->ref)].rw += kinds;
    }
}

/* Each handle is in use, or free in one list. */
static void check_handles(void)
{
    const struct maptrack *t = mapper->gnttab->track;
    uint8_t seen[TRACK_CHUNK] = { 0 };
    unsigned nr_free = 0, nr_used = 0;

    if (t->chunk[0] == NULL)
        return;
    for (unsigned i = 0; i < 2 && t->list[i] != NULL; i++) {
        for (uint32_t h = t->list[i]->first; h != 0; h = t->chunk[0]->entry[h - 1].ref, nr_free++) {
            twin_assert(h <= TRACK_CHUNK && seen[h - 1]++ == 0, "handle %u is free twice", h - 1);
            twin_assert(t->chunk[0]->entry[h - 1].flags == 0, "handle %u is free and in use", h - 1);
        }
    }
    for (uint32_t h = 0; h < TRACK_CHUNK; h++)
        nr_used += t->chunk[0]->entry[h].flags != 0;
    twin_assert(mapper_gone || nr_free + nr_used == TRACK_CHUNK, "%u handles are free, %u in use", nr_free, nr_used);
}

/* What the guest's entry says: that the use is allowed, and marked. */
static void check_view(unsigned i, const struct tally *uses)
{
    bool in_use = uses->ro + uses->rw != 0;
    uint32_t marks = (in_use ? GTF_reading : 0) | (uses->rw != 0 ? GTF_writing : 0);
    struct view e = entry_view(i);

    twin_assert(e.marks == marks, "grant %u is marked %x, not %x", i, e.marks, marks);
    twin_assert(!in_use || ((e.header & GTF_type_mask) == GTF_permit_access && e.header >> 16 == mapper->id &&
                            (uses->rw == 0 || (e.header & GTF_readonly) == 0)),
                "grant %u is in use, and its entry is %x", i, e.header);
    twin_assert(!in_use || renamed[i] || fref_mfn(active_of(i)->hold).v == e.frame,
                "grant %u is in use, and names frame %lu", i, e.frame);
}

static void check_entry(unsigned i, const struct tally *uses, struct tally *frames)
{
    const struct active *a = active_of(i);
    bool in_use = uses->ro + uses->rw != 0;

    twin_assert(a->readers == uses->ro && a->writers == uses->rw,
                "grant %u has %u readers and %u writers, and counts %u and %u", i, uses->ro, uses->rw, a->readers,
                a->writers);
    twin_assert(in_use == !fref_is_none(a->hold), "grant %u is in use and does not hold its frame, or the other way",
                i);
    twin_assert(a->domid == (in_use ? mapper->id : 0), "grant %u is in use by domain %u", i, a->domid);
    twin_assert(a->kind == GRANT_PAGE, "grant %u is of another kind", i);
    count_ref(frames, a->hold);
    if (!granter_closed && !spoiled[i] && !(i == 0 && status_written))
        check_view(i, uses);
}

/* Whose a frame is, beside those that use grants. */
static void check_frame(uint64_t m, struct tally c)
{
    uint64_t s = frame_table()[m].state, counts;

    if (m == TABLE && is_table)
        c.rw++; /* the table's own */
    counts = (uint64_t)c.ro * FS_RO_ONE + c.rw;
    twin_assert((s & (FS_KIND_MASK | FS_RO_MASK)) == counts,
                "frame %lu has %u readers and %u writers, and its state is %lx", m, c.ro, c.rw, s);
    if (m == OWN)
        twin_assert(s / FS_OWNER_ONE == mapper->id && (s & FS_ALLOC) != 0, "the mapper's frame has state %lx", s);
    if (m == TABLE)
        twin_assert((s & FS_TYPE_MASK) == (is_table ? FS_TYPE(KIND_L1) : 0), "the table's frame has state %lx", s);
    if (c.ro + c.rw != 0)
        twin_assert(s / FS_OWNER_ONE != DOMID_NONE, "frame %lu is free, and used", m);
}

void gnttab_check(void)
{
    struct tally frames[NR_FRAMES] = { { 0 } }, uses[2] = { { 0 } };
    uint64_t nr_in_use = 0;

    for (unsigned i = 0; i < NR_SLOTS; i++)
        count_ref(frames, slots[i].ref);
    count_mappings(frames, uses);
    check_handles();
    for (unsigned i = 0; i < 2; i++) {
        check_entry(i, &uses[i], frames);
        nr_in_use += uses[i].ro + uses[i].rw != 0;
    }
    twin_assert(gnttab_domain_pins(granter) == nr_in_use, "%lu grants are in use, and %u are counted", nr_in_use,
                gnttab_domain_pins(granter));
    for (unsigned i = 0; i < granter->gnttab->nr_frames; i++)
        count_ref(frames, granter->gnttab->frame[i]);
    for (unsigned i = 0; i < granter->gnttab->nr_status; i++)
        count_ref(frames, granter->gnttab->status[i]);
    for (unsigned i = 0; i < mapper->gnttab->nr_frames; i++)
        count_ref(frames, mapper->gnttab->frame[i]);
    for (uint64_t m = PLAIN; m < NR_FRAMES; m++)
        check_frame(m, frames[m]);
    world_check();
}
