/* SPDX-License-Identifier: MIT */
/*
 * The grant tables' twin: modules/gnttab and core/frame.c, a domain that grants two frames by two entries, and one that
 * maps them and copies.
 *
 * After each operation all is counted anew, from the page-table slots, the map track and the entries in use: what the
 * frames and the entries say of their uses is that, and nothing else.  What an operation answers is held against what
 * the entry in the guest's table says at that moment.
 */
#include <stdio.h>
#include <string.h>

#include "core/cmdline.h"
#include "ports/pvmmu.h"
#include "tests/twin/twin_gnttab.h"

struct domain *granter, *mapper;
static mfn_t table[2]; /* their tables' frames */
const uint32_t refs[2] = { 1, GNTTAB_NR_RESERVED_ENTRIES };
bool spoiled[2], renamed[2], status_written, granter_closed, mapper_gone, is_table;

bool at_once, no_handle, not_there;
uint8_t actor;
mfn_t taken_back;
#define answer_assert(condition, ...) twin_assert(at_once || (condition), __VA_ARGS__)

uint32_t opt_gnttab_max_frames = 1, opt_gnttab_max_ver = 2;
bool opt_gnttab_transitive;

/* ---- the mapper's page tables: two slots ---- */

struct slot slots[NR_SLOTS];

/* Addresses are the slots' numbers + 1, in pages. */
static struct slot *slot_at(uint64_t where)
{
    uint64_t n = where >> PAGE_SHIFT;

    return n >= 1 && n <= NR_SLOTS ? &slots[n - 1] : NULL;
}

int pvmmu_grant_map(struct vcpu *v, uint64_t where, bool contains_pte, bool readonly, uint64_t avail, fref_t ref)
{
    struct slot *s = slot_at(where);
    fref_t old;

    if (s == NULL) {
        frame_put(ref);
        return -EINVAL;
    }
    twin_assert(readonly == !fref_is_rw(ref), "a mapping is made with the wrong reference");
    old = s->ref;
    *s = (struct slot){ ref, readonly };
    frame_put(old);
    return 0;
}

int pvmmu_grant_unmap(struct vcpu *v, uint64_t where, bool contains_pte, mfn_t m, bool readonly, uint64_t new_pte_gva)
{
    struct slot *s = slot_at(where);
    fref_t old;

    if (s == NULL || fref_is_none(s->ref) || fref_mfn(s->ref).v != m.v || s->readonly != readonly) {
        not_there = at_once;
        return -EINVAL;
    }
    old = s->ref;
    *s = (struct slot){ 0 };
    frame_put(old);
    return 0;
}

/* ---- the world ---- */

static struct domain *make(domid_t id, uint32_t nr_vcpus, unsigned i)
{
    struct domain *d = world_domain(id, nr_vcpus, false);

    twin_assert(gnttab_domain_init(d) == 0 && gnttab_frame(d, 0, &table[i]) == 0, "no memory");
    return d;
}

static void start(void)
{
    world_frames(NR_FRAMES);
    world_pages(FREE_FROM, NR_FRAMES);
    granter = make(1, 1, 0);
    mapper = make(2, 2, 1);
    /* All handles in one chunk: a vcpu without any takes the other's. */
    twin_assert(gnttab_set_limits(mapper, 1, 1) == 0, "no limit");
    frame_assign(mfn(PLAIN), 1, false);
    frame_assign(mfn(TABLE), 1, false);
    frame_assign(mfn(OWN), 2, false);
    for (uint64_t m = PLAIN; m <= OWN; m++)
        frame_bytes(mfn(m))[0] = (uint8_t)m;
    world_ready(sizeof(struct track_chunk) + 1024);
}

static uint32_t *entry_words(unsigned i)
{
    return &((uint32_t *)(void *)frame_bytes(table[0]))[refs[i] << granter->gnttab->version];
}

static uint16_t *status_word(unsigned i)
{
    return &((uint16_t *)(void *)frame_bytes(fref_mfn(granter->gnttab->status[0])))[refs[i]];
}

struct view entry_view(unsigned i)
{
    const uint32_t *w = entry_words(i);
    struct view e = { .header = w[0] };

    if (granter->gnttab->version == 1) {
        e.marks = w[0] & (GTF_reading | GTF_writing);
        e.frame = w[1];
    } else {
        e.marks = *status_word(i);
        e.frame = w[2] | (uint64_t)w[3] << 32;
    }
    return e;
}

static void entry_write(unsigned i, uint32_t header, uint64_t frame)
{
    uint32_t *w = entry_words(i);

    w[0] = header;
    w[granter->gnttab->version == 1 ? 1 : 2] = (uint32_t)frame;
}

/* ---- what there is to do ---- */

const struct step steps[] = {
    { GRANT, 0, 0, 0, "grant(0)" },
    { GRANT, 1, 0, 0, "grant(1)" },
    { GRANT_RO, 1, 0, 0, "grant(1, read-only)" },
    { GRANT_TABLE, 1, 0, 0, "grant(1, the table)" },
    { END, 0, 0, 0, "end(0)" },
    { END, 1, 0, 0, "end(1)" },
    { SCRIBBLE, 0, 0, 0, "scribble(0)" },
    { MAP, 0, HOST, 0, "map(0)" },
    { MAP, 0, HOST | RO, 1, "map(0, read-only, slot 1)" },
    { MAP, 1, HOST, 0, "map(1)" },
    { MAP, 1, HOST | RO, 1, "map(1, read-only, slot 1)" },
    { MAP, 0, DEVICE, 0, "map(0, device)" },
    { MAP, 1, HOST | DEVICE, 1, "map(1, device too, slot 1)" },
    { MAP, 0, HOST, NR_SLOTS, "map(0, nowhere)" },
    { MAP, 1, HOST | DEVICE, NR_SLOTS, "map(1, device too, nowhere)" },
    { UNMAP, 0, HOST | DEVICE, 0, "unmap(handle 0)" },
    { UNMAP, 0, HOST, 0, "unmap(handle 0, host)" },
    { UNMAP, 1, HOST | DEVICE, 0, "unmap(handle 1)" },
    { UNMAP, 1, DEVICE, 0, "unmap(handle 1, device)" },
    { COPY_FROM, 0, 0, 0, "copy from(0)" },
    { COPY_FROM, 1, 0, 0, "copy from(1)" },
    { COPY_TO, 1, 0, 0, "copy to(1)" },
    { SWAP, 0, 0, 0, "swap" },
    { VERSION, 1, 0, 0, "version 1" },
    { VERSION, 2, 0, 0, "version 2" },
    { GIVE_UP, 0, 0, 0, "the granter gives up its frame" },
    { MAKE_TABLE, 0, 0, 0, "the granter makes a table" },
    { UNMAKE, 0, 0, 0, "it is no table any more" },
    { CLOSE, 0, 0, 0, "the granter ends" },
    { GO, 0, 0, 0, "the mapper ends" },
};
const unsigned nr_steps = ARRAY_SIZE(steps);

/* A guest that keeps to the rules changes an entry that is not in use. */
static bool run_grant(unsigned i, uint32_t flags, uint64_t frame)
{
    if (granter_closed || entry_view(i).marks != 0)
        return false;
    entry_write(i, GTF_permit_access | flags | (uint32_t)mapper->id << 16, frame);
    return true;
}

/* It has ended while something else is under way: who looks at the frame now, or writes to it, is found out. */
static void note_taken_back(unsigned i)
{
    uint64_t frame = entry_view(i).frame;
    const struct active *other = active_of(1 - i);

    if (!at_once || frame >= NR_FRAMES || frame == 0 || entry_view(1 - i).frame == frame ||
        (!fref_is_none(other->hold) && fref_mfn(other->hold).v == frame))
        return;
    taken_back = mfn(frame);
    frame_bytes(taken_back)[0] = SECRET;
}

static bool run_end(unsigned i)
{
    if (granter_closed || entry_view(i).marks != 0 || entry_view(i).header == 0)
        return false;
    note_taken_back(i);
    entry_write(i, 0, 0);
    return true;
}

/* And one that does not. */
static bool run_scribble(unsigned i)
{
    if (granter_closed)
        return false;
    if (entry_view(i).marks != 0 || is_used(i)) {
        renamed[i] = true;
        spoiled[i] = spoiled[i] || (entry_view(i).marks != 0 && granter->gnttab->version == 1);
    }
    entry_write(i, GTF_permit_access | (uint32_t)mapper->id << 16, TABLE);
    return true;
}

/* Could the frame be held so? */
static bool frame_fits(uint64_t m, bool write)
{
    uint64_t s = m < NR_FRAMES ? frame_table()[m].state : 0;

    return (s & (FS_OWNER_MASK | FS_ALLOC)) == (FS_OWNER(granter->id) | FS_ALLOC) &&
           (!write || (s & FS_TYPE_MASK) == 0);
}

/* May the mapper use the entry so now?  And which frame is it then? */
static bool use_expected(unsigned i, bool write, uint64_t *frame)
{
    const struct active *a = active_of(i);
    bool in_use = is_used(i);
    struct view e;

    if (granter_closed)
        return false;
    e = entry_view(i);
    *frame = in_use ? fref_mfn(a->hold).v : e.frame;
    if (!frame_fits(*frame, write))
        return false;
    if (in_use && (!write || a->writers != 0))
        return true;
    return (e.header & GTF_type_mask) == GTF_permit_access && e.header >> 16 == mapper->id &&
           (!write || (e.header & GTF_readonly) == 0);
}

static bool run_map(const struct step *s)
{
    struct gnttab_map_request req = {
        .host_addr = (uint64_t)(s->slot + 1) << PAGE_SHIFT, .flags = s->flags, .ref = refs[s->arg], .dom = granter->id
    };
    bool write = (s->flags & RO) == 0, may;
    uint64_t want = 0;
    uint32_t handle;
    mfn_t frame;
    int rc;

    if (mapper_gone)
        return false;
    may = use_expected(s->arg, write, &want) && s->slot < NR_SLOTS;
    rc = gnttab_map(mapper->vcpu[actor], &req, &handle, &frame);
    no_handle = no_handle || rc == GNTST_no_space;
    answer_assert((rc == GNTST_okay) == may, "map says %d", rc);
    answer_assert(rc != GNTST_okay || frame.v == want, "frame %lu is mapped, not %lu", frame.v, want);
    twin_assert(s->slot < NR_SLOTS || rc != GNTST_okay, "nowhere is somewhere");
    return rc == GNTST_okay || s->slot >= NR_SLOTS;
}

static const struct mapping *mapping_of(uint32_t handle)
{
    const struct maptrack *t = mapper->gnttab->track;

    return t->chunk[0] != NULL ? &t->chunk[0]->entry[handle] : NULL;
}

/* A mapping's slot: the one that maps its frame with its rights, if there is one still; of two, one for each handle. */
static uint64_t slot_of(const struct mapping *m, unsigned handle)
{
    for (unsigned k = 0, i = handle % NR_SLOTS; k < NR_SLOTS; k++, i = (i + 1) % NR_SLOTS)
        if (!fref_is_none(slots[i].ref) && slots[i].readonly == ((m->flags & RO) != 0) &&
            fref_mfn(slots[i].ref).v == fref_mfn(granter->gnttab->active[0]->entry[m->ref].use.hold).v)
            return (uint64_t)(i + 1) << PAGE_SHIFT;
    return (uint64_t)(NR_SLOTS + 1) << PAGE_SHIFT;
}

static bool run_unmap(const struct step *s)
{
    const struct mapping *m = mapping_of(s->arg);
    struct gnttab_unmap_request req = { .handle = s->arg };
    uint16_t before;
    int rc;

    if (mapper_gone)
        return false;
    if (m == NULL || (m->flags & MAPPING_KINDS) == 0) {
        rc = gnttab_unmap(mapper->vcpu[actor], &req);
        answer_assert(rc == GNTST_bad_handle, "what is not mapped is unmapped");
        return rc == GNTST_okay;
    }
    before = m->flags;
    if ((s->flags & HOST) != 0)
        req.host_addr = slot_of(m, s->arg);
    if ((s->flags & DEVICE) != 0)
        req.dev_bus_addr = mfn_to_maddr(fref_mfn(granter->gnttab->active[0]->entry[m->ref].use.hold)).v;
    rc = gnttab_unmap(mapper->vcpu[actor], &req);
    if (at_once)
        return rc == GNTST_okay;
    if ((before & s->flags & HOST) != 0 && req.host_addr > NR_SLOTS << PAGE_SHIFT) {
        twin_assert(rc == GNTST_general_error, "unmap says %d", rc); /* another mapping is there */
        return false;
    }
    twin_assert(rc == GNTST_okay, "unmap says %d", rc);
    twin_assert((m->flags & MAPPING_KINDS) == (before & MAPPING_KINDS & ~s->flags), "mapping %u has flags %x", s->arg,
                m->flags);
    return true;
}

static bool run_copy(unsigned i, bool to)
{
    struct gnttab_copy_end theirs = { .number = refs[i], .domid = granter->id, .is_gref = true },
                           ours = { .number = OWN, .domid = DOMID_SELF };
    struct gnttab_copy_request req = { .source = to ? ours : theirs, .dest = to ? theirs : ours, .len = 8 };
    uint64_t want = 0;
    uint8_t byte;
    bool may;
    int rc;

    if (mapper_gone)
        return false;
    may = use_expected(i, to, &want);
    byte = frame_bytes(mfn(to ? OWN : want))[0];
    rc = gnttab_copy(mapper->vcpu[actor], &req);
    answer_assert((rc == GNTST_okay) == may, "copy says %d", rc);
    answer_assert(rc != GNTST_okay || frame_bytes(mfn(to ? want : OWN))[0] == byte, "something else was copied");
    /* The frame that was given up may be that of the status array now. */
    if (rc == GNTST_okay && to && granter->gnttab->nr_status != 0 && want == fref_mfn(granter->gnttab->status[0]).v)
        status_written = true;
    return rc == GNTST_okay;
}

static bool run_swap(void)
{
    struct view a, b;
    bool can, in_use = false;
    int rc;

    for (unsigned i = 0; i < 2; i++)
        in_use = in_use || is_used(i);
    can = !granter_closed && !in_use;
    if (!granter_closed) {
        a = entry_view(0);
        b = entry_view(1);
    }
    rc = gnttab_swap(granter, refs[0], refs[1]);
    answer_assert((rc == GNTST_okay) == can, "swap says %d", rc);
    if (rc != GNTST_okay)
        return false;
    answer_assert(entry_view(0).header == b.header && entry_view(0).frame == b.frame &&
                      entry_view(1).header == a.header && entry_view(1).frame == a.frame,
                  "the entries are not exchanged");
    return true;
}

static bool run_version(uint32_t version)
{
    bool same, busy;
    struct view kept;
    int rc, want;

    if (granter_closed) {
        twin_assert(gnttab_set_version(granter, version) == -EINVAL, "a domain that has ended changes its table");
        return false;
    }
    same = granter->gnttab->version == version;
    busy = is_used(1); /* it is not among those that are kept */
    kept = entry_view(0);
    /* The guest may grant the frame of its status array, as any of its own. */
    busy = busy || (version == 1 && !same &&
                    (frame_table()[fref_mfn(granter->gnttab->status[0]).v].state & (FS_KIND_MASK | FS_RO_MASK)) != 1);
    want = same ? 0 : busy ? -EBUSY : version == 2 && world_nr_free == 0 ? -ENOMEM : 0;
    rc = gnttab_set_version(granter, version);
    answer_assert(rc == want, "set_version says %d", rc);
    if (rc != 0 || same)
        return false;
    status_written = false;
    /* An entry in version 2 that grants nothing is not kept. */
    answer_assert((kept.header & GTF_type_mask) != GTF_permit_access || entry_view(0).frame == kept.frame,
                  "a reserved entry is lost");
    return true;
}

static bool run_give_up(void)
{
    bool owned = frame_table()[PLAIN].state / FS_OWNER_ONE == granter->id &&
                 (frame_table()[PLAIN].state & FS_ALLOC) != 0 && (frame_table()[PLAIN].state & FS_HV) == 0;

    return owned && frame_unassign(mfn(PLAIN), granter->id) == 0;
}

static bool run_make_table(void)
{
    uint64_t writers = frame_table()[TABLE].state & FS_KIND_MASK;
    fref_t r;
    int rc;

    if (is_table)
        return false;
    rc = frame_get_table(mfn(TABLE), granter->id, KIND_L1, &r);
    answer_assert((rc == FRAME_BUILD) == (writers == 0), "a frame that is mapped writable is a table");
    if (rc != FRAME_BUILD)
        return false;
    frame_table_seal(mfn(TABLE));
    fref_moved(r);
    return is_table = true;
}

static bool run_unmake(void)
{
    if (!is_table)
        return false;
    twin_assert(frame_put_table((fref_t){ (uint64_t)TABLE << PAGE_SHIFT | FREF_TAG_PT }),
                "the table is held by others");
    frame_table_reset(mfn(TABLE));
    is_table = false;
    return true;
}

static bool run_close(void)
{
    if (granter_closed)
        return false;
    granter->dying = true;
    gnttab_domain_close(granter);
    return granter_closed = true;
}

/* Its page tables go first (core/domain_end.c). */
static bool run_go(void)
{
    if (mapper_gone)
        return false;
    mapper->dying = true;
    for (unsigned i = 0; i < NR_SLOTS; i++)
        frame_put(slots[i].ref);
    memset(slots, 0, sizeof(slots));
    gnttab_domain_destroy(mapper);
    return mapper_gone = true;
}

bool run_step(unsigned i)
{
    const struct step *s = &steps[i];

    switch ((enum verb)s->verb) {
    case GRANT: return run_grant(s->arg, 0, PLAIN);
    case GRANT_RO: return run_grant(s->arg, GTF_readonly, PLAIN);
    case GRANT_TABLE: return run_grant(s->arg, 0, TABLE);
    case END: return run_end(s->arg);
    case SCRIBBLE: return run_scribble(s->arg);
    case MAP: return run_map(s);
    case UNMAP: return run_unmap(s);
    case COPY_FROM: return run_copy(s->arg, false);
    case COPY_TO: return run_copy(s->arg, true);
    case SWAP: return run_swap();
    case VERSION: return run_version(s->arg);
    case GIVE_UP: return run_give_up();
    case MAKE_TABLE: return run_make_table();
    case UNMAKE: return run_unmake();
    case CLOSE: return run_close();
    case GO: return run_go();
    }
    return false;
}

/* What was written over an entry is forgotten when it is not in use any more. */
void forget(void)
{
    for (unsigned i = 0; i < 2; i++) {
        spoiled[i] = spoiled[i] && is_used(i);
        renamed[i] = renamed[i] && is_used(i);
    }
}

static bool run(unsigned i)
{
    bool done = run_step(i);

    forget();
    return done;
}

static void name_of(unsigned i, char *text, size_t size)
{
    (void)snprintf(text, size, "%s", steps[i].name);
}

int main(void)
{
    const struct twin_start starts[] = {
        { .name = "nothing" },
        { .name = "two mappings", .op = { "grant(0)", "grant(1)", "map(0)", "map(1, device too, slot 1)" } },
        { .name = "version 2", .op = { "version 2", "grant(0)", "grant(1, read-only)", "map(0)" } },
    };
    struct twin gnttab = {
        .name = "gnttab",
        .nr_ops = ARRAY_SIZE(steps),
        .depth = 5,
        .full_depth = 6,
        .starts = starts,
        .nr_starts = ARRAY_SIZE(starts),
        .start = start,
        .run = run,
        .check = gnttab_check,
        .name_of = name_of,
        .race_depth = 1,
        .race = gnttab_race,
        .pair_name = gnttab_pair_name,
    };

    world_zero_is_a_look = true;
    gnttab.nr_pairs = gnttab_make_pairs();
    return twin_main(&gnttab);
}
