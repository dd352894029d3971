/* SPDX-License-Identifier: MIT */
/* Mapping and unmapping, version 1. */
#include "tests/unit/gnttab/gnttab_test.h"

static void test_map_unmap(void **state)
{
    mfn_t m = mock_frame(domu);
    struct gnttab_map_grant_ref g;
    struct mock_pte *pte;

    grant(domu, 9, 0, m, 0);
    g = map_full(v0, domu->id, 9, VA, GNTMAP_host_map | 3U << _GNTMAP_guest_avail0);
    assert_int_equal(g.status, GNTST_okay);
    assert_int_equal(g.dev_bus_addr, m.v << 12);
    pte = mock_pte_at(VA);
    assert_non_null(pte);
    assert_int_equal(fref_mfn(pte->ref).v, m.v);
    assert_false(pte->readonly);
    assert_int_equal(pte->avail, 3U << 9);
    assert_int_equal(mock_refs_rw(m), 1);
    assert_int_equal(mock_refs_ro(m), 1);
    assert_int_equal(entry(domu, 9)->flags, GTF_permit_access | GTF_reading | GTF_writing);
    assert_int_equal(gnttab_domain_pins(domu), 1);
    assert_int_equal(unmap(v0, VA, 0, g.handle), GNTST_okay);
    assert_null(mock_pte_at(VA));
    assert_int_equal(entry(domu, 9)->flags, GTF_permit_access);
    assert_int_equal(mock_refs_rw(m), 0);
    assert_int_equal(mock_refs_ro(m), 0);
    assert_int_equal(gnttab_domain_pins(domu), 0);
    assert_int_equal(unmap(v0, VA, 0, g.handle), GNTST_bad_handle);
}

static void test_map_self(void **state)
{
    mfn_t m = mock_frame(dom0);
    uint32_t h;

    grant(dom0, 8, 0, m, 0);
    assert_int_equal(map(v0, 0, 8, VA, GNTMAP_host_map, &h), GNTST_okay);
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_okay);
    assert_int_equal(map(v0, DOMID_SELF, 8, VA, GNTMAP_host_map, &h), GNTST_bad_domain); /* as Xen */
}

static void test_map_readonly(void **state)
{
    mfn_t m = mock_frame(domu);
    uint32_t h1, h2, h3;

    grant(domu, 9, 0, m, GTF_readonly);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h1), GNTST_general_error);
    assert_int_equal(entry(domu, 9)->flags, GTF_permit_access | GTF_readonly);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map | GNTMAP_readonly, &h1), GNTST_okay);
    assert_true(mock_pte_at(VA)->readonly);
    assert_int_equal(entry(domu, 9)->flags, GTF_permit_access | GTF_readonly | GTF_reading);
    assert_int_equal(mock_refs_rw(m), 0);
    assert_int_equal(mock_refs_ro(m), 2);
    /* A second use for writing asks the entry again. */
    assert_int_equal(map(v0, domu->id, 9, VA + 4096, GNTMAP_host_map, &h2), GNTST_general_error);
    entry(domu, 9)->flags &= (uint16_t)~GTF_readonly;
    assert_int_equal(map(v0, domu->id, 9, VA + 4096, GNTMAP_host_map, &h2), GNTST_okay);
    assert_int_equal(entry(domu, 9)->flags, GTF_permit_access | GTF_reading | GTF_writing);
    assert_int_equal(map(v0, domu->id, 9, VA + 8192, GNTMAP_host_map, &h3), GNTST_okay);
    assert_int_equal(unmap(v0, VA + 4096, 0, h2), GNTST_okay);
    assert_int_equal(entry(domu, 9)->flags, GTF_permit_access | GTF_reading | GTF_writing);
    assert_int_equal(unmap(v0, VA + 8192, 0, h3), GNTST_okay);
    assert_int_equal(entry(domu, 9)->flags, GTF_permit_access | GTF_reading);
    assert_int_equal(unmap(v0, VA, 0, h1), GNTST_okay);
    assert_int_equal(entry(domu, 9)->flags, GTF_permit_access);
    assert_int_equal(mock_refs_ro(m), 0);
}

static void test_map_errors(void **state)
{
    mfn_t m = mock_frame(domu), foreign = mock_frame(domx);
    fref_t table;
    uint32_t h;

    grant(domu, 9, 0, m, 0);
    assert_int_equal(map(v0, domu->id, 9, VA, 0, &h), GNTST_bad_gntref);
    assert_int_equal(map(v0, 99, 9, VA, GNTMAP_host_map, &h), GNTST_bad_domain);
    assert_int_equal(map(v0, domu->id, 512, VA, GNTMAP_host_map, &h), GNTST_bad_gntref);
    assert_int_equal(map(v0, domu->id, 32768, VA, GNTMAP_host_map, &h), GNTST_bad_gntref);
    assert_int_equal(map(v0, domu->id, UINT32_MAX, VA, GNTMAP_host_map, &h), GNTST_bad_gntref);
    assert_int_equal(map(v0, domu->id, 10, VA, GNTMAP_host_map, &h), GNTST_general_error); /* invalid */
    assert_int_equal(map(domx->vcpu[0], domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_general_error);
    entry(domu, 9)->flags = GTF_accept_transfer;
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_general_error);
    entry(domu, 9)->flags = GTF_permit_access | GTF_sub_page;
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_general_error);
    /* A frame that is not the granter's, or not RAM. */
    grant(domu, 9, 0, foreign, 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_bad_page);
    assert_int_equal(entry(domu, 9)->flags, GTF_permit_access);
    grant(domu, 9, 0, mfn(0xfffffff0), 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_bad_page);
    /* A page table may be mapped read-only, not writable. */
    grant(domu, 9, 0, m, 0);
    assert_int_equal(frame_get_table(m, domu->id, KIND_L1, &table), FRAME_BUILD);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_general_error);
    assert_int_equal(entry(domu, 9)->flags, GTF_permit_access);
    assert_int_equal(mock_refs_ro(m), 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map | GNTMAP_readonly, &h), GNTST_okay);
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_okay);
    frame_table_reset(m);
    /* Where it cannot be put. */
    assert_int_equal(map(v0, domu->id, 9, VA + 1, GNTMAP_host_map, &h), GNTST_general_error);
    assert_int_equal(map(v0, domu->id, 9, 0, GNTMAP_host_map | GNTMAP_device_map, &h), GNTST_general_error);
    assert_int_equal(entry(domu, 9)->flags, GTF_permit_access);
    assert_int_equal(mock_refs_rw(m), 0);
    assert_int_equal(mock_refs_ro(m), 0);
    assert_int_equal(gnttab_domain_pins(domu), 0);
    /* None of these kept its handle. */
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_okay);
    assert_int_equal(h, 0);
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_okay);
}

static void test_map_other_user(void **state)
{
    mfn_t m = mock_frame(domu);
    uint32_t h, h2;

    grant(domu, 9, 0, m, 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_okay);
    /* The granter breaks the protocol: redirects a grant in use. */
    entry(domu, 9)->domid = domx->id;
    entry(domu, 9)->frame = (uint32_t)mock_frame(domu).v;
    assert_int_equal(map(domx->vcpu[0], domu->id, 9, VA + 4096, GNTMAP_host_map, &h2),
                     GNTST_general_error);
    assert_int_equal(unmap(domx->vcpu[0], VA, 0, h), GNTST_bad_handle);
    assert_int_equal(map(v0, domu->id, 9, VA + 4096, GNTMAP_host_map, &h2), GNTST_okay);
    assert_int_equal(fref_mfn(mock_pte_at(VA + 4096)->ref).v, m.v);
    assert_int_equal(unmap(v0, VA + 4096, 0, h2), GNTST_okay);
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_okay);
    assert_int_equal(mock_refs_rw(m), 0);
}

static void test_device_map(void **state)
{
    mfn_t m = mock_frame(domu);
    uint32_t h;

    grant(domu, 9, 0, m, 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map | GNTMAP_device_map, &h), GNTST_okay);
    assert_int_equal(mock_refs_rw(m), 2);
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_okay); /* the device mapping stays */
    assert_int_equal(mock_refs_rw(m), 1);
    assert_int_equal(entry(domu, 9)->flags, GTF_permit_access | GTF_reading | GTF_writing);
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_okay); /* nothing left to do there */
    assert_int_equal(unmap(v0, 0, (m.v << 12) + 4096, h), GNTST_general_error);
    assert_int_equal(unmap(v0, 0, 0, h), GNTST_okay);
    assert_int_equal(unmap(v0, 0, m.v << 12, h), GNTST_okay);
    assert_int_equal(mock_refs_rw(m), 0);
    assert_int_equal(entry(domu, 9)->flags, GTF_permit_access);
    assert_int_equal(unmap(v0, 0, m.v << 12, h), GNTST_bad_handle);
    /* Both at once; device alone, read-only. */
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map | GNTMAP_device_map, &h), GNTST_okay);
    assert_int_equal(unmap(v0, VA, m.v << 12, h), GNTST_okay);
    assert_int_equal(map(v0, domu->id, 9, 0, GNTMAP_device_map | GNTMAP_readonly, &h), GNTST_okay);
    assert_int_equal(mock_refs_ro(m), 2);
    assert_int_equal(unmap(v0, 0, m.v << 12, h), GNTST_okay);
    assert_int_equal(mock_refs_ro(m), 0);
}

static void test_contains_pte(void **state)
{
    mfn_t m = mock_frame(domu);
    uint32_t h;
    struct gnttab_unmap_and_replace *r = mock_guest_alloc(sizeof(*r));

    grant(domu, 9, 0, m, 0);
    assert_int_equal(map(v0, domu->id, 9, VA + 8, GNTMAP_host_map | GNTMAP_contains_pte |
                         GNTMAP_application_map, &h), GNTST_okay);
    assert_true(mock_pte_at(VA + 8)->contains_pte);
    *r = (struct gnttab_unmap_and_replace){ .host_addr = VA + 8, .new_addr = VA, .handle = h };
    assert_int_equal(call(v0, GNTTABOP_unmap_and_replace, r, 1), 0);
    assert_int_equal(r->status, GNTST_general_error);
    assert_int_equal(unmap(v0, VA + 8, 0, h), GNTST_okay);
}

static void test_unmap_and_replace(void **state)
{
    mfn_t m = mock_frame(domu), own = mock_frame(dom0);
    struct gnttab_unmap_and_replace *r = mock_guest_alloc(sizeof(*r));
    fref_t ref;
    uint32_t h;

    assert_int_equal(frame_get_rw(own, 0, &ref), 0);
    assert_int_equal(pvmmu_grant_map(v0, VA + 4096, false, false, 0, ref), 0);
    grant(domu, 9, 0, m, 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_okay);
    *r = (struct gnttab_unmap_and_replace){ .host_addr = VA, .new_addr = VA + 8192, .handle = h };
    assert_int_equal(call(v0, GNTTABOP_unmap_and_replace, r, 1), 0);
    assert_int_equal(r->status, GNTST_general_error);
    r->new_addr = VA + 4096;
    assert_int_equal(call(v0, GNTTABOP_unmap_and_replace, r, 1), 0);
    assert_int_equal(r->status, GNTST_okay);
    assert_int_equal(fref_mfn(mock_pte_at(VA)->ref).v, own.v);
    assert_null(mock_pte_at(VA + 4096));
    assert_int_equal(mock_refs_rw(m), 0);
}

static void test_unmap_errors(void **state)
{
    mfn_t m = mock_frame(domu);
    uint32_t h;

    assert_int_equal(unmap(v0, VA, 0, 0), GNTST_bad_handle);
    assert_int_equal(unmap(v0, VA, 0, 65536), GNTST_bad_handle);
    assert_int_equal(unmap(v0, VA, 0, UINT32_MAX), GNTST_bad_handle);
    grant(domu, 9, 0, m, 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_okay);
    assert_int_equal(unmap(v0, VA, 0, h + 1), GNTST_bad_handle);
    assert_int_equal(unmap(v0, VA + 4096, 0, h), GNTST_general_error); /* not mapped there */
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_okay);                 /* and still possible */
    /* The granting domain is gone without leave: an error, and no more. */
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_okay);
    domu->id = 70;
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_general_error);
    domu->id = 7;
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_okay);
}

static void test_handles(void **state)
{
    mfn_t m = mock_frame(domu);
    uint32_t h[600], again;

    grant(domu, 9, 0, m, 0);
    assert_int_equal(gnttab_set_limits(dom0, 0, 2), 0);
    for (uint32_t i = 0; i < 512; i++) {
        assert_int_equal(map(v0, domu->id, 9, VA + i * 4096, GNTMAP_host_map, &h[i]), GNTST_okay);
        for (uint32_t k = 0; k < i; k++)
            assert_int_not_equal(h[i], h[k]);
    }
    assert_int_equal(mock_refs_rw(m), 512);
    assert_int_equal(map(v0, domu->id, 9, VA + 512 * 4096, GNTMAP_host_map, &again), GNTST_no_space);
    assert_int_equal(unmap(v0, VA + 100 * 4096, 0, h[100]), GNTST_okay);
    assert_int_equal(map(v0, domu->id, 9, VA + 512 * 4096, GNTMAP_host_map, &again), GNTST_okay);
    assert_int_equal(again, h[100]);
    /* The rest is left to the destruction of dom0, in teardown. */
}

/* Each vcpu has handles of its own, a chunk at least; when there may be no more it takes the others'. */
static void test_handles_of_vcpus(void **state)
{
    mfn_t m = mock_frame(domu);
    struct vcpu *v1 = dom0->vcpu[1];
    uint32_t a, b, n, h[512];

    grant(domu, 9, 0, m, 0);
    assert_int_equal(gnttab_set_limits(dom0, 0, 2), 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &a), GNTST_okay);
    assert_int_equal(map(v1, domu->id, 9, VA + 4096, GNTMAP_host_map, &b), GNTST_okay);
    assert_int_not_equal(a / TRACK_CHUNK, b / TRACK_CHUNK);
    /* All that is left goes to one. */
    for (n = 0; n < 510; n++)
        assert_int_equal(map(v1, domu->id, 9, VA + (2 + n) * 4096, GNTMAP_host_map, &h[n]), GNTST_okay);
    assert_int_equal(map(v1, domu->id, 9, VA + 600 * 4096, GNTMAP_host_map, &h[n]), GNTST_no_space);
    /* What one vcpu ends another may have. */
    assert_int_equal(unmap(v0, VA + 4096, 0, b), GNTST_okay);
    assert_int_equal(map(v1, domu->id, 9, VA + 4096, GNTMAP_host_map, &h[n]), GNTST_okay);
    assert_int_equal(h[n], b);
    assert_int_equal(gnttab_set_limits(dom0, 0, 1), -EINVAL); /* there are two chunks */
}

/* No memory for a list of a vcpu's own: vcpu 0's serves. */
static void test_handles_nomem(void **state)
{
    mfn_t m = mock_frame(domu);
    uint32_t a, b;

    grant(domu, 9, 0, m, 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &a), GNTST_okay);
    mock_pool_fail_in = 1;
    assert_int_equal(map(dom0->vcpu[1], domu->id, 9, VA + 4096, GNTMAP_host_map, &b), GNTST_okay);
    assert_int_equal(a / TRACK_CHUNK, b / TRACK_CHUNK);
    /* None for a chunk. */
    mock_pool_fail_in = 2;
    assert_int_equal(map(dom0->vcpu[1], domu->id, 9, VA + 8192, GNTMAP_host_map, &b), GNTST_okay);
    assert_int_equal(a / TRACK_CHUNK, b / TRACK_CHUNK);
}

static void test_batch_continues(void **state)
{
    struct gnttab_map_grant_ref *g = mock_guest_alloc(40 * sizeof(*g));
    long rc;

    for (uint32_t i = 0; i < 40; i++) {
        grant(domu, 20 + i, 0, mock_frame(domu), 0);
        g[i] = (struct gnttab_map_grant_ref){ .host_addr = VA + i * 4096, .flags = GNTMAP_host_map,
                                              .ref = 20 + i, .dom = domu->id, .status = 77 };
    }
    mock_preempt_in = 2;
    rc = call(v0, GNTTABOP_map_grant_ref, g, 40);
    assert_true(rc == HC_CONTINUE);
    assert_true(v0->cont.active);
    assert_int_equal(v0->cont.op, __HYPERVISOR_grant_table_op);
    assert_int_equal(v0->cont.word[0], 32);
    assert_int_equal(g[31].status, GNTST_okay);
    assert_int_equal(g[32].status, 77);
    rc = call(v0, GNTTABOP_map_grant_ref, g, 40);
    assert_int_equal(rc, 0);
    assert_false(v0->cont.active);
    for (uint32_t i = 0; i < 40; i++)
        assert_int_equal(g[i].status, GNTST_okay);
}

int run_map(void)
{
    const struct CMUnitTest tests[] = {
        T(map_unmap), T(map_self), T(map_readonly), T(map_errors), T(map_other_user), T(device_map),
        T(contains_pte), T(unmap_and_replace), T(unmap_errors), T(handles), T(handles_of_vcpus),
        T(handles_nomem), T(batch_continues),
    };

    return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
