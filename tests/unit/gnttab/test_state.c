/* SPDX-License-Identifier: MIT */
/* State in records and out of them: the same comes out; a record in which one value cannot be is refused. */
#include "tests/unit/gnttab/gnttab_test.h"

#define RECORDS_MAX 40

static struct gnttab_record records[RECORDS_MAX];
static unsigned nr_records;
static struct gnttab_domain *before;

static void export_all(struct domain *d)
{
    struct record_at at = { 0, 0 };
    enum record got;

    memset(records, 0, sizeof(records));
    nr_records = 0;
    do {
        assert_true(nr_records < RECORDS_MAX);
        got = gnttab_export(d, &at, &records[nr_records]);
        records[nr_records].domain = d;
        if (got == RECORD_FULL)
            nr_records++;
    } while (got != RECORD_END);
}

static int import_all(struct domain *d)
{
    int rc = 0;

    before = d->gnttab;
    d->gnttab = NULL;
    for (unsigned i = 0; i < nr_records && rc == 0; i++)
        rc = gnttab_import(&records[i]);
    return rc;
}

/* The memory of what is there goes, and none of what it refers to. */
static void forget(struct domain *d)
{
    if (d->gnttab == NULL)
        return;
    for (uint32_t ref = 0; gnttab_active(d->gnttab, ref) != NULL; ref++)
        gnttab_active(d->gnttab, ref)->use.hold = FREF_NONE;
    memset(&d->gnttab->nr_active, 0, sizeof(d->gnttab->nr_active));
    gnttab_domain_free(d);
}

static void show(struct domain *d)
{
    forget(d);
    d->gnttab = before;
}

static void convert(struct domain *d)
{
    struct gnttab_domain *gt;

    export_all(d);
    assert_int_equal(import_all(d), 0);
    gt = d->gnttab;
    d->gnttab = before;
    forget(d);
    d->gnttab = gt;
}

/* One value of the i-th record of that kind is otherwise: refused, and what was there is there. */
static struct gnttab_record *find(uint32_t kind, uint32_t i)
{
    for (unsigned k = 0; k < nr_records; k++) {
        if (records[k].at.kind == kind && i-- == 0)
            return &records[k];
    }
    fail();
    return NULL;
}
#define REFUSES(d, kind, i, field, value)         \
    do {                                          \
        export_all(d);                            \
        find(GNTTAB_RECORD_##kind, i)->field = (value); \
        assert_int_equal(import_all(d), -EINVAL); \
        show(d);                                  \
    } while (0)

static mfn_t page;
static uint32_t handle, device, more[300];

/* domu grants; dom0 maps: one grant twice, once for a device, and many. */
static void mappings_make(uint16_t version)
{
    page = mock_frame(domu);
    if (version == 2) {
        assert_int_equal(set_version(domu, 2), 0);
        grant2(domu, 9, 0, page, 0);
        grant2(domu, 10, 0, page, GTF_readonly);
    } else {
        grant(domu, 9, 0, page, 0);
        grant(domu, 10, 0, page, GTF_readonly);
    }
    assert_int_equal(map(v0, 7, 9, VA, GNTMAP_host_map, &handle), GNTST_okay);
    assert_int_equal(map(v0, 7, 9, VA + PAGE_SIZE, GNTMAP_host_map | GNTMAP_device_map, &device), GNTST_okay);
    for (uint32_t i = 0; i < 300; i++)
        assert_int_equal(map(v0, 7, 10, 0, GNTMAP_device_map | GNTMAP_readonly, &more[i]), GNTST_okay);
    assert_int_equal(unmap(v0, 0, mfn_to_maddr(page).v, more[7]), GNTST_okay);
}

static void mappings_end(void)
{
    uint64_t bus = mfn_to_maddr(page).v;

    for (uint32_t i = 0; i < 300; i++)
        assert_int_equal(unmap(v0, 0, bus, more[i]), i == 7 ? GNTST_bad_handle : GNTST_okay);
    assert_int_equal(unmap(v0, VA, 0, handle), GNTST_okay);
    assert_int_equal(unmap(v0, VA, 0, handle), GNTST_bad_handle);
    assert_int_equal(unmap(v0, VA + PAGE_SIZE, 0, device), GNTST_okay);
    assert_int_equal(gnttab_domain_pins(domu), 1);
    assert_int_equal(unmap(v0, 0, bus, device), GNTST_okay);
    assert_int_equal(gnttab_domain_pins(domu), 0);
    assert_int_equal(mock_refs_ro(page) + mock_refs_rw(page), 0);
}

static void same_comes_out(uint16_t version)
{
    uint64_t ro, rw;

    mappings_make(version);
    ro = mock_refs_ro(page);
    rw = mock_refs_rw(page);
    convert(dom0);
    convert(domu);
    convert(domx);
    assert_int_equal(mock_refs_ro(page), ro);
    assert_int_equal(mock_refs_rw(page), rw);
    assert_int_equal(gnttab_domain_pins(domu), 2);
    assert_int_equal(swap(domu->vcpu[0], 9, 11), GNTST_eagain);
    assert_int_equal(gnttab_version(domu), version);
    if (version == 2)
        assert_int_equal(*status_of(domu, 9) & (GTF_reading | GTF_writing), GTF_reading | GTF_writing);
    mappings_end();
    if (version == 2)
        assert_int_equal(set_version(domu, 1), 0);
}

static void test_same_comes_out(void **state)
{
    same_comes_out(1);
}

static void test_same_comes_out_v2(void **state)
{
    same_comes_out(2);
}

static void test_bad_values(void **state)
{
    mappings_make(2);
    REFUSES(domu, TABLE, 0, version, 0);
    REFUSES(domu, TABLE, 0, version, 3);
    REFUSES(domu, TABLE, 0, nr_frames, OPT_GNTTAB_MAX_FRAMES + 1);
    REFUSES(domu, TABLE, 0, nr_frames, 2);
    REFUSES(domu, TABLE, 0, nr_status, 2);
    REFUSES(domu, TABLE, 0, nr_status, OPT_GNTTAB_MAX_FRAMES);
    REFUSES(domu, TABLE, 0, max_frames, OPT_GNTTAB_MAX_FRAMES + 1);
    REFUSES(domu, TABLE, 0, nr_active, NULL);
    REFUSES(domu, TABLE, 0, at.kind, GNTTAB_RECORD_MAPPINGS + 1);
    REFUSES(domu, GRANTS, 0, at.number, UINT32_MAX);
    REFUSES(domu, GRANTS, 0, grant[9].kind, 3);
    REFUSES(domu, GRANTS, 0, grant[9].kind, 2);
    REFUSES(domu, GRANTS, 0, grant[9].hold, FREF_NONE);
    REFUSES(domu, GRANTS, 0, grant[9].readers, UINT16_MAX);
    REFUSES(dom0, TRACK, 0, nr_handles, 1 << 17);
    REFUSES(dom0, TRACK, 0, first[1], 1 << 16);
    REFUSES(dom0, TRACK, 0, first[0], handle + 1);      /* in use */
    REFUSES(dom0, TRACK, 0, first[1], more[7] + 1);     /* on two lists */
    REFUSES(dom0, MAPPINGS, more[7] / 64, mapping[more[7] % 64].ref, more[7] + 1); /* a circle */
    REFUSES(dom0, MAPPINGS, more[7] / 64, mapping[more[7] % 64].ref, 600);         /* behind the end */
    REFUSES(dom0, MAPPINGS, 0, mapping[handle].flags, 0x4000);
    REFUSES(dom0, MAPPINGS, 0, mapping[handle].flags, GNTMAP_host_map | GNTMAP_device_map);
    REFUSES(dom0, MAPPINGS, 0, mapping[device].device, FREF_NONE);
    REFUSES(dom0, MAPPINGS, 0, mapping[handle].ref, 1 << 15);
    convert(dom0);
    convert(domu);
    mappings_end();
}

static void test_no_memory(void **state)
{
    mappings_make(1);
    for (int i = 1; i <= 5; i++) { /* the table, entries, the track, handles */
        export_all(dom0);
        mock_pool_fail_in = i;
        assert_int_equal(import_all(dom0), -ENOMEM);
        show(dom0);
    }
    convert(dom0);
    mappings_end();
}

int run_state(void)
{
    const struct CMUnitTest tests[] = {
        T(same_comes_out),
        T(same_comes_out_v2),
        T(bad_values),
        T(no_memory),
    };

    return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
