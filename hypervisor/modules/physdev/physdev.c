/* SPDX-License-Identifier: MIT */
/* physdev.c - pirqs: bound, taken, ended.  See physdev.h. */
#include "core/atomic.h"
#include "modules/physdev/physdev_private.h"

#include "core/guest_kernel.h"
#include "core/pool.h"
#include "ports/evtchn.h"

SC_POOL(physdev_state, struct physdev_domain);
SC_POOL(pirq_table, struct pirq_table);
SC_POOL(pirq_object, struct pirq);
SC_POOL(port_bitmaps, struct port_bitmaps);

#define NR_VECTORS 256

/* Whose a vector is: a pirq plus 1 of domain; 0: free. */
struct vector_use {
    struct domain *domain SC_NULLABLE;
    uint16_t pirq;
};

spinlock_t physdev_lock = SPINLOCK_INIT(RANK_PHYSDEV);
static struct vector_use vectors[NR_VECTORS] SC_GUARDED_BY(physdev_lock);

int physdev_domain_init(struct domain *d)
{
    d->physdev = physdev_state_new();
    if (d->physdev == NULL)
        return -ENOMEM;
    if (!d->privileged)
        return 0;
    d->physdev->pirqs = pirq_table_new();
    return d->physdev->pirqs != NULL ? 0 : -ENOMEM;
}

void physdev_domain_destroy(struct domain *d)
{
    struct physdev_domain *pd = d->physdev;

    if (pd == NULL)
        return;
    spin_lock(&physdev_lock);
    for (uint32_t i = 0; i < NR_PIRQS; i++)
        physdev_pirq_delete_locked(d, i);
    spin_unlock(&physdev_lock);
    pd = slot_take(d->physdev);
    if (pd == NULL)
        return;
    frame_put(pd->eoi_page);
    port_bitmaps_delete(slot_take(pd->ports));
    pirq_table_delete(slot_take(pd->pirqs));
    physdev_state_delete(pd);
}

SC_NULLABLE struct pirq *physdev_pirq_locked(const struct domain *d, uint32_t pirq)
{
    const struct physdev_domain *pd = d->physdev;
    const struct pirq_table *t = pd != NULL ? pd->pirqs : NULL;

    return t != NULL && pirq < NR_PIRQS ? t->at[pirq] : NULL;
}

int physdev_pirq_new_locked(struct domain *d, uint32_t pirq)
{
    struct pirq_table *t = d->physdev->pirqs;
    struct pirq *p = pirq_object_new();

    if (p == NULL)
        return -ENOMEM;
    if (t == NULL) {
        pirq_object_delete(p);
        return -EINVAL;
    }
    t->at[pirq % NR_PIRQS] = p;
    return 0;
}

/* ---- vectors ---- */

/* 0x80 and 0x82 are left out: software interrupts of old user programs. */
static bool vector_free_locked(unsigned v)
{
    return v >= VECTOR_DEVICE_FIRST && v <= VECTOR_DEVICE_LAST && v != 0x80 && v != 0x82 && vectors[v].pirq == 0;
}

static bool block_free_locked(unsigned first, unsigned nr)
{
    for (unsigned i = 0; i < nr; i++) {
        if (!vector_free_locked(first + i))
            return false;
    }
    return true;
}

uint8_t physdev_vectors_take_locked(struct domain *d, uint32_t pirq, unsigned nr, unsigned log2)
{
    unsigned block = 1U << (log2 & 7);

    for (unsigned v = ALIGN_UP(VECTOR_DEVICE_FIRST, block); v + block - 1 <= VECTOR_DEVICE_LAST; v += block) {
        if (!block_free_locked(v, block))
            continue;
        for (unsigned i = 0; i < nr && i < block; i++)
            vectors[v + i] = (struct vector_use){ d, (uint16_t)(pirq + i + 1) };
        return (uint8_t)v;
    }
    return 0;
}

void physdev_vector_free_locked(uint8_t vector)
{
    vectors[vector] = (struct vector_use){ NULL, 0 };
}

/* ---- the page that says which pirqs need PHYSDEVOP_eoi ---- */

static void eoi_bit_set_locked(const struct domain *d, uint32_t pirq, bool needs_eoi)
{
    uint64_t *words SC_COUNT(512);

    if (fref_is_none(d->physdev->eoi_page))
        return;
    words = held_words(d->physdev->eoi_page);
    if (needs_eoi)
        (void)shared_test_and_set_bit(&words[pirq / 64 % 512], pirq % 64);
    else
        (void)shared_test_and_clear_bit(&words[pirq / 64 % 512], pirq % 64);
}

static bool needs_eoi_locked(const struct pirq *p)
{
    return p->kind == PIRQ_GSI && p->bound && ioapic_line_is_level(p->gsi);
}

int physdev_set_eoi_page(struct domain *d, gfn_t page)
{
    fref_t ref;

    /* A PV guest's frame numbers are the machine's. */
    if (frame_get_rw(mfn(page.v), d->id, &ref) != 0)
        return -EINVAL;
    spin_lock(&physdev_lock);
    if (!fref_is_none(d->physdev->eoi_page)) {
        spin_unlock(&physdev_lock);
        frame_put(ref);
        return -EBUSY;
    }
    d->physdev->eoi_page = ref;
    for (uint32_t i = 0; i < NR_PIRQS; i++) {
        const struct pirq *p = physdev_pirq_locked(d, i);

        if (p != NULL && needs_eoi_locked(p))
            eoi_bit_set_locked(d, i, true);
    }
    spin_unlock(&physdev_lock);
    return 0;
}

/* ---- bound and unbound ---- */

SC_NODISCARD static int gsi_bind_locked(struct domain *d, uint32_t pirq, struct pirq *p)
{
    int rc;

    if (ioapic_line_is_ours(p->gsi))
        return -EBUSY;
    p->vector = physdev_vectors_take_locked(d, pirq, 1, 0);
    if (p->vector == 0)
        return -ENOSPC;
    rc = ioapic_line_route(p->gsi, p->vector);
    if (rc != 0) {
        physdev_vector_free_locked(p->vector);
        p->vector = 0;
    }
    return rc;
}

int physdev_pirq_bind(struct domain *d, uint32_t pirq, bool share)
{
    struct pirq *p;
    int rc = -EPERM;

    (void)share; /* one domain has all lines */
    if (!d->privileged)
        return -EPERM;
    spin_lock(&physdev_lock);
    p = physdev_pirq_locked(d, pirq);
    if (p != NULL && p->kind != PIRQ_RESERVED)
        rc = p->bound ? -EBUSY : p->kind == PIRQ_GSI ? gsi_bind_locked(d, pirq, p) : 0;
    if (rc == 0 && p != NULL) {
        p->bound = true;
        p->waits_eoi = false;
        eoi_bit_set_locked(d, pirq, needs_eoi_locked(p));
        if (p->kind == PIRQ_GSI)
            ioapic_line_unmask(p->gsi);
        else
            msi_set_masked(&p->msi, false);
    }
    spin_unlock(&physdev_lock);
    return rc;
}

void physdev_msi_move(uint32_t from)
{
    const struct domain *d = hardware_domain;

    spin_lock(&physdev_lock);
    for (uint32_t i = 0; d != NULL && i < NR_PIRQS; i++) {
        const struct pirq *p = physdev_pirq_locked(d, i);

        if (p != NULL && p->kind == PIRQ_MSI && p->vector != 0)
            msi_move(&p->msi, from);
    }
    spin_unlock(&physdev_lock);
}

static void unbind_locked(struct pirq *p)
{
    if (!p->bound)
        return;
    p->bound = false;
    if (p->kind == PIRQ_MSI) {
        msi_set_masked(&p->msi, true);
        return;
    }
    ioapic_line_unroute(p->gsi);
    physdev_vector_free_locked(p->vector);
    p->vector = 0;
}

void physdev_pirq_unbind(struct domain *d, uint32_t pirq)
{
    struct pirq *p;

    spin_lock(&physdev_lock);
    p = physdev_pirq_locked(d, pirq);
    if (p != NULL)
        unbind_locked(p);
    spin_unlock(&physdev_lock);
}

void physdev_pirq_delete_locked(struct domain *d, uint32_t pirq)
{
    struct pirq_table *t = d->physdev->pirqs;
    struct pirq *p;

    if (t == NULL)
        return;
    p = slot_take(t->at[pirq % NR_PIRQS]);
    if (p == NULL)
        return;
    unbind_locked(p);
    if (p->kind == PIRQ_MSI) {
        msi_stop(&p->msi);
        physdev_vector_free_locked(p->vector);
    }
    pirq_object_delete(p);
}

/* ---- taken and ended ---- */

void physdev_irq(uint32_t vector)
{
    const struct vector_use *use;
    struct domain *d;
    uint32_t pirq;
    struct pirq *p;
    bool send = false;

    spin_lock(&physdev_lock);
    use = &vectors[vector % NR_VECTORS];
    d = use->domain;
    pirq = use->pirq - 1U;
    p = d != NULL ? physdev_pirq_locked(d, pirq) : NULL;
    if (p != NULL && p->bound) {
        /* Its handler has masked the line (ioapic_ack). */
        p->waits_eoi = needs_eoi_locked(p);
        send = true;
    }
    spin_unlock(&physdev_lock);
    if (send && d != NULL)
        evtchn_send_pirq(d, pirq);
}

int physdev_eoi(struct domain *d, uint32_t pirq)
{
    struct pirq *p;
    int rc = -EINVAL;

    spin_lock(&physdev_lock);
    p = physdev_pirq_locked(d, pirq);
    if (p != NULL) {
        rc = 0;
        if (p->bound && p->waits_eoi) {
            p->waits_eoi = false;
            ioapic_line_unmask(p->gsi);
        }
    }
    spin_unlock(&physdev_lock);
    return rc;
}

/* Even an edge may want an EOI from time to time on Xen, so a guest without the page is always told to. */
int physdev_status(struct domain *d, uint32_t pirq, uint32_t *flags)
{
    if (pirq >= NR_PIRQS)
        return -EINVAL;
    *flags = XENIRQSTAT_needs_eoi;
    return 0;
}

/* ---- ports of user mode ---- */

int physdev_set_iobitmap(struct vcpu *v, uint64_t bitmap_gva, uint32_t nr_ports)
{
    struct physdev_domain *pd = v->domain->physdev;
    struct port_bitmaps *m;

    if (nr_ports > 65536 || (bitmap_gva >= HV_VIRT_START && bitmap_gva < HV_VIRT_END))
        return -EINVAL;
    if (pd->ports == NULL)
        pd->ports = port_bitmaps_new();
    m = pd->ports;
    if (m == NULL)
        return -ENOMEM;
    m->of[v->id % MAX_VCPUS].gva = bitmap_gva;
    m->of[v->id % MAX_VCPUS].nr_ports = nr_ports;
    return 0;
}

bool physdev_port_allowed(const struct vcpu *v, uint16_t port, unsigned nr_bytes)
{
    const struct port_bitmaps *m = v->domain->physdev->ports;
    uint8_t bits[2] = { 0xff, 0xff };
    uint64_t end = (uint64_t)port + nr_bytes;
    unsigned mask = (1U << (nr_bytes & 7)) - 1;
    gva_t at;

    if (m == NULL || m->of[v->id % MAX_VCPUS].gva == 0 || end > m->of[v->id % MAX_VCPUS].nr_ports)
        return false;
    at = gva(m->of[v->id % MAX_VCPUS].gva + port / 8);
    if (guest_kernel_read(v, bits, at, port % 8 + nr_bytes > 8 ? 2 : 1) != 0)
        return false;
    return ((bits[0] | (unsigned)bits[1] << 8) >> (port % 8) & mask) == 0;
}
