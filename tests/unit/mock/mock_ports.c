/* SPDX-License-Identifier: MIT */
/* The ports of other modules: physdev and pvmmu. */
#include "mock_parts.h"

#include "ports/physdev.h"
#include "ports/pvmmu.h"

int mock_pirq_rc, mock_pvmmu_rc;
bool mock_pirq_bound[256];

int physdev_pirq_bind(struct domain *d, uint32_t pirq, bool share)
{
    (void)d;
    (void)share;
    assert_true(pirq < ARRAY_SIZE(mock_pirq_bound));
    if (mock_pirq_rc != 0)
        return mock_pirq_rc;
    assert_false(mock_pirq_bound[pirq]);
    mock_pirq_bound[pirq] = true;
    return 0;
}

void physdev_pirq_unbind(struct domain *d, uint32_t pirq)
{
    (void)d;
    assert_true(mock_pirq_bound[pirq]);
    mock_pirq_bound[pirq] = false;
}

static struct mock_pte ptes[4096];

struct mock_pte *mock_pte_at(uint64_t where)
{
    for (unsigned i = 0; i < ARRAY_SIZE(ptes); i++)
        if (ptes[i].used && ptes[i].where == where)
            return &ptes[i];
    return NULL;
}

int pvmmu_grant_map(struct vcpu *v, uint64_t where, bool contains_pte, bool readonly, uint64_t avail,
                    fref_t ref)
{
    struct mock_pte *p = mock_pte_at(where);

    (void)v;
    assert_int_equal(mock_locks_held(), 0);
    assert_int_equal(readonly, !fref_is_rw(ref));
    if (mock_pvmmu_rc != 0 || where == 0 || where % (contains_pte ? 8 : PAGE_SIZE) != 0) {
        frame_put(ref);
        return mock_pvmmu_rc != 0 ? mock_pvmmu_rc : -EINVAL;
    }
    for (unsigned i = 0; p == NULL && i < ARRAY_SIZE(ptes); i++)
        if (!ptes[i].used)
            p = &ptes[i];
    assert_non_null(p);
    if (p->used)
        frame_put(p->ref);
    *p = (struct mock_pte){ .where = where, .ref = ref, .avail = avail, .readonly = readonly,
                            .contains_pte = contains_pte, .used = true };
    return 0;
}

int pvmmu_grant_unmap(struct vcpu *v, uint64_t where, bool contains_pte, mfn_t m, bool readonly,
                      uint64_t new_pte_gva)
{
    struct mock_pte *p = mock_pte_at(where), *new_pte;

    (void)v;
    assert_int_equal(mock_locks_held(), 0);
    if (mock_pvmmu_rc != 0)
        return mock_pvmmu_rc;
    if (p == NULL || p->contains_pte != contains_pte || fref_mfn(p->ref).v != m.v ||
        p->readonly != readonly)
        return -EINVAL;
    new_pte = new_pte_gva != 0 ? mock_pte_at(new_pte_gva) : NULL;
    if (new_pte_gva != 0 && new_pte == NULL)
        return -EINVAL;
    frame_put(p->ref);
    p->used = false;
    if (new_pte != NULL)
        new_pte->where = where;
    return 0;
}

void mock_ports_reset(void)
{
    mock_pirq_rc = mock_pvmmu_rc = 0;
    memset(mock_pirq_bound, 0, sizeof(mock_pirq_bound));
    memset(ptes, 0, sizeof(ptes));
}
