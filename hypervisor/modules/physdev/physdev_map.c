/* SPDX-License-Identifier: MIT */
/* physdev_map.c - which pirq is which line or message; what the domain says of lines.  See physdev.h. */
#include "modules/physdev/physdev_private.h"

static bool gsi_set_up[IOAPIC_MAX_GSIS] SC_GUARDED_BY(physdev_lock); /* by PHYSDEVOP_setup_gsi */

static bool has_pirqs(const struct domain *d)
{
    return d->privileged && d->physdev->pirqs != NULL;
}

/* The pirq of a GSI; NR_PIRQS: none. */
static uint32_t pirq_of_gsi_locked(const struct domain *d, uint32_t gsi)
{
    for (uint32_t i = 0; i < NR_PIRQS; i++) {
        const struct pirq *p = physdev_pirq_locked(d, i);

        if (p != NULL && p->kind == PIRQ_GSI && p->gsi == gsi)
            return i;
    }
    return NR_PIRQS;
}

/* nr free pirqs in a row for messages, from the top; NR_PIRQS: there are none. */
static uint32_t free_run_locked(const struct domain *d, uint32_t nr)
{
    uint32_t run = 0;

    for (uint32_t i = NR_PIRQS; i > ioapic_nr_gsis(); i--) {
        run = physdev_pirq_locked(d, i - 1) == NULL ? run + 1 : 0;
        if (run == nr)
            return i - 1;
    }
    return NR_PIRQS;
}

/* A free pirq for a line: its own number, or one that is no ISA interrupt's; NR_PIRQS: none. */
static uint32_t free_for_gsi_locked(const struct domain *d, uint32_t gsi)
{
    if (gsi < NR_PIRQS && physdev_pirq_locked(d, gsi) == NULL)
        return gsi;
    for (uint32_t i = 16; i < ioapic_nr_gsis(); i++) {
        if (physdev_pirq_locked(d, i) == NULL)
            return i;
    }
    return NR_PIRQS;
}

/* May pirq (free or reserved) be used?  Makes its object. */
SC_NODISCARD static int pirq_ready_locked(struct domain *d, uint32_t pirq)
{
    const struct pirq *p;

    if (pirq >= NR_PIRQS)
        return -EINVAL;
    p = physdev_pirq_locked(d, pirq);
    if (p != NULL)
        return p->kind == PIRQ_RESERVED ? 0 : -EEXIST;
    return physdev_pirq_new_locked(d, pirq);
}

/* ---- lines ---- */

SC_NODISCARD static int map_gsi_locked(struct domain *d, uint32_t gsi, int *pirq)
{
    uint32_t have = pirq_of_gsi_locked(d, gsi), want = (uint32_t)*pirq;
    struct pirq *p;
    int rc;

    if (have < NR_PIRQS) {
        if (*pirq >= 0 && want != have)
            return -EEXIST;
        *pirq = (int)have;
        return 0;
    }
    if (*pirq < 0) {
        want = free_for_gsi_locked(d, gsi);
        if (want == NR_PIRQS)
            return -ENOSPC;
    }
    rc = pirq_ready_locked(d, want);
    if (rc != 0)
        return rc;
    p = physdev_pirq_locked(d, want);
    if (p == NULL)
        return -EINVAL;
    p->kind = PIRQ_GSI;
    p->gsi = gsi;
    *pirq = (int)want;
    return 0;
}

int physdev_map_gsi(struct domain *d, int gsi, int *pirq)
{
    int rc;

    if (!has_pirqs(d))
        return -EPERM;
    if (gsi < 0 || (uint32_t)gsi >= ioapic_nr_gsis())
        return -EINVAL;
    if (gsi == 0)
        return -EPERM; /* the PIT's */
    spin_lock(&physdev_lock);
    rc = map_gsi_locked(d, (uint32_t)gsi, pirq);
    spin_unlock(&physdev_lock);
    return rc;
}

static bool gsi_in_use_locked(const struct domain *d, uint32_t gsi)
{
    uint32_t pirq = pirq_of_gsi_locked(d, gsi);
    const struct pirq *p = physdev_pirq_locked(d, pirq);

    return p != NULL && p->bound;
}

int physdev_setup_gsi(struct domain *d, int gsi, bool level, bool active_low)
{
    int rc;

    if (!has_pirqs(d))
        return -EPERM;
    if (gsi >= 0 && ioapic_line_is_ours((uint32_t)gsi))
        return -EEXIST;
    if (gsi < 0 || !ioapic_line_ok((uint32_t)gsi))
        return -EINVAL;
    spin_lock(&physdev_lock);
    rc = gsi_set_up[gsi] || gsi_in_use_locked(d, (uint32_t)gsi) ? -EEXIST : 0;
    if (rc == 0) {
        gsi_set_up[gsi] = true;
        rc = ioapic_line_setup((uint32_t)gsi, level, active_low);
    }
    spin_unlock(&physdev_lock);
    return rc;
}

int physdev_ioapic_read(struct domain *d, uint64_t physbase, uint32_t reg, uint32_t *value)
{
    return has_pirqs(d) ? ioapic_read_register(physbase, reg, value) : -EPERM;
}

/* A domain that programs a redirection entry itself means: this line is level or edge, high or low. */
int physdev_ioapic_write(struct domain *d, uint64_t physbase, uint32_t reg, uint32_t value)
{
    uint32_t gsi;
    int rc;

    if (!has_pirqs(d))
        return -EPERM;
    rc = ioapic_decode_write(physbase, reg, &gsi);
    if (rc != 0)
        return rc == -ENOENT ? 0 : rc;
    spin_lock(&physdev_lock);
    if (ioapic_line_ok(gsi) && !gsi_in_use_locked(d, gsi))
        rc = ioapic_line_setup(gsi, (value & IOAPIC_RTE_LEVEL) != 0, (value & IOAPIC_RTE_LOW) != 0);
    spin_unlock(&physdev_lock);
    return rc;
}

/* ---- messages ---- */

static bool msi_mapped_locked(const struct domain *d, const struct physdev_msi *r)
{
    for (uint32_t i = 0; i < NR_PIRQS; i++) {
        const struct pirq *p = physdev_pirq_locked(d, i);

        if (p != NULL && p->kind == PIRQ_MSI && p->msi.bdf.v == r->bdf.v && p->msi.is_x == r->is_x &&
            (!r->is_x || p->msi.entry == r->entry))
            return true;
    }
    return false;
}

static unsigned log2_up(uint32_t nr)
{
    return nr <= 1 ? 0 : 32U - (unsigned)__builtin_clz(nr - 1);
}

/* What the request describes; message i of it.  Changes nothing. */
SC_NODISCARD static int msi_find_any(const struct physdev_msi *r, uint32_t i, struct msi *out)
{
    if (r->is_x)
        return msix_find(r->bdf, r->entry, out);
    return msi_find(r->bdf, i, log2_up(r->nr), out);
}

/* Objects for nr pirqs from first on: all of them or none. */
SC_NODISCARD static int pirqs_ready_locked(struct domain *d, uint32_t first, uint32_t nr)
{
    for (uint32_t i = 0; i < nr; i++) {
        int rc = pirq_ready_locked(d, first + i);

        if (rc == 0)
            continue;
        while (i-- > 0)
            physdev_pirq_delete_locked(d, first + i);
        return rc;
    }
    return 0;
}

static void msi_commit_locked(struct domain *d, const struct physdev_msi *r, uint32_t first, uint8_t vector,
                              const struct msi *m)
{
    for (uint32_t i = 0; i < r->nr; i++) {
        struct pirq *p = physdev_pirq_locked(d, first + i);

        if (p == NULL)
            return;
        p->kind = PIRQ_MSI;
        p->nr = (uint8_t)(i == 0 ? r->nr : 0);
        p->vector = (uint8_t)(vector + i);
        p->msi = *m;
        if (!r->is_x)
            p->msi.entry = (uint16_t)i;
        msi_program(&p->msi, p->vector);
    }
}

SC_NODISCARD static int map_msi_locked(struct domain *d, const struct physdev_msi *r, int *pirq)
{
    uint32_t first = *pirq < 0 ? free_run_locked(d, r->nr) : (uint32_t)*pirq;
    struct msi m;
    uint8_t vector;
    int rc;

    if (!physdev_device_known_locked(r->bdf))
        return -ENODEV;
    if (msi_mapped_locked(d, r))
        return -EEXIST;
    rc = msi_find_any(r, 0, &m);
    if (rc != 0)
        return rc;
    if (first == NR_PIRQS)
        return -ENOSPC;
    rc = pirqs_ready_locked(d, first, r->nr);
    if (rc != 0)
        return rc;
    vector = physdev_vectors_take_locked(d, first, r->nr, log2_up(r->nr));
    if (vector == 0) {
        for (uint32_t i = 0; i < r->nr; i++)
            physdev_pirq_delete_locked(d, first + i);
        return -ENOSPC;
    }
    msi_commit_locked(d, r, first, vector, &m);
    *pirq = (int)first;
    return 0;
}

int physdev_map_msi(struct domain *d, const struct physdev_msi *r, int *pirq)
{
    int rc;

    if (!has_pirqs(d))
        return -EPERM;
    if (r->nr < 1 || r->nr > 32 || (r->is_x && r->nr != 1) || (r->nr > 1 && *pirq >= 0))
        return -EINVAL;
    spin_lock(&physdev_lock);
    rc = map_msi_locked(d, r, pirq);
    spin_unlock(&physdev_lock);
    return rc;
}

int physdev_unmap(struct domain *d, int pirq)
{
    const struct pirq *p;
    uint32_t nr;
    int rc = -EINVAL;

    if (!has_pirqs(d))
        return -EPERM;
    if (pirq < 0)
        return -EINVAL;
    spin_lock(&physdev_lock);
    p = physdev_pirq_locked(d, (uint32_t)pirq);
    if (p != NULL && !(p->kind == PIRQ_MSI && p->nr == 0)) {
        nr = p->kind == PIRQ_MSI ? p->nr : 1;
        for (uint32_t i = 0; i < nr; i++)
            physdev_pirq_delete_locked(d, (uint32_t)pirq + i);
        rc = 0;
    }
    spin_unlock(&physdev_lock);
    return rc;
}

int physdev_get_free(struct domain *d, int type, uint32_t *pirq)
{
    uint32_t i;
    int rc = -ENOSPC;

    if (!has_pirqs(d))
        return -EPERM;
    spin_lock(&physdev_lock);
    i = type == MAP_PIRQ_TYPE_GSI ? free_for_gsi_locked(d, NR_PIRQS) : free_run_locked(d, 1);
    if (i < NR_PIRQS)
        rc = physdev_pirq_new_locked(d, i);
    spin_unlock(&physdev_lock);
    *pirq = i;
    return rc;
}
