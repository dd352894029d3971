/* SPDX-License-Identifier: MIT */
/* Grants of version 2: pages, parts of pages, transitive ones. */
#include "tests/unit/gnttab/gnttab_test.h"

#define BUSY (GTF_reading | GTF_writing)

static void test_map_v2(void **state)
{
    mfn_t m = mock_frame(domu);
    uint32_t h, h2;

    assert_int_equal(set_version(domu, 2), 0);
    grant2(domu, 9, 0, m, 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map | GNTMAP_readonly, &h), GNTST_okay);
    assert_int_equal(*status_of(domu, 9), GTF_reading);
    assert_int_equal(map(v0, domu->id, 9, VA + 4096, GNTMAP_host_map, &h2), GNTST_okay);
    assert_int_equal(*status_of(domu, 9), BUSY);
    assert_int_equal(*status_of(domu, 8), 0);
    assert_int_equal(*status_of(domu, 10), 0);
    assert_int_equal(entry2(domu, 9)->hdr.flags, GTF_permit_access);
    assert_int_equal(mock_refs_rw(m), 1);
    assert_int_equal(mock_refs_ro(m), 2);
    assert_int_equal(unmap(v0, VA + 4096, 0, h2), GNTST_okay);
    assert_int_equal(*status_of(domu, 9), GTF_reading);
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_okay);
    assert_int_equal(*status_of(domu, 9), 0);
    assert_int_equal(mock_refs_rw(m) + mock_refs_ro(m), 0);
    assert_int_equal(gnttab_domain_pins(domu), 0);
}

static void test_map_v2_errors(void **state)
{
    mfn_t m = mock_frame(domu), foreign = mock_frame(domx);
    uint32_t h;

    assert_int_equal(set_version(domu, 2), 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_general_error); /* not given */
    grant2(domu, 9, 8, m, 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_general_error); /* to another */
    grant2(domu, 9, 0, m, GTF_readonly);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_general_error);
    entry2(domu, 9)->hdr.flags = GTF_accept_transfer;
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_general_error);
    grant2_part(domu, 9, 0, m, 0, 4096, 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_general_error);
    grant2_transitive(domu, 9, 0, domx->id, 1, 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_general_error);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map | GNTMAP_readonly, &h), GNTST_general_error);
    assert_int_equal(*status_of(domu, 9), 0);
    grant2(domu, 9, 0, foreign, 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_bad_page);
    grant2(domu, 9, 0, mfn(m.v | 1UL << 32), 0); /* more than the low half counts */
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_bad_page);
    grant2(domu, 9, 0, mfn(UINT64_MAX), 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_bad_page);
    assert_int_equal(*status_of(domu, 9), 0);
    grant2(domu, 9, 0, m, 0);
    assert_int_equal(map(v0, domu->id, 9, VA + 1, GNTMAP_host_map, &h), GNTST_general_error);
    assert_int_equal(*status_of(domu, 9), 0);
    assert_int_equal(gnttab_domain_pins(domu), 0);
    assert_int_equal(mock_refs_rw(m) + mock_refs_ro(m), 0);
}

/* The granter breaks the protocol: what is in use is not what the entry says now. */
static void test_changed_in_use(void **state)
{
    mfn_t m = mock_frame(domu), other = mock_frame(domu), own = mock_frame(dom0);
    struct gnttab_copy c = { .source.u.ref = 9, .source.domid = domu->id, .dest.u.gmfn = own.v,
                             .dest.domid = DOMID_SELF, .len = 64, .flags = GNTCOPY_source_gref };
    uint32_t h, h2;

    assert_int_equal(set_version(domu, 2), 0);
    fill(m, 1);
    grant2(domu, 9, 0, m, 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map | GNTMAP_readonly, &h), GNTST_okay);
    grant2_part(domu, 9, 0, other, 0, 1, 0);
    *status_of(domu, 9) = 0xffff;
    assert_int_equal(map(v0, domu->id, 9, VA + 4096, GNTMAP_host_map, &h2), GNTST_general_error);
    assert_int_equal(copy(v0, c), GNTST_okay); /* the page that is in use, all of it */
    assert_memory_equal(frame_bytes(own), frame_bytes(m), 64);
    grant2_transitive(domu, 9, 0, domx->id, 1, 0);
    assert_int_equal(copy(v0, c), GNTST_okay);
    assert_int_equal(map(v0, domu->id, 9, VA + 4096, GNTMAP_host_map | GNTMAP_readonly, &h2), GNTST_okay);
    assert_int_equal(fref_mfn(mock_pte_at(VA + 4096)->ref).v, m.v);
    assert_int_equal(unmap(v0, VA + 4096, 0, h2), GNTST_okay);
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_okay);
    assert_int_equal(*status_of(domu, 9) & BUSY, 0);
    assert_int_equal(mock_refs_rw(m) + mock_refs_ro(m) + mock_refs_rw(other) + mock_refs_ro(other), 0);
}

static struct gnttab_copy from_grant(domid_t dom, uint32_t ref, uint16_t offset, uint16_t len, mfn_t to)
{
    return (struct gnttab_copy){ .source.u.ref = ref, .source.domid = dom, .source.offset = offset,
                                 .dest.u.gmfn = to.v, .dest.domid = DOMID_SELF, .len = len,
                                 .flags = GNTCOPY_source_gref };
}

static struct gnttab_copy to_grant(mfn_t from, domid_t dom, uint32_t ref, uint16_t offset, uint16_t len)
{
    return (struct gnttab_copy){ .source.u.gmfn = from.v, .source.domid = DOMID_SELF, .dest.u.ref = ref,
                                 .dest.domid = dom, .dest.offset = offset, .len = len, .flags = GNTCOPY_dest_gref };
}

static void test_copy_page(void **state)
{
    mfn_t m = mock_frame(domu), own = mock_frame(dom0);

    assert_int_equal(set_version(domu, 2), 0);
    fill(m, 3);
    grant2(domu, 9, 0, m, GTF_readonly);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 0, 4096, own)), GNTST_okay);
    assert_memory_equal(frame_bytes(m), frame_bytes(own), 4096);
    assert_int_equal(copy(v0, to_grant(own, domu->id, 9, 0, 1)), GNTST_general_error);
    assert_int_equal(copy(v0, from_grant(domu->id, 256, 0, 1, own)), GNTST_bad_gntref);
    assert_int_equal(copy(domx->vcpu[0], from_grant(domu->id, 9, 0, 1, mock_frame(domx))), GNTST_general_error);
    assert_int_equal(*status_of(domu, 9), 0);
    assert_int_equal(mock_refs_rw(m) + mock_refs_ro(m), 0);
}

static void test_copy_part(void **state)
{
    mfn_t m = mock_frame(domu), own = mock_frame(dom0);
    struct gnttab_copy c;

    assert_int_equal(set_version(domu, 2), 0);
    fill(m, 3);
    grant2_part(domu, 9, 0, m, 100, 50, 0);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 100, 50, own)), GNTST_okay);
    assert_memory_equal(&frame_bytes(m)[100], frame_bytes(own), 50);
    assert_int_equal(frame_bytes(own)[50], 0);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 99, 1, own)), GNTST_general_error);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 100, 51, own)), GNTST_general_error);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 149, 2, own)), GNTST_general_error);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 150, 0, own)), GNTST_okay);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 151, 0, own)), GNTST_general_error);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 0, 0, own)), GNTST_general_error);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 4095, 2, own)), GNTST_bad_copy_arg);
    assert_int_equal(copy(v0, to_grant(own, domu->id, 9, 149, 1)), GNTST_okay);
    assert_int_equal(frame_bytes(m)[149], frame_bytes(own)[0]);
    assert_int_equal(copy(v0, to_grant(own, domu->id, 9, 149, 2)), GNTST_general_error);
    assert_int_equal(copy(v0, to_grant(own, domu->id, 9, 0, 1)), GNTST_general_error);
    /* The guest's numbers may be nonsense. */
    grant2_part(domu, 9, 0, m, 4090, 100, GTF_readonly);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 4090, 6, own)), GNTST_okay);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 4090, 7, own)), GNTST_bad_copy_arg);
    assert_int_equal(copy(v0, to_grant(own, domu->id, 9, 4090, 1)), GNTST_general_error);
    grant2_part(domu, 9, 0, m, 65535, 65535, 0);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 0, 1, own)), GNTST_general_error);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 65535, 1, own)), GNTST_bad_copy_arg);
    /* Within itself: in use for reading when it is asked for writing. */
    grant2_part(domu, 9, 0, m, 100, 50, 0);
    fill(m, 7);
    c = from_grant(domu->id, 9, 100, 40, own);
    c.dest.u.ref = 9, c.dest.domid = domu->id, c.dest.offset = 110, c.flags |= GNTCOPY_dest_gref;
    assert_int_equal(copy(v0, c), GNTST_okay);
    for (uint32_t i = 0; i < 40; i++)
        assert_int_equal(frame_bytes(m)[110 + i], (uint8_t)(7 + (100 + i) * 7));
    c.dest.offset = 111;
    assert_int_equal(copy(v0, c), GNTST_general_error);
    assert_int_equal(*status_of(domu, 9), 0);
    assert_int_equal(gnttab_domain_pins(domu), 0);
    assert_int_equal(mock_refs_rw(m) + mock_refs_ro(m), 0);
}

/* dom0 uses domu's grant 9, which leads to domx's grant 4 for domu. */
static void test_transitive(void **state)
{
    mfn_t m = mock_frame(domx), own = mock_frame(dom0);

    assert_int_equal(set_version(domu, 2), 0);
    fill(m, 3);
    grant(domx, 4, domu->id, m, 0); /* of version 1 */
    grant2_transitive(domu, 9, 0, domx->id, 4, 0);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 5, 64, own)), GNTST_okay);
    assert_memory_equal(frame_bytes(own), &frame_bytes(m)[5], 64);
    frame_bytes(own)[0] = 77;
    assert_int_equal(copy(v0, to_grant(own, domu->id, 9, 9, 1)), GNTST_okay);
    assert_int_equal(frame_bytes(m)[9], 77);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 4095, 2, own)), GNTST_bad_copy_arg);
    assert_int_equal(entry(domx, 4)->flags, GTF_permit_access);
    assert_int_equal(*status_of(domu, 9), 0);
    /* Read-only at either step. */
    grant2_transitive(domu, 9, 0, domx->id, 4, GTF_readonly);
    assert_int_equal(copy(v0, to_grant(own, domu->id, 9, 0, 1)), GNTST_general_error);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 0, 1, own)), GNTST_okay);
    grant2_transitive(domu, 9, 0, domx->id, 4, 0);
    grant(domx, 4, domu->id, m, GTF_readonly);
    assert_int_equal(copy(v0, to_grant(own, domu->id, 9, 0, 1)), GNTST_general_error);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 0, 1, own)), GNTST_okay);
    /* Not dom0's to use directly; nor domu's for another user. */
    assert_int_equal(copy(v0, from_grant(domx->id, 4, 0, 1, own)), GNTST_general_error);
    assert_int_equal(copy(domx->vcpu[0], from_grant(domu->id, 9, 0, 1, m)), GNTST_general_error);
    /* To a part. */
    assert_int_equal(set_version(domx, 2), 0);
    grant2_part(domx, 9, domu->id, m, 8, 8, 0);
    grant2_transitive(domu, 9, 0, domx->id, 9, 0);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 8, 8, own)), GNTST_okay);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 8, 9, own)), GNTST_general_error);
    /* Back to the user itself. */
    grant(dom0, 3, domu->id, own, 0);
    grant2_transitive(domu, 9, 0, 0, 3, 0);
    assert_int_equal(copy(v0, to_grant(own, domu->id, 9, 100, 10)), GNTST_okay);
    assert_int_equal(gnttab_domain_pins(domu) + gnttab_domain_pins(domx) + gnttab_domain_pins(dom0), 0);
    assert_int_equal(mock_refs_rw(m) + mock_refs_ro(m) + mock_refs_rw(own) + mock_refs_ro(own), 0);
}

/* Both ends of one copy, through one transitive grant. */
static void test_transitive_both(void **state)
{
    mfn_t m = mock_frame(domx);
    struct gnttab_copy c = { .source.u.ref = 9, .source.domid = domu->id, .dest.u.ref = 9, .dest.domid = domu->id,
                             .dest.offset = 1000, .len = 100, .flags = GNTCOPY_source_gref | GNTCOPY_dest_gref };

    assert_int_equal(set_version(domu, 2), 0);
    fill(m, 3);
    grant(domx, 4, domu->id, m, 0);
    grant2_transitive(domu, 9, 0, domx->id, 4, 0);
    assert_int_equal(copy(v0, c), GNTST_okay);
    assert_memory_equal(&frame_bytes(m)[1000], frame_bytes(m), 100);
    assert_int_equal(*status_of(domu, 9), 0);
    assert_int_equal(entry(domx, 4)->flags, GTF_permit_access);
    assert_int_equal(gnttab_domain_pins(domu) + gnttab_domain_pins(domx), 0);
}

static void test_transitive_errors(void **state)
{
    mfn_t m = mock_frame(domx), own = mock_frame(dom0);
    static const domid_t nowhere[] = { 99, DOMID_SELF, DOMID_IO, DOMID_XEN, DOMID_INVALID, 0x7fff, 0xffff };

    assert_int_equal(set_version(domu, 2), 0);
    for (unsigned i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
        grant2_transitive(domu, 9, 0, nowhere[i], 4, 0);
        assert_int_equal(copy(v0, from_grant(domu->id, 9, 0, 1, own)), GNTST_general_error);
    }
    grant2_transitive(domu, 9, 0, domu->id, 10, 0); /* its own */
    grant2(domu, 10, domu->id, mock_frame(domu), 0);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 0, 1, own)), GNTST_general_error);
    grant2_transitive(domu, 9, 0, domu->id, 9, 0); /* itself */
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 0, 1, own)), GNTST_general_error);
    grant2_transitive(domu, 9, 0, domx->id, 1000, 0);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 0, 1, own)), GNTST_bad_gntref);
    grant2_transitive(domu, 9, 0, domx->id, 4, 0); /* not given */
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 0, 1, own)), GNTST_general_error);
    grant(domx, 4, domu->id, mock_frame(dom0), 0); /* not domx's page */
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 0, 1, own)), GNTST_bad_page);
    /* Two steps, and a circle. */
    assert_int_equal(set_version(domx, 2), 0);
    grant(dom0, 3, domx->id, own, 0);
    grant2_transitive(domx, 9, domu->id, 0, 3, 0);
    grant2_transitive(domu, 9, 0, domx->id, 9, 0);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 0, 1, own)), GNTST_general_error);
    grant2_transitive(domx, 9, domu->id, domu->id, 9, 0);
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 0, 1, own)), GNTST_general_error);
    /* The command line forbids them; the others stay. */
    grant2(domx, 9, domu->id, m, 0);
    opt_gnttab_transitive = false;
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 0, 1, own)), GNTST_general_error);
    grant2(domu, 10, 0, mock_frame(domu), 0);
    assert_int_equal(copy(v0, from_grant(domu->id, 10, 0, 1, own)), GNTST_okay);
    opt_gnttab_transitive = true;
    assert_int_equal(copy(v0, from_grant(domu->id, 9, 0, 1, own)), GNTST_okay);
    /* In version 1 the type means nothing. */
    entry(dom0, 20)->domid = 8;
    entry(dom0, 20)->flags = GTF_transitive;
    assert_int_equal(copy(domx->vcpu[0], from_grant(0, 20, 0, 1, m)), GNTST_general_error);
    assert_int_equal(*status_of(domu, 9), 0);
    assert_int_equal(*status_of(domx, 9), 0);
    assert_int_equal(gnttab_domain_pins(domu) + gnttab_domain_pins(domx) + gnttab_domain_pins(dom0), 0);
    assert_int_equal(mock_refs_rw(own) + mock_refs_ro(own) + mock_refs_rw(m) + mock_refs_ro(m), 0);
}

static void test_swap_v2(void **state)
{
    mfn_t a = mock_frame(domu);
    struct vcpu *v = domu->vcpu[0];
    uint32_t h;

    assert_int_equal(set_version(domu, 2), 0);
    grant2_part(domu, 10, 0, a, 1, 2, GTF_readonly);
    grant2_transitive(domu, 11, 8, domx->id, 4, 0);
    assert_int_equal(swap(v, 10, 11), GNTST_okay);
    assert_int_equal(entry2(domu, 10)->hdr.flags, GTF_transitive);
    assert_int_equal(entry2(domu, 10)->transitive.trans_domid, domx->id);
    assert_int_equal(entry2(domu, 10)->transitive.gref, 4);
    assert_int_equal(entry2(domu, 11)->hdr.flags, GTF_permit_access | GTF_sub_page | GTF_readonly);
    assert_int_equal(entry2(domu, 11)->sub_page.page_off, 1);
    assert_int_equal(entry2(domu, 11)->sub_page.length, 2);
    assert_int_equal(entry2(domu, 11)->sub_page.frame, a.v);
    assert_int_equal(swap(v, 10, 255), GNTST_okay);
    assert_int_equal(entry2(domu, 255)->hdr.flags, GTF_transitive);
    assert_int_equal(swap(v, 10, 256), GNTST_bad_gntref);
    assert_int_equal(swap(v, 256, 10), GNTST_bad_gntref);
    grant2(domu, 12, 0, a, 0);
    assert_int_equal(map(v0, domu->id, 12, VA, GNTMAP_host_map, &h), GNTST_okay);
    assert_int_equal(swap(v, 12, 10), GNTST_eagain);
    assert_int_equal(swap(v, 10, 12), GNTST_eagain);
    assert_int_equal(swap(v, 12, 12), GNTST_okay);
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_okay);
}

int run_v2(void)
{
    const struct CMUnitTest tests[] = {
        T(map_v2),          T(map_v2_errors),       T(changed_in_use), T(copy_page), T(copy_part), T(transitive),
        T(transitive_both), T(transitive_errors),   T(swap_v2),
    };

    return cmocka_run_group_tests_name("v2", tests, NULL, NULL);
}
