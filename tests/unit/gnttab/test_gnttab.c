/* SPDX-License-Identifier: MIT */
/*
 * Unit tests of modules/gnttab through xen-compat/grant_table_op.c: every
 * operation with good and with bad input, and that no reference is lost.
 * A file for each kind of operation; here is what they share.
 */
#include "tests/unit/gnttab/gnttab_test.h"

struct domain *dom0, *domu, *domx;
struct vcpu *v0;

static struct domain *domain_with_grants(domid_t id, bool privileged)
{
    struct domain *d = mock_domain(id, 2, privileged);

    assert_int_equal(gnttab_domain_init(d), 0);
    return d;
}

int gnttab_test_setup(void **state)
{
    if (mock_setup(state) != 0)
        return -1;
    dom0 = domain_with_grants(0, true);
    domu = domain_with_grants(7, false);
    domx = domain_with_grants(8, false);
    v0 = dom0->vcpu[0];
    return 0;
}

int gnttab_test_teardown(void **state)
{
    for (struct domain *d = domain_list; d != NULL; d = d->next)
        gnttab_domain_destroy(d);
    for (struct domain *d = domain_list; d != NULL; d = d->next) {
        assert_int_equal(gnttab_domain_pins(d), 0);
        gnttab_domain_free(d);
    }
    return mock_teardown(state);
}

struct grant_entry_v1 *entry(struct domain *d, uint32_t ref)
{
    mfn_t m;

    assert_int_equal(gnttab_frame(d, ref / 512, &m), 0);
    return &((struct grant_entry_v1 *)(void *)frame_bytes(m))[ref % 512];
}

void grant(struct domain *d, uint32_t ref, domid_t to, mfn_t m, uint16_t flags)
{
    struct grant_entry_v1 *e = entry(d, ref);

    e->domid = to;
    e->frame = (uint32_t)m.v;
    e->flags = GTF_permit_access | flags;
}

long call(struct vcpu *v, uint32_t cmd, void *guest, uint32_t count)
{
    return hc_grant_table_op(v, cmd, mock_gva(guest), count, 0, 0);
}

struct gnttab_map_grant_ref map_full(struct vcpu *v, domid_t dom, uint32_t ref, uint64_t va,
                                            uint32_t flags)
{
    struct gnttab_map_grant_ref *g = mock_guest_alloc(sizeof(*g));

    *g = (struct gnttab_map_grant_ref){ .host_addr = va, .flags = flags, .ref = ref, .dom = dom,
                                        .status = 77 };
    assert_int_equal(call(v, GNTTABOP_map_grant_ref, g, 1), 0);
    assert_int_equal(g->dom, dom);
    return *g;
}

int16_t map(struct vcpu *v, domid_t dom, uint32_t ref, uint64_t va, uint32_t flags,
                   uint32_t *handle)
{
    struct gnttab_map_grant_ref g = map_full(v, dom, ref, va, flags);

    *handle = g.handle;
    return g.status;
}

int16_t unmap(struct vcpu *v, uint64_t va, uint64_t dev, uint32_t handle)
{
    struct gnttab_unmap_grant_ref *g = mock_guest_alloc(sizeof(*g));

    *g = (struct gnttab_unmap_grant_ref){ .host_addr = va, .dev_bus_addr = dev, .handle = handle,
                                          .status = 77 };
    assert_int_equal(call(v, GNTTABOP_unmap_grant_ref, g, 1), 0);
    assert_int_equal(g->handle, handle);
    return g->status;
}

struct gnttab_query_size query(struct vcpu *v, domid_t dom)
{
    struct gnttab_query_size *q = mock_guest_alloc(sizeof(*q));

    q->dom = dom;
    assert_int_equal(call(v, GNTTABOP_query_size, q, 2), -EINVAL);
    assert_int_equal(call(v, GNTTABOP_query_size, q, 1), 0);
    return *q;
}

int16_t setup_table(struct vcpu *v, domid_t dom, uint32_t nr, xen_pfn_t *list)
{
    struct gnttab_setup_table *g = mock_guest_alloc(sizeof(*g));

    g->dom = dom;
    g->nr_frames = nr;
    set_xen_guest_handle(g->frame_list, list);
    assert_int_equal(call(v, GNTTABOP_setup_table, g, 0), -EINVAL);
    assert_int_equal(call(v, GNTTABOP_setup_table, g, 1), 0);
    return g->status;
}

int16_t copy(struct vcpu *v, struct gnttab_copy c)
{
    struct gnttab_copy *g = mock_guest_alloc(sizeof(*g));

    *g = c;
    g->status = 77;
    assert_int_equal(call(v, GNTTABOP_copy, g, 1), 0);
    assert_int_equal(g->len, c.len);
    assert_int_equal(g->flags, c.flags);
    return g->status;
}

void fill(mfn_t m, uint8_t seed)
{
    for (uint32_t i = 0; i < 4096; i++)
        frame_bytes(m)[i] = (uint8_t)(seed + i * 7);
}

union grant_entry_v2 *entry2(struct domain *d, uint32_t ref)
{
    mfn_t m;

    assert_int_equal(gnttab_frame(d, ref / 256, &m), 0);
    return &((union grant_entry_v2 *)(void *)frame_bytes(m))[ref % 256];
}

uint16_t *status_of(struct domain *d, uint32_t ref)
{
    mfn_t m;

    assert_int_equal(gnttab_status_frame(d, ref / 2048, &m), 0);
    return &((uint16_t *)(void *)frame_bytes(m))[ref % 2048];
}

void grant2(struct domain *d, uint32_t ref, domid_t to, mfn_t m, uint16_t flags)
{
    union grant_entry_v2 *e = entry2(d, ref);

    e->hdr.domid = to;
    e->full_page.pad0 = 0;
    e->full_page.frame = m.v;
    e->hdr.flags = GTF_permit_access | flags;
}

void grant2_part(struct domain *d, uint32_t ref, domid_t to, mfn_t m, uint16_t start, uint16_t length, uint16_t flags)
{
    union grant_entry_v2 *e = entry2(d, ref);

    e->hdr.domid = to;
    e->sub_page.page_off = start;
    e->sub_page.length = length;
    e->sub_page.frame = m.v;
    e->hdr.flags = GTF_permit_access | GTF_sub_page | flags;
}

void grant2_transitive(struct domain *d, uint32_t ref, domid_t to, domid_t next, uint32_t next_ref, uint16_t flags)
{
    union grant_entry_v2 *e = entry2(d, ref);

    e->hdr.domid = to;
    e->transitive.trans_domid = next;
    e->transitive.gref = next_ref;
    e->hdr.flags = GTF_transitive | flags;
}

long set_version(struct domain *d, uint32_t version)
{
    struct gnttab_set_version *s = mock_guest_alloc(sizeof(*s));
    long rc;

    s->version = version;
    rc = call(d->vcpu[0], GNTTABOP_set_version, s, 1);
    assert_int_equal(s->version, gnttab_version(d));
    return rc;
}

int16_t status_frames(struct vcpu *v, domid_t dom, uint32_t nr, uint64_t *list)
{
    struct gnttab_get_status_frames *g = mock_guest_alloc(sizeof(*g));

    g->dom = dom;
    g->nr_frames = nr;
    g->status = 77;
    set_xen_guest_handle(g->frame_list, list);
    assert_int_equal(call(v, GNTTABOP_get_status_frames, g, 2), -EINVAL);
    assert_int_equal(call(v, GNTTABOP_get_status_frames, g, 1), 0);
    return g->status;
}

int16_t swap(struct vcpu *v, uint32_t ref_a, uint32_t ref_b)
{
    struct gnttab_swap_grant_ref *s = mock_guest_alloc(sizeof(*s));

    *s = (struct gnttab_swap_grant_ref){ .ref_a = ref_a, .ref_b = ref_b, .status = 77 };
    assert_int_equal(call(v, GNTTABOP_swap_grant_ref, s, 1), 0);
    return s->status;
}

int main(void)
{
    if (mock_start(NULL) != 0)
        return 1;
    return run_table() + run_version() + run_map() + run_copy() + run_v2() + run_life() + run_state() != 0;
}
