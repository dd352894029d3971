/* SPDX-License-Identifier: MIT */
/* Copies, version 1. */
#include "tests/unit/gnttab/gnttab_test.h"

static void test_copy_frames(void **state)
{
    mfn_t a = mock_frame(dom0), b = mock_frame(dom0), foreign = mock_frame(domu);
    struct gnttab_copy c = { .source.u.gmfn = a.v, .source.domid = DOMID_SELF, .dest.u.gmfn = b.v,
                             .dest.domid = DOMID_SELF, .len = 4096 };
    fref_t table;

    fill(a, 1);
    assert_int_equal(copy(v0, c), GNTST_okay);
    assert_memory_equal(frame_bytes(a), frame_bytes(b), 4096);
    c.len = 100, c.source.offset = 3996, c.dest.offset = 1;
    assert_int_equal(copy(v0, c), GNTST_okay);
    assert_memory_equal(&frame_bytes(b)[1], &frame_bytes(a)[3996], 100);
    c.source.offset = 3997;
    assert_int_equal(copy(v0, c), GNTST_bad_copy_arg);
    c.source.offset = 0, c.dest.offset = 65535;
    assert_int_equal(copy(v0, c), GNTST_bad_copy_arg);
    c.len = 65535, c.dest.offset = 0;
    assert_int_equal(copy(v0, c), GNTST_bad_copy_arg);
    c.len = 0, c.dest.offset = 4096;
    assert_int_equal(copy(v0, c), GNTST_okay);
    c.len = 8, c.dest.offset = 0;
    c.dest.u.gmfn = foreign.v;
    assert_int_equal(copy(v0, c), GNTST_bad_page);
    c.dest.u.gmfn = UINT64_MAX;
    assert_int_equal(copy(v0, c), GNTST_bad_page);
    c.dest.u.gmfn = b.v;
    c.source.u.gmfn = foreign.v;
    assert_int_equal(copy(v0, c), GNTST_bad_page);
    c.source.u.gmfn = a.v;
    c.source.domid = 0; /* frames only by DOMID_SELF, as Xen */
    assert_int_equal(copy(v0, c), GNTST_permission_denied);
    c.source.domid = DOMID_SELF, c.dest.domid = domu->id;
    assert_int_equal(copy(v0, c), GNTST_permission_denied);
    c.dest.domid = DOMID_SELF;
    assert_int_equal(frame_get_table(b, 0, KIND_L1, &table), FRAME_BUILD);
    assert_int_equal(copy(v0, c), GNTST_general_error); /* never into a page table */
    frame_table_reset(b);
    /* Overlapping, in one frame. */
    fill(a, 9);
    c.dest.u.gmfn = a.v, c.dest.offset = 5, c.len = 64;
    assert_int_equal(copy(v0, c), GNTST_okay);
    for (uint32_t i = 0; i < 64; i++)
        assert_int_equal(frame_bytes(a)[5 + i], (uint8_t)(9 + i * 7));
    assert_int_equal(mock_refs_rw(a) + mock_refs_ro(a) + mock_refs_rw(b) + mock_refs_ro(b), 0);
}

static void test_copy_grants(void **state)
{
    mfn_t own = mock_frame(dom0), u = mock_frame(domu), x = mock_frame(domx);
    struct gnttab_copy c = { .source.u.ref = 5, .source.domid = domu->id, .dest.u.gmfn = own.v,
                             .dest.domid = DOMID_SELF, .len = 4096, .flags = GNTCOPY_source_gref };
    uint32_t h;

    fill(u, 3);
    grant(domu, 5, 0, u, GTF_readonly);
    assert_int_equal(copy(v0, c), GNTST_okay);
    assert_memory_equal(frame_bytes(u), frame_bytes(own), 4096);
    assert_int_equal(entry(domu, 5)->flags, GTF_permit_access | GTF_readonly);
    /* Grant to grant, of two other domains. */
    grant(domx, 6, 0, x, 0);
    c.dest.u.ref = 6, c.dest.domid = domx->id, c.flags = GNTCOPY_source_gref | GNTCOPY_dest_gref;
    assert_int_equal(copy(v0, c), GNTST_okay);
    assert_memory_equal(frame_bytes(u), frame_bytes(x), 4096);
    assert_int_equal(entry(domx, 6)->flags, GTF_permit_access);
    /* Also while it is mapped: the marks of the mapping stay. */
    assert_int_equal(map(v0, domx->id, 6, VA, GNTMAP_host_map | GNTMAP_readonly, &h), GNTST_okay);
    assert_int_equal(copy(v0, c), GNTST_okay);
    assert_int_equal(entry(domx, 6)->flags, GTF_permit_access | GTF_reading);
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_okay);
    /* Not granted for writing; not granted; no such grant, domain. */
    entry(domx, 6)->flags = GTF_permit_access | GTF_readonly;
    assert_int_equal(copy(v0, c), GNTST_general_error);
    assert_int_equal(entry(domu, 5)->flags, GTF_permit_access | GTF_readonly);
    c.dest.u.ref = 7;
    assert_int_equal(copy(v0, c), GNTST_general_error);
    c.dest.u.ref = 512;
    assert_int_equal(copy(v0, c), GNTST_bad_gntref);
    c.dest.u.gmfn = UINT64_MAX;
    assert_int_equal(copy(v0, c), GNTST_bad_gntref);
    c.dest.domid = 99;
    assert_int_equal(copy(v0, c), GNTST_bad_domain);
    assert_int_equal(copy(domx->vcpu[0], (struct gnttab_copy){
                         .source.u.ref = 5, .source.domid = domu->id, .dest.u.gmfn = x.v,
                         .dest.domid = DOMID_SELF, .len = 1, .flags = GNTCOPY_source_gref }),
                     GNTST_general_error);
    assert_int_equal(mock_refs_rw(u) + mock_refs_ro(u) + mock_refs_rw(x) + mock_refs_ro(x), 0);
    assert_int_equal(gnttab_domain_pins(domu) + gnttab_domain_pins(domx), 0);
}

int run_copy(void)
{
    const struct CMUnitTest tests[] = {
        T(copy_frames), T(copy_grants),
    };

    return cmocka_run_group_tests_name("copy", tests, NULL, NULL);
}
