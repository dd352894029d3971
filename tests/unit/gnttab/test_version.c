/* SPDX-License-Identifier: MIT */
/* set_version, get_version, the status frames, and what is kept from one version to the other. */
#include "tests/unit/gnttab/gnttab_test.h"

static void test_set_version(void **state)
{
    assert_int_equal(set_version(dom0, 1), 0);
    assert_int_equal(set_version(dom0, 0), -EINVAL);
    assert_int_equal(set_version(dom0, 3), -EINVAL);
    assert_int_equal(set_version(dom0, UINT32_MAX), -EINVAL);
    assert_int_equal(gnttab_version(dom0), 1);
    assert_int_equal(set_version(dom0, 2), 0);
    assert_int_equal(gnttab_version(dom0), 2);
    assert_int_equal(set_version(dom0, 2), 0);
    assert_int_equal(set_version(dom0, 3), -EINVAL);
    assert_int_equal(gnttab_version(dom0), 2);
    assert_int_equal(set_version(dom0, 1), 0);
    assert_int_equal(gnttab_version(dom0), 1);
    opt_gnttab_max_ver = 1;
    assert_int_equal(set_version(dom0, 2), -ENOSYS);
    assert_int_equal(set_version(dom0, 1), 0);
    opt_gnttab_max_ver = 2;
}

static void test_get_version(void **state)
{
    struct gnttab_get_version *g = mock_guest_alloc(sizeof(*g));

    g->dom = DOMID_SELF;
    assert_int_equal(call(v0, GNTTABOP_get_version, g, 1), 0);
    assert_int_equal(g->version, 1);
    assert_int_equal(set_version(domu, 2), 0);
    g->dom = domu->id;
    assert_int_equal(call(v0, GNTTABOP_get_version, g, 1), 0);
    assert_int_equal(g->version, 2);
    assert_int_equal(g->dom, domu->id);
    g->dom = 99;
    assert_int_equal(call(v0, GNTTABOP_get_version, g, 1), -ESRCH);
    g->dom = 0;
    assert_int_equal(call(domu->vcpu[0], GNTTABOP_get_version, g, 1), -EPERM);
}

static void test_status_frames(void **state)
{
    uint64_t *list = mock_guest_alloc(9 * 8);
    unsigned before = mock_free_frames;
    mfn_t m;

    assert_int_equal(status_frames(v0, DOMID_SELF, 0, list), GNTST_okay);
    assert_int_equal(status_frames(v0, DOMID_SELF, 1, list), GNTST_general_error);
    assert_int_equal(status_frames(v0, 99, 0, list), GNTST_bad_domain);
    assert_int_equal(status_frames(domu->vcpu[0], 0, 0, list), GNTST_permission_denied);
    assert_int_equal(set_version(dom0, 2), 0);
    assert_int_equal(mock_free_frames, before - 1);
    assert_int_equal(status_frames(v0, DOMID_SELF, 1, list), GNTST_okay);
    assert_int_equal(gnttab_status_frame(dom0, 0, &m), 0);
    assert_int_equal(list[0], m.v);
    assert_int_equal(frame_owner(m), 0);
    for (uint32_t k = 0; k < 512; k++)
        assert_int_equal(frame_words(m)[k], 0);
    assert_int_equal(status_frames(v0, DOMID_SELF, 2, list), GNTST_general_error);
    assert_int_equal(status_frames(v0, DOMID_SELF, UINT32_MAX, list), GNTST_general_error);
    assert_int_equal(status_frames(v0, DOMID_SELF, 1, (uint64_t *)MOCK_BAD_GVA), GNTST_bad_virt_addr);
    assert_int_equal(status_frames(v0, DOMID_SELF, 0, (uint64_t *)MOCK_BAD_GVA), GNTST_okay);
    /* One for eight of the table. */
    assert_int_equal(gnttab_grow(dom0, 8), 0);
    assert_int_equal(status_frames(v0, DOMID_SELF, 2, list), GNTST_general_error);
    assert_int_equal(gnttab_grow(dom0, 9), 0);
    assert_int_equal(status_frames(v0, DOMID_SELF, 2, list), GNTST_okay);
    assert_int_equal(list[0], m.v);
    assert_int_not_equal(list[1], m.v);
    assert_int_equal(gnttab_grow(dom0, 64), 0);
    assert_int_equal(status_frames(v0, DOMID_SELF, 8, list), GNTST_okay);
    assert_int_equal(status_frames(v0, DOMID_SELF, 9, list), GNTST_general_error);
    assert_int_equal(gnttab_status_frame(dom0, 8, &m), -EINVAL);
    assert_int_equal(mock_free_frames, before - 63 - 8);
    assert_int_equal(set_version(dom0, 1), 0);
    assert_int_equal(mock_free_frames, before - 63);
    assert_int_equal(status_frames(v0, DOMID_SELF, 1, list), GNTST_general_error);
}

/* A status frame that the guest has mapped keeps the table at version 2, whichever it is. */
static void test_status_mapped(void **state)
{
    uint64_t *list = mock_guest_alloc(2 * 8);
    fref_t mapped;

    assert_int_equal(set_version(dom0, 2), 0);
    assert_int_equal(gnttab_grow(dom0, 9), 0);
    assert_int_equal(status_frames(v0, DOMID_SELF, 2, list), GNTST_okay);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(frame_get_rw(mfn(list[i]), 0, &mapped), 0);
        assert_int_equal(set_version(dom0, 1), -EBUSY);
        frame_put(mapped);
        assert_int_equal(frame_get_ro(mfn(list[i]), 0, &mapped), 0);
        assert_int_equal(set_version(dom0, 1), -EBUSY);
        frame_put(mapped);
    }
    /* They can be mapped as before. */
    assert_int_equal(gnttab_version(dom0), 2);
    assert_int_equal(frame_get_rw(mfn(list[0]), 0, &mapped), 0);
    frame_put(mapped);
    assert_int_equal(set_version(dom0, 1), 0);
    assert_int_equal(frame_get_rw(mfn(list[0]), 0, &mapped), -EINVAL);
}

static void test_nomem(void **state)
{
    unsigned before = mock_free_frames;
    uint64_t *list = mock_guest_alloc(2 * 8);

    mock_frame_fail_in = 1;
    assert_int_equal(set_version(dom0, 2), -ENOMEM);
    assert_int_equal(gnttab_version(dom0), 1);
    assert_int_equal(mock_free_frames, before);
    assert_int_equal(set_version(dom0, 2), 0);
    assert_int_equal(gnttab_grow(dom0, 8), 0);
    mock_frame_fail_in = 1; /* the second status frame */
    assert_int_equal(gnttab_grow(dom0, 9), -ENOMEM);
    assert_int_equal(status_frames(v0, DOMID_SELF, 2, list), GNTST_general_error);
    mock_frame_fail_in = 2; /* the ninth of the table */
    assert_int_equal(gnttab_grow(dom0, 9), -ENOMEM);
    assert_int_equal(query(v0, DOMID_SELF).nr_frames, 8);
    assert_int_equal(gnttab_grow(dom0, 9), 0);
    assert_int_equal(status_frames(v0, DOMID_SELF, 2, list), GNTST_okay);
}

/* Several status frames are wanted, and the last is not to be had. */
static void test_nomem_late(void **state)
{
    assert_int_equal(gnttab_grow(dom0, 17), 0);
    mock_frame_fail_in = 3;
    assert_int_equal(set_version(dom0, 2), -ENOMEM);
    assert_int_equal(gnttab_version(dom0), 1);
    assert_int_equal(set_version(dom0, 2), 0);
    assert_int_equal(set_version(dom0, 1), 0);
}

/* Sizes: a frame has 512 grants of version 1, 256 of version 2. */
static void test_sizes(void **state)
{
    mfn_t m = mock_frame(domu);
    uint32_t h;

    grant(domu, 511, 0, m, 0);
    assert_int_equal(map(v0, domu->id, 511, VA, GNTMAP_host_map, &h), GNTST_okay);
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_okay);
    assert_int_equal(set_version(domu, 2), 0);
    assert_int_equal(query(v0, domu->id).nr_frames, 1);
    assert_int_equal(query(v0, domu->id).max_nr_frames, 64);
    assert_int_equal(map(v0, domu->id, 256, VA, GNTMAP_host_map, &h), GNTST_bad_gntref);
    assert_int_equal(map(v0, domu->id, 511, VA, GNTMAP_host_map, &h), GNTST_bad_gntref);
    grant2(domu, 255, 0, m, 0);
    assert_int_equal(map(v0, domu->id, 255, VA, GNTMAP_host_map, &h), GNTST_okay);
    assert_int_equal(*status_of(domu, 255), GTF_reading | GTF_writing);
    assert_int_equal(*status_of(domu, 254), 0);
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_okay);
    assert_int_equal(gnttab_grow(domu, 64), 0);
    grant2(domu, 16383, 0, m, 0);
    assert_int_equal(map(v0, domu->id, 16383, VA, GNTMAP_host_map, &h), GNTST_okay);
    assert_int_equal(*status_of(domu, 16383), GTF_reading | GTF_writing);
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_okay);
    assert_int_equal(map(v0, domu->id, 16384, VA, GNTMAP_host_map, &h), GNTST_bad_gntref);
    assert_int_equal(map(v0, domu->id, UINT32_MAX, VA, GNTMAP_host_map, &h), GNTST_bad_gntref);
}

/* In use: only the reserved entries may be. */
static void test_in_use(void **state)
{
    mfn_t m = mock_frame(domu);
    uint32_t h[3];

    grant(domu, 8, 0, m, 0);
    grant(domu, 7, 0, m, 0);
    assert_int_equal(map(v0, domu->id, 8, VA, GNTMAP_host_map, &h[0]), GNTST_okay);
    assert_int_equal(map(v0, domu->id, 7, VA + 4096, GNTMAP_host_map, &h[1]), GNTST_okay);
    assert_int_equal(set_version(domu, 2), -EBUSY);
    assert_int_equal(entry(domu, 8)->frame, m.v);
    assert_int_equal(unmap(v0, VA, 0, h[0]), GNTST_okay);
    assert_int_equal(set_version(domu, 2), 0);
    assert_int_equal(*status_of(domu, 7), GTF_reading | GTF_writing);
    assert_int_equal(entry2(domu, 7)->hdr.flags, GTF_permit_access);
    grant2(domu, 8, 0, m, 0);
    assert_int_equal(map(v0, domu->id, 8, VA, GNTMAP_host_map | GNTMAP_readonly, &h[0]), GNTST_okay);
    assert_int_equal(set_version(domu, 1), -EBUSY);
    assert_int_equal(unmap(v0, VA, 0, h[0]), GNTST_okay);
    /* A reserved one, mapped in one version and unmapped in the other. */
    assert_int_equal(map(v0, domu->id, 7, VA, GNTMAP_host_map | GNTMAP_readonly, &h[2]), GNTST_okay);
    assert_int_equal(unmap(v0, VA + 4096, 0, h[1]), GNTST_okay);
    assert_int_equal(*status_of(domu, 7), GTF_reading);
    assert_int_equal(set_version(domu, 1), 0);
    assert_int_equal(entry(domu, 7)->flags, GTF_permit_access | GTF_reading);
    assert_int_equal(unmap(v0, VA, 0, h[2]), GNTST_okay);
    assert_int_equal(entry(domu, 7)->flags, GTF_permit_access);
    assert_int_equal(mock_refs_rw(m) + mock_refs_ro(m), 0);
    assert_int_equal(gnttab_domain_pins(domu), 0);
}

/* What is in use for a copy is no whole page in version 1 either, as long as it is in use. */
static void test_kind_kept(void **state)
{
    mfn_t m = mock_frame(domu);
    struct pin pin = { .ref = FREF_NONE }, again = { .ref = FREF_NONE };

    for (int transitive = 0; transitive < 2; transitive++) {
        assert_int_equal(set_version(domu, 2), 0);
        if (transitive)
            grant2_transitive(domu, 1, 0, domx->id, 9, 0);
        else
            grant2_part(domu, 1, 0, m, 0, 1, 0);
        assert_int_equal(gnttab_pin(domu, 1, 0, PIN_TRANSIT, 1, &pin), GNTST_okay);
        assert_int_equal(pin.kind, transitive ? GRANT_TRANSITIVE : GRANT_PART);
        grant2(domu, 1, 0, m, 0);
        assert_int_equal(set_version(domu, 1), 0);
        assert_int_equal(gnttab_pin(domu, 1, 0, 0, 1, &again), GNTST_general_error);
        assert_int_equal(gnttab_pin(domu, 1, 0, PIN_MAP | PIN_WRITE, 1, &again), GNTST_general_error);
        assert_int_equal(entry(domu, 1)->flags, GTF_permit_access | GTF_reading);
        assert_int_equal(fref_is_none(again.ref), true);
        if (!transitive)
            frame_put(fref_take(pin.ref));
        gnttab_unpin(domu, 1, 0, false, 1);
        assert_int_equal(entry(domu, 1)->flags, GTF_permit_access);
        assert_int_equal(gnttab_pin(domu, 1, 0, PIN_MAP | PIN_WRITE, 1, &again), GNTST_okay);
        frame_put(fref_take(again.ref));
        gnttab_unpin(domu, 1, 0, true, 1);
        assert_int_equal(mock_refs_rw(m) + mock_refs_ro(m), 0);
        assert_int_equal(gnttab_domain_pins(domu), 0);
    }
}

/* What is kept of the reserved entries, and that nothing else is. */
static void test_kept(void **state)
{
    mfn_t m = mock_frame(domu);

    grant(domu, 0, 5, m, GTF_readonly);
    grant(domu, 1, 6, mfn(0xfffffff0), GTF_sub_page);
    *entry(domu, 2) = (struct grant_entry_v1){ .flags = GTF_accept_transfer, .domid = 3, .frame = 77 };
    *entry(domu, 3) = (struct grant_entry_v1){ .flags = 0xff00 | GTF_transitive, .domid = 4, .frame = 78 };
    grant(domu, 8, 0, m, 0);
    assert_int_equal(set_version(domu, 2), 0);
    assert_int_equal(entry2(domu, 0)->hdr.flags, GTF_permit_access | GTF_readonly);
    assert_int_equal(entry2(domu, 0)->hdr.domid, 5);
    assert_int_equal(entry2(domu, 0)->full_page.frame, m.v);
    assert_int_equal(entry2(domu, 0)->full_page.pad0, 0);
    assert_int_equal(entry2(domu, 1)->hdr.flags, GTF_permit_access | GTF_sub_page);
    assert_int_equal(entry2(domu, 1)->full_page.frame, 0xfffffff0);
    assert_int_equal(entry2(domu, 2)->hdr.flags, GTF_accept_transfer);
    assert_int_equal(entry2(domu, 3)->hdr.flags, 0xff00 | GTF_transitive);
    for (uint32_t ref = 4; ref < 256; ref++)
        for (int k = 0; k < 4; k++)
            assert_int_equal(entry2(domu, ref)->__spacer[k], 0);
    assert_int_equal(*status_of(domu, 0), 0);
    /* Back: no room for a transitive one, nor for a frame of more than 32 bits. */
    assert_int_equal(set_version(domu, 1), -ERANGE);
    assert_int_equal(entry2(domu, 0)->full_page.frame, m.v);
    entry2(domu, 3)->hdr.flags = GTF_permit_access;
    entry2(domu, 3)->full_page.frame = 1UL << 32;
    assert_int_equal(set_version(domu, 1), -ERANGE);
    assert_int_equal(gnttab_version(domu), 2);
    entry2(domu, 3)->hdr.flags = GTF_invalid | GTF_readonly;
    grant2(domu, 200, 0, m, 0);
    assert_int_equal(set_version(domu, 1), 0);
    assert_int_equal(entry(domu, 0)->flags, GTF_permit_access | GTF_readonly);
    assert_int_equal(entry(domu, 0)->domid, 5);
    assert_int_equal(entry(domu, 0)->frame, m.v);
    assert_int_equal(entry(domu, 1)->flags, GTF_permit_access | GTF_sub_page);
    for (uint32_t ref = 2; ref < 512; ref++)
        assert_int_equal(*(uint64_t *)(void *)entry(domu, ref), 0);
}

int run_version(void)
{
    const struct CMUnitTest tests[] = {
        T(set_version), T(get_version), T(status_frames), T(status_mapped), T(nomem), T(nomem_late), T(sizes), T(in_use),
        T(kind_kept), T(kept),
    };

    return cmocka_run_group_tests_name("version", tests, NULL, NULL);
}
