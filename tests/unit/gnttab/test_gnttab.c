/* SPDX-License-Identifier: MIT */
/*
 * Unit tests of modules/gnttab through xen-compat/grant_table_op.c: every
 * operation with good and with bad input, and that no reference is lost.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/mock/mock.h"

#include "modules/gnttab/gnttab_private.h"
#include "ports/pvmmu.h"
#include "xen-compat/hypercalls.h"

static struct domain *dom0, *domu, *domx; /* the one that maps; one that grants; another */
static struct vcpu *v0;

#define VA 0x7000000UL

static struct domain *domain_with_grants(domid_t id, bool privileged)
{
    struct domain *d = mock_domain(id, 2, privileged);

    assert_int_equal(gnttab_domain_init(d), 0);
    return d;
}

static int setup(void **state)
{
    if (mock_setup(state) != 0)
        return -1;
    dom0 = domain_with_grants(0, true);
    domu = domain_with_grants(7, false);
    domx = domain_with_grants(8, false);
    v0 = dom0->vcpu[0];
    return 0;
}

static int teardown(void **state)
{
    for (struct domain *d = domain_list; d != NULL; d = d->next)
        gnttab_domain_destroy(d);
    for (struct domain *d = domain_list; d != NULL; d = d->next) {
        assert_int_equal(gnttab_domain_pins(d), 0);
        gnttab_domain_free(d);
    }
    return mock_teardown(state);
}

static struct grant_entry_v1 *entry(struct domain *d, uint32_t ref)
{
    mfn_t m;

    assert_int_equal(gnttab_frame(d, ref / 512, &m), 0);
    return &((struct grant_entry_v1 *)(void *)frame_bytes(m))[ref % 512];
}

static void grant(struct domain *d, uint32_t ref, domid_t to, mfn_t m, uint16_t flags)
{
    struct grant_entry_v1 *e = entry(d, ref);

    e->domid = to;
    e->frame = (uint32_t)m.v;
    e->flags = GTF_permit_access | flags;
}

static long call(struct vcpu *v, uint32_t cmd, void *guest, uint32_t count)
{
    return hc_grant_table_op(v, cmd, mock_gva(guest), count, 0, 0);
}

static struct gnttab_map_grant_ref map_full(struct vcpu *v, domid_t dom, uint32_t ref, uint64_t va,
                                            uint32_t flags)
{
    struct gnttab_map_grant_ref *g = mock_guest_alloc(sizeof(*g));

    *g = (struct gnttab_map_grant_ref){ .host_addr = va, .flags = flags, .ref = ref, .dom = dom,
                                        .status = 77 };
    assert_int_equal(call(v, GNTTABOP_map_grant_ref, g, 1), 0);
    assert_int_equal(g->dom, dom);
    return *g;
}
static int16_t map(struct vcpu *v, domid_t dom, uint32_t ref, uint64_t va, uint32_t flags,
                   uint32_t *handle)
{
    struct gnttab_map_grant_ref g = map_full(v, dom, ref, va, flags);

    *handle = g.handle;
    return g.status;
}
static int16_t unmap(struct vcpu *v, uint64_t va, uint64_t dev, uint32_t handle)
{
    struct gnttab_unmap_grant_ref *g = mock_guest_alloc(sizeof(*g));

    *g = (struct gnttab_unmap_grant_ref){ .host_addr = va, .dev_bus_addr = dev, .handle = handle,
                                          .status = 77 };
    assert_int_equal(call(v, GNTTABOP_unmap_grant_ref, g, 1), 0);
    assert_int_equal(g->handle, handle);
    return g->status;
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
        if (cmd != GNTTABOP_dump_table && cmd != GNTTABOP_setup_table &&
            cmd != GNTTABOP_query_size && cmd != GNTTABOP_get_status_frames &&
            cmd != GNTTABOP_set_version && cmd != GNTTABOP_get_version)
            assert_int_equal(hc_grant_table_op(v0, cmd, MOCK_BAD_GVA, 0, 0, 0), 0);
}

static void test_versions(void **state)
{
    struct gnttab_set_version *s = mock_guest_alloc(sizeof(*s));
    struct gnttab_get_version *g = mock_guest_alloc(sizeof(*g));

    s->version = 1;
    assert_int_equal(call(v0, GNTTABOP_set_version, s, 1), 0);
    s->version = 2;
    assert_int_equal(call(v0, GNTTABOP_set_version, s, 1), -ENOSYS);
    assert_int_equal(s->version, 1);
    s->version = 3;
    assert_int_equal(call(v0, GNTTABOP_set_version, s, 1), -EINVAL);
    assert_int_equal(s->version, 1);
    g->dom = DOMID_SELF;
    assert_int_equal(call(v0, GNTTABOP_get_version, g, 1), 0);
    assert_int_equal(g->version, 1);
    g->dom = domu->id;
    assert_int_equal(call(v0, GNTTABOP_get_version, g, 1), 0);
    g->dom = 99;
    assert_int_equal(call(v0, GNTTABOP_get_version, g, 1), -ESRCH);
    g->dom = 0;
    assert_int_equal(call(domu->vcpu[0], GNTTABOP_get_version, g, 1), -EPERM);
}

static struct gnttab_query_size query(struct vcpu *v, domid_t dom)
{
    struct gnttab_query_size *q = mock_guest_alloc(sizeof(*q));

    q->dom = dom;
    assert_int_equal(call(v, GNTTABOP_query_size, q, 2), -EINVAL);
    assert_int_equal(call(v, GNTTABOP_query_size, q, 1), 0);
    return *q;
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

static int16_t setup_table(struct vcpu *v, domid_t dom, uint32_t nr, xen_pfn_t *list)
{
    struct gnttab_setup_table *g = mock_guest_alloc(sizeof(*g));

    g->dom = dom;
    g->nr_frames = nr;
    set_xen_guest_handle(g->frame_list, list);
    assert_int_equal(call(v, GNTTABOP_setup_table, g, 0), -EINVAL);
    assert_int_equal(call(v, GNTTABOP_setup_table, g, 1), 0);
    return g->status;
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

static void test_status_frames(void **state)
{
    struct gnttab_get_status_frames *g = mock_guest_alloc(sizeof(*g));

    g->dom = DOMID_SELF;
    assert_int_equal(call(v0, GNTTABOP_get_status_frames, g, 2), -EINVAL);
    assert_int_equal(call(v0, GNTTABOP_get_status_frames, g, 1), 0);
    assert_int_equal(g->status, GNTST_okay);
    g->nr_frames = 1;
    assert_int_equal(call(v0, GNTTABOP_get_status_frames, g, 1), 0);
    assert_int_equal(g->status, GNTST_general_error);
    g->dom = 99;
    assert_int_equal(call(v0, GNTTABOP_get_status_frames, g, 1), 0);
    assert_int_equal(g->status, GNTST_bad_domain);
}

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

static int16_t copy(struct vcpu *v, struct gnttab_copy c)
{
    struct gnttab_copy *g = mock_guest_alloc(sizeof(*g));

    *g = c;
    g->status = 77;
    assert_int_equal(call(v, GNTTABOP_copy, g, 1), 0);
    assert_int_equal(g->len, c.len);
    assert_int_equal(g->flags, c.flags);
    return g->status;
}

static void fill(mfn_t m, uint8_t seed)
{
    for (uint32_t i = 0; i < 4096; i++)
        frame_bytes(m)[i] = (uint8_t)(seed + i * 7);
}

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

static void test_transfer(void **state)
{
    struct gnttab_transfer *g = mock_guest_alloc(2 * sizeof(*g));

    assert_int_equal(call(v0, GNTTABOP_transfer, g, 2), 0);
    assert_int_equal(g[0].status, GNTST_bad_page);
    assert_int_equal(g[1].status, GNTST_bad_page);
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

static long flush(struct vcpu *v, uint64_t addr, uint16_t offset, uint16_t length, uint32_t op)
{
    struct gnttab_cache_flush *f = mock_guest_alloc(sizeof(*f));

    *f = (struct gnttab_cache_flush){ .a.dev_bus_addr = addr, .offset = offset, .length = length, .op = op };
    return call(v, GNTTABOP_cache_flush, f, 1);
}

static void test_cache_flush(void **state)
{
    uint64_t own = mock_frame(dom0).v << 12, foreign = mock_frame(domu).v << 12;

    assert_int_equal(flush(v0, own, 0, 4096, GNTTAB_CACHE_CLEAN), 0);
    assert_int_equal(flush(v0, own, 0, 64, GNTTAB_CACHE_CLEAN | GNTTAB_CACHE_INVAL), 0);
    assert_int_equal(flush(v0, own, 0, 64, GNTTAB_CACHE_INVAL), -EOPNOTSUPP);
    assert_int_equal(flush(v0, own, 0, 64, GNTTAB_CACHE_SOURCE_GREF | 1), -EOPNOTSUPP);
    assert_int_equal(flush(v0, own, 0, 64, 4), -EINVAL);
    assert_int_equal(flush(v0, own, 4096, 0, 1), -EINVAL);
    assert_int_equal(flush(v0, own, 1, 4096, 1), -EINVAL);
    assert_int_equal(flush(v0, own, 0, 0, 1), 0);
    assert_int_equal(flush(v0, foreign, 0, 64, 1), -EPERM);
    assert_int_equal(flush(v0, UINT64_MAX, 0, 64, 1), -EINVAL);
}

/* The granting domain dies first: what is mapped stays until it is unmapped. */
static void test_granter_dies(void **state)
{
    mfn_t m = mock_frame(domu), table;
    uint32_t h, x;

    grant(domu, 9, 0, m, 0);
    assert_int_equal(gnttab_frame(domu, 0, &table), 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_okay);
    domu->dying = true;
    gnttab_domain_destroy(domu);
    assert_int_equal(gnttab_domain_pins(domu), 1);
    assert_int_equal(frame_state(table) & FS_ALLOC, 0);
    assert_int_equal(map(v0, domu->id, 9, VA + 4096, GNTMAP_host_map, &x), GNTST_bad_gntref);
    assert_int_equal(frame_unassign(m, domu->id), 0);
    assert_int_equal(mock_refs_rw(m), 1); /* still there */
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_okay);
    assert_int_equal(gnttab_domain_pins(domu), 0);
    assert_int_equal(frame_state(m), FS_OWNER(DOMID_NONE)); /* freed */
}

/* The mapping domain dies: its grants are released. */
static void test_mapper_dies(void **state)
{
    mfn_t m = mock_frame(domu);
    uint32_t h;

    grant(domu, 9, 0, m, 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map | GNTMAP_device_map, &h), GNTST_okay);
    gnttab_domain_destroy(dom0);
    assert_int_equal(gnttab_domain_pins(domu), 0);
    assert_int_equal(entry(domu, 9)->flags, GTF_permit_access);
    assert_int_equal(mock_refs_rw(m), 1); /* the page-table entry's own */
    assert_int_equal(mock_refs_ro(m), 0);
}

/* Random operations; at the end everything is undone and nothing is lost. */
static void test_random(void **state)
{
    struct { uint64_t va; uint32_t handle; bool used, dev; mfn_t m; } slot[64] = { 0 };
    mfn_t m[8];
    unsigned seed = 12345;

    for (int i = 0; i < 8; i++) {
        m[i] = mock_frame(domu);
        grant(domu, 100 + i, 0, m[i], i & 1 ? GTF_readonly : 0);
    }
    for (int n = 0; n < 20000; n++) {
        unsigned r = (seed = seed * 1103515245 + 12345) >> 8, s = r % 64, g = r / 64 % 8;

        if (slot[s].used) {
            assert_int_equal(unmap(v0, slot[s].va, slot[s].dev ? slot[s].m.v << 12 : 0,
                                   slot[s].handle), GNTST_okay);
            slot[s].used = false;
        } else {
            uint32_t flags = GNTMAP_host_map | (r & 1 << 12 ? GNTMAP_readonly : 0) |
                             (r & 1 << 13 ? GNTMAP_device_map : 0);
            int16_t st;

            slot[s].va = VA + s * 4096UL;
            mock_pvmmu_rc = r & 1 << 14 ? 0 : r & 1 << 15 ? -EINVAL : 0;
            st = map(v0, domu->id, 100 + g, slot[s].va, flags, &slot[s].handle);
            slot[s].used = st == GNTST_okay;
            slot[s].dev = (flags & GNTMAP_device_map) != 0;
            slot[s].m = m[g];
            assert_int_equal(st, mock_pvmmu_rc != 0 || ((g & 1) && !(flags & GNTMAP_readonly))
                                     ? GNTST_general_error : GNTST_okay);
            mock_pvmmu_rc = 0;
        }
        if (n % 1000 == 999) /* the arena is for one test only */
            mock_guest_free_all();
    }
    for (int s = 0; s < 64; s++)
        if (slot[s].used)
            assert_int_equal(unmap(v0, slot[s].va, slot[s].dev ? slot[s].m.v << 12 : 0,
                                   slot[s].handle), GNTST_okay);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(mock_refs_rw(m[i]) + mock_refs_ro(m[i]), 0);
        assert_int_equal(entry(domu, 100 + i)->flags & (GTF_reading | GTF_writing), 0);
    }
    assert_int_equal(gnttab_domain_pins(domu), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(bad_calls), T(versions), T(query_size), T(setup_table), T(grow_nomem), T(status_frames),
        T(map_unmap), T(map_self), T(map_readonly), T(map_errors), T(map_other_user), T(device_map),
        T(contains_pte), T(unmap_and_replace), T(unmap_errors), T(handles), T(many_refs),
        T(batch_continues), T(copy_frames), T(copy_grants), T(transfer), T(swap), T(cache_flush),
        T(granter_dies), T(mapper_dies), T(random),
    };

    return cmocka_run_group_tests(tests, mock_start, NULL);
}
