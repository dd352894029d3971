/* SPDX-License-Identifier: MIT */
/* physdev_device.c - the PCI devices that the hardware domain announced, segment 0.  See physdev.h. */
#include "modules/physdev/physdev_private.h"

#define NR_DEVICES 65536 /* 256 buses of 256 functions */

static uint64_t known[NR_DEVICES / 64] SC_GUARDED_BY(physdev_lock);

bool physdev_device_known_locked(pci_bdf_t bdf)
{
    return (known[bdf.v / 64] >> (bdf.v % 64) & 1) != 0;
}

int physdev_device_add(struct domain *d, pci_bdf_t bdf)
{
    if (!d->privileged)
        return -EPERM;
    spin_lock(&physdev_lock);
    known[bdf.v / 64] |= 1UL << (bdf.v % 64);
    spin_unlock(&physdev_lock);
    return 0;
}

/* MSI-X messages of bdf's that d has mapped. */
static uint32_t nr_x_mapped_locked(const struct domain *d, pci_bdf_t bdf)
{
    uint32_t nr = 0;

    for (uint32_t i = 0; i < NR_PIRQS; i++) {
        const struct pirq *p = physdev_pirq_locked(d, i);

        if (p != NULL && p->kind == PIRQ_MSI && p->msi.bdf.v == bdf.v && p->msi.is_x)
            nr++;
    }
    return nr;
}

static void unmap_all_locked(struct domain *d, pci_bdf_t bdf)
{
    for (uint32_t i = 0; i < NR_PIRQS; i++) {
        const struct pirq *p = physdev_pirq_locked(d, i);

        if (p != NULL && p->kind == PIRQ_MSI && p->msi.bdf.v == bdf.v)
            physdev_pirq_delete_locked(d, i);
    }
}

int physdev_device_remove(struct domain *d, pci_bdf_t bdf)
{
    int rc = -ENODEV;

    if (!d->privileged)
        return -EPERM;
    spin_lock(&physdev_lock);
    if (physdev_device_known_locked(bdf)) {
        unmap_all_locked(d, bdf);
        known[bdf.v / 64] &= ~(1UL << (bdf.v % 64));
        rc = 0;
    }
    spin_unlock(&physdev_lock);
    return rc;
}

int physdev_msix_announce(struct domain *d, pci_bdf_t bdf, bool release)
{
    uint32_t most = release ? 1 : 0; /* as Xen, which counts the announcement itself */
    int rc;

    if (!d->privileged)
        return -EPERM;
    spin_lock(&physdev_lock);
    if (!physdev_device_known_locked(bdf) || pci_find_capability(bdf, PCI_CAP_MSIX) == 0)
        rc = -ENODEV;
    else
        rc = nr_x_mapped_locked(d, bdf) > most ? -EBUSY : 0;
    spin_unlock(&physdev_lock);
    return rc;
}

int physdev_restore_msi(struct domain *d, pci_bdf_t bdf)
{
    if (!d->privileged)
        return -EPERM;
    spin_lock(&physdev_lock);
    if (!physdev_device_known_locked(bdf)) {
        spin_unlock(&physdev_lock);
        return -ENODEV;
    }
    for (uint32_t i = 0; i < NR_PIRQS; i++) {
        const struct pirq *p = physdev_pirq_locked(d, i);

        if (p != NULL && p->kind == PIRQ_MSI && p->msi.bdf.v == bdf.v)
            msi_restore(&p->msi);
    }
    spin_unlock(&physdev_lock);
    return 0;
}

int physdev_mmcfg_announce(struct domain *d, uint64_t address, uint16_t segment, uint8_t start_bus, uint8_t end_bus)
{
    const struct acpi_info *acpi = acpi_get();

    if (!d->privileged)
        return -EPERM;
    for (uint32_t i = 0; i < acpi->nr_mcfg; i++) {
        const struct acpi_mcfg *m = &acpi->mcfg[i];

        if (m->maddr == address && m->segment == segment && m->start_bus == start_bus && m->end_bus == end_bus)
            return 0;
    }
    return -ENODEV;
}
