/* SPDX-License-Identifier: MIT */
/* The table: growth, sizes, swapping entries; transfer and cache_flush. */
#include "tests/unit/gnttab/gnttab_test.h"

static long flush(struct vcpu *v, uint64_t addr, uint16_t offset, uint16_t length, uint32_t op)
{
    struct gnttab_cache_flush *f = mock_guest_alloc(sizeof(*f));

    *f = (struct gnttab_cache_flush){ .a.dev_bus_addr = addr, .offset = offset, .length = length, .op = op };
    return call(v, GNTTABOP_cache_flush, f, 1);
}

static void test_bad_calls(void **state)
{
    void *g = mock_guest_alloc(64);

    assert_int_equal(call(v0, GNTTABOP_dump_table, g, 1), -ENOSYS);
    assert_int_equal(call(v0, 99, g, 1), -ENOSYS);
    assert_int_equal(call(v0, GNTTABOP_map_grant_ref, g, 1U << 31), -EINVAL);
    for (uint32_t cmd = 0; cmd <= 12; cmd++)
        if (cmd != GNTTABOP_dump_table)
            assert_int_equal(hc_grant_table_op(v0, cmd, MOCK_BAD_GVA, 1, 0, 0), -EFAULT);
    for (uint32_t cmd = 0; cmd <= 12; cmd++)
        if (cmd != GNTTABOP_dump_table && cmd != GNTTABOP_setup_table && cmd != GNTTABOP_transfer &&
            cmd != GNTTABOP_query_size && cmd != GNTTABOP_get_status_frames &&
            cmd != GNTTABOP_set_version && cmd != GNTTABOP_get_version)
            assert_int_equal(hc_grant_table_op(v0, cmd, MOCK_BAD_GVA, 0, 0, 0), 0);
}

static void test_query_size(void **state)
{
    struct gnttab_query_size q = query(v0, DOMID_SELF);

    assert_int_equal(q.status, GNTST_okay);
    assert_int_equal(q.nr_frames, 1);
    assert_int_equal(q.max_nr_frames, 64);
    assert_int_equal(query(v0, domu->id).status, GNTST_okay);
    assert_int_equal(query(v0, 99).status, GNTST_bad_domain);
    assert_int_equal(query(domu->vcpu[0], 0).status, GNTST_permission_denied);
    assert_int_equal(gnttab_set_limits(domu, 4, 1), 0);
    assert_int_equal(query(v0, domu->id).max_nr_frames, 4);
    assert_int_equal(gnttab_set_limits(domu, 0, 0), 0);
    assert_int_equal(query(v0, domu->id).max_nr_frames, 64);
}

static void test_setup_table(void **state)
{
    xen_pfn_t *list = mock_guest_alloc(65 * 8);
    mfn_t m;

    assert_int_equal(setup_table(v0, DOMID_SELF, 0, list), GNTST_okay);
    assert_int_equal(setup_table(v0, DOMID_SELF, 3, list), GNTST_okay);
    assert_int_equal(query(v0, DOMID_SELF).nr_frames, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(gnttab_frame(dom0, i, &m), 0);
        assert_int_equal(list[i], m.v);
        assert_int_equal(frame_owner(m), 0);
        for (uint32_t k = 0; k < 512; k++)
            assert_int_equal(frame_words(m)[k], 0);
    }
    assert_int_equal(setup_table(v0, DOMID_SELF, 2, list), GNTST_okay);
    assert_int_equal(query(v0, DOMID_SELF).nr_frames, 3);
    assert_int_equal(setup_table(v0, DOMID_SELF, 65, list), GNTST_general_error);
    assert_int_equal(setup_table(v0, DOMID_SELF, UINT32_MAX, list), GNTST_general_error);
    assert_int_equal(setup_table(v0, DOMID_SELF, 64, list), GNTST_okay);
    assert_int_equal(setup_table(v0, domu->id, 1, list), GNTST_okay);
    assert_int_equal(setup_table(v0, 99, 1, list), GNTST_bad_domain);
    assert_int_equal(setup_table(domu->vcpu[0], 0, 1, list), GNTST_permission_denied);
    assert_int_equal(setup_table(v0, DOMID_SELF, 1, (xen_pfn_t *)MOCK_BAD_GVA), GNTST_bad_virt_addr);
    assert_int_equal(gnttab_frame(dom0, 64, &m), -EINVAL);
    assert_int_equal(gnttab_frame(dom0, UINT32_MAX, &m), -EINVAL);
    assert_int_equal(gnttab_set_limits(dom0, 4, 0), -EINVAL);
}

static void test_grow_nomem(void **state)
{
    xen_pfn_t *list = mock_guest_alloc(64 * 8);
    struct domain *d;

    mock_frame_fail_in = 1;
    assert_int_equal(setup_table(v0, DOMID_SELF, 2, list), GNTST_general_error);
    mock_pool_fail_in = 2;
    assert_int_equal(setup_table(v0, DOMID_SELF, 3, list), GNTST_general_error);
    assert_int_equal(setup_table(v0, DOMID_SELF, 4, list), GNTST_okay);
    d = mock_domain(9, 1, false);
    mock_frame_fail_in = 1;
    assert_int_equal(gnttab_domain_init(d), -ENOMEM);
    assert_null(d->gnttab);
}

static void test_many_refs(void **state)
{
    mfn_t m = mock_frame(domu);
    uint32_t h;

    assert_int_equal(gnttab_grow(domu, 64), 0);
    grant(domu, 32767, 0, m, 0);
    assert_int_equal(map(v0, domu->id, 32767, VA, GNTMAP_host_map, &h), GNTST_okay);
    assert_int_equal(map(v0, domu->id, 32768, VA, GNTMAP_host_map, &h), GNTST_bad_gntref);
    assert_int_equal(unmap(v0, VA, 0, 0), GNTST_okay);
}

/* As a Xen that does not allow it: the whole call is refused. */
static void test_transfer(void **state)
{
    struct gnttab_transfer *g = mock_guest_alloc(2 * sizeof(*g));

    g[0].status = g[1].status = 77;
    assert_int_equal(call(v0, GNTTABOP_transfer, g, 2), -EOPNOTSUPP);
    assert_int_equal(call(v0, GNTTABOP_transfer, g, 0), -EOPNOTSUPP);
    assert_int_equal(g[0].status, 77);
    assert_int_equal(g[1].status, 77);
}

static void test_swap(void **state)
{
    mfn_t a = mock_frame(domu), b = mock_frame(domu);
    struct gnttab_swap_grant_ref *s = mock_guest_alloc(sizeof(*s));
    struct vcpu *v = domu->vcpu[0];
    uint32_t h;

    grant(domu, 1, 0, a, GTF_readonly);
    grant(domu, 2, 8, b, 0);
    *s = (struct gnttab_swap_grant_ref){ .ref_a = 1, .ref_b = 2, .status = 77 };
    assert_int_equal(call(v, GNTTABOP_swap_grant_ref, s, 1), 0);
    assert_int_equal(s->status, GNTST_okay);
    assert_int_equal(entry(domu, 1)->frame, b.v);
    assert_int_equal(entry(domu, 1)->domid, 8);
    assert_int_equal(entry(domu, 2)->frame, a.v);
    assert_int_equal(entry(domu, 2)->flags, GTF_permit_access | GTF_readonly);
    s->ref_b = 512;
    assert_int_equal(call(v, GNTTABOP_swap_grant_ref, s, 1), 0);
    assert_int_equal(s->status, GNTST_bad_gntref);
    s->ref_b = 1;
    assert_int_equal(call(v, GNTTABOP_swap_grant_ref, s, 1), 0);
    assert_int_equal(s->status, GNTST_okay);
    assert_int_equal(map(v0, domu->id, 2, VA, GNTMAP_host_map | GNTMAP_readonly, &h), GNTST_okay);
    s->ref_b = 2;
    assert_int_equal(call(v, GNTTABOP_swap_grant_ref, s, 1), 0);
    assert_int_equal(s->status, GNTST_eagain);
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_okay);
}

static void test_cache_flush(void **state)
{
    mfn_t granted = mock_frame(domu);
    uint64_t own = mock_frame(dom0).v << 12, foreign = granted.v << 12;
    uint32_t h;

    assert_int_equal(flush(v0, own, 0, 4096, GNTTAB_CACHE_CLEAN), 0);
    assert_int_equal(flush(v0, own, 0, 64, GNTTAB_CACHE_CLEAN | GNTTAB_CACHE_INVAL), 0);
    assert_int_equal(flush(v0, own, 0, 64, GNTTAB_CACHE_INVAL), -EOPNOTSUPP);
    assert_int_equal(flush(v0, own, 0, 64, GNTTAB_CACHE_SOURCE_GREF | 1), -EINVAL); /* as Xen */
    assert_int_equal(flush(v0, own, 0, 64, 4), -EINVAL);
    assert_int_equal(flush(v0, own, 4096, 0, 1), -EINVAL);
    assert_int_equal(flush(v0, own, 1, 4096, 1), -EINVAL);
    assert_int_equal(flush(v0, own, 0, 0, 1), 0);
    assert_int_equal(flush(v0, 0, 0, 64, 1), -EPERM); /* nobody's */
    /* Another's: as long as it is granted and in use. */
    assert_int_equal(flush(v0, foreign, 0, 64, 1), -EINVAL);
    grant(domu, 300, 0, granted, 0);
    assert_int_equal(flush(v0, foreign, 0, 64, 1), -EINVAL);
    assert_int_equal(map(v0, domu->id, 300, VA, GNTMAP_host_map, &h), GNTST_okay);
    assert_int_equal(flush(v0, foreign, 0, 64, 1), 0);
    assert_int_equal(flush(v0, foreign, 0, 64, GNTTAB_CACHE_INVAL), -EOPNOTSUPP);
    assert_int_equal(flush(domx->vcpu[0], foreign, 0, 64, 1), -EINVAL);
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_okay);
    assert_int_equal(flush(v0, foreign, 0, 64, 1), -EINVAL);
    assert_int_equal(flush(v0, UINT64_MAX, 0, 64, 1), -EINVAL);
}

static void parse(const char *line)
{
    cmdline_parse(line, strlen(line));
    memset(opt_line, 0, sizeof(opt_line));
}

/* gnttab= and gnttab_max_frames=; what makes no sense leaves things as they were. */
static void test_options(void **state)
{
    parse("gnttab=max-ver:1,no-transitive,no-transfer gnttab_max_frames=4");
    assert_int_equal(opt_gnttab_max_ver, 1);
    assert_false(opt_gnttab_transitive);
    assert_int_equal(opt_gnttab_max_frames, 4);
    assert_int_equal(gnttab_set_limits(domx, 0, 0), 0);
    assert_int_equal(query(v0, domx->id).max_nr_frames, 4);
    assert_int_equal(gnttab_set_limits(domx, 5, 0), 0);
    assert_int_equal(query(v0, domx->id).max_nr_frames, 4);
    parse("gnttab=max-ver:3 gnttab_max_frames=0 gnttab_max_frames=65 gnttab=bogus gnttab= gnttab_max_frames=x");
    parse("gnttab=max-ver:21 gnttab=max-ver: gnttab=transfer");
    assert_int_equal(opt_gnttab_max_ver, 1);
    assert_int_equal(opt_gnttab_max_frames, 4);
    parse("gnttab=max_ver:2,transitive gnttab_max_frames=64");
    assert_int_equal(opt_gnttab_max_ver, 2);
    assert_true(opt_gnttab_transitive);
    parse("gnttab=transitive=off");
    assert_false(opt_gnttab_transitive);
    parse("gnttab=transitive=1");
    assert_true(opt_gnttab_transitive);
    assert_int_equal(opt_gnttab_max_frames, 64);
}

int run_table(void)
{
    const struct CMUnitTest tests[] = {
        T(bad_calls), T(query_size), T(setup_table), T(grow_nomem), T(many_refs), T(transfer), T(swap),
        T(cache_flush), T(options),
    };

    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
