/* SPDX-License-Identifier: MIT */
/* physdev_op: decode, call, encode (Xen public header physdev.h). */
#include "core/guest.h"

#include "core/log.h"
#include "modules/physdev/physdev.h"
#include "xen-compat/hypercalls.h"
#include "xen-compat/raw.h"

#include <xen/physdev.h>

_Static_assert(sizeof(struct physdev_map_pirq) == 40 && offsetof(struct physdev_map_pirq, table_base) == 32,
               "map_pirq");
_Static_assert(sizeof(struct physdev_apic) == 16 && sizeof(struct physdev_setup_gsi) == 8, "apic, setup_gsi");
_Static_assert(sizeof(struct physdev_pci_device_add) == 12, "pci_device_add");

#define DEVICE_FLAGS (XEN_PCI_DEV_EXTFN | XEN_PCI_DEV_VIRTFN | XEN_PCI_DEV_PXM)

static long op_eoi(struct vcpu *v, gva_t arg)
{
    struct physdev_eoi e;

    return guest_get(e, arg) != 0 ? -EFAULT : physdev_eoi(v->domain, e.irq);
}

static long op_eoi_page(struct vcpu *v, gva_t arg)
{
    struct physdev_pirq_eoi_gmfn e;

    return guest_get(e, arg) != 0 ? -EFAULT : physdev_set_eoi_page(v->domain, gfn(e.gmfn));
}

static long op_status(struct vcpu *v, gva_t arg)
{
    struct physdev_irq_status_query q;
    int rc;

    if (guest_get(q, arg) != 0)
        return -EFAULT;
    rc = physdev_status(v->domain, q.irq, &q.flags);
    return rc != 0 ? rc : guest_put(arg, q);
}

static long op_set_iopl(struct vcpu *v, gva_t arg)
{
    struct physdev_set_iopl i;

    if (guest_get(i, arg) != 0)
        return -EFAULT;
    if (i.iopl > 3)
        return -EINVAL;
    v->iopl = (uint8_t)i.iopl;
    return 0;
}

static long op_set_iobitmap(struct vcpu *v, gva_t arg)
{
    uint8_t raw[sizeof(struct physdev_set_iobitmap)];

    if (guest_get(raw, arg) != 0)
        return -EFAULT;
    return physdev_set_iobitmap(v, raw_u64(raw, offsetof(struct physdev_set_iobitmap, bitmap)),
                                raw_u32(raw, offsetof(struct physdev_set_iobitmap, nr_ports)));
}

static long op_apic(struct vcpu *v, gva_t arg, bool write)
{
    struct physdev_apic a;
    int rc;

    if (guest_get(a, arg) != 0)
        return -EFAULT;
    if (write)
        return physdev_ioapic_write(v->domain, a.apic_physbase, a.reg, a.value);
    rc = physdev_ioapic_read(v->domain, a.apic_physbase, a.reg, &a.value);
    return rc != 0 ? rc : guest_put(arg, a);
}

/* Vectors are the hypervisor's business; the domain gets a number that it can show. */
static long op_alloc_vector(struct vcpu *v, gva_t arg)
{
    struct physdev_irq i;

    if (guest_get(i, arg) != 0)
        return -EFAULT;
    if (!v->domain->privileged)
        return -EPERM;
    i.vector = i.irq;
    return guest_put(arg, i);
}

/* The domain named must be the caller: devices are not passed to other domains. */
SC_NODISCARD static int target_check(struct vcpu *v, domid_t id)
{
    struct domain *d = domain_find(v->domain, id);

    if (d == NULL)
        return -ESRCH;
    if (!v->domain->privileged)
        return -EPERM;
    return d == v->domain ? 0 : -EOPNOTSUPP;
}

/* bus: the bus number, and for the _SEG and MULTI_ types the segment above it.  table_base only says
 * that MSI-X is meant: where the table is, the device says. */
SC_NODISCARD static int map_msi(struct vcpu *v, struct physdev_map_pirq *m)
{
    bool multi = m->type == MAP_PIRQ_TYPE_MULTI_MSI;
    struct physdev_msi r = {
        .bdf = pci_bdf((uint8_t)m->bus, (uint8_t)m->devfn),
        .is_x = m->table_base != 0,
        .entry = (uint32_t)m->entry_nr,
        .nr = multi ? (uint32_t)m->entry_nr : 1,
    };

    if (m->type != MAP_PIRQ_TYPE_MSI && (uint32_t)m->bus >> 16 != 0)
        return -ENODEV; /* no devices but segment 0's are known */
    if (multi && r.is_x)
        return -EINVAL;
    return physdev_map_msi(v->domain, &r, &m->pirq);
}

static long op_map(struct vcpu *v, gva_t arg)
{
    struct physdev_map_pirq m;
    int rc;

    if (guest_get(m, arg) != 0)
        return -EFAULT;
    rc = target_check(v, m.domid);
    if (rc != 0)
        return rc;
    switch (m.type) {
    case MAP_PIRQ_TYPE_GSI: rc = physdev_map_gsi(v->domain, m.index, &m.pirq); break;
    case MAP_PIRQ_TYPE_MSI:
    case MAP_PIRQ_TYPE_MSI_SEG:
    case MAP_PIRQ_TYPE_MULTI_MSI: rc = map_msi(v, &m); break;
    default: rc = -EINVAL; break;
    }
    if (rc == 0)
        return guest_put(arg, m);
    log_guest(LOG_INFO, "map_pirq: type %d, index %d, pirq %d, bus 0x%x, devfn 0x%x, entry %d: error %d", m.type,
              m.index, m.pirq, (unsigned)m.bus, (unsigned)m.devfn, m.entry_nr, rc);
    return rc;
}

static long op_unmap(struct vcpu *v, gva_t arg)
{
    struct physdev_unmap_pirq u;
    int rc;

    if (guest_get(u, arg) != 0)
        return -EFAULT;
    rc = target_check(v, u.domid);
    return rc != 0 ? rc : physdev_unmap(v->domain, u.pirq);
}

static long op_get_free(struct vcpu *v, gva_t arg)
{
    struct physdev_get_free_pirq f;
    int rc;

    if (guest_get(f, arg) != 0)
        return -EFAULT;
    rc = physdev_get_free(v->domain, f.type, &f.pirq);
    return rc != 0 ? rc : guest_put(arg, f);
}

static long op_setup_gsi(struct vcpu *v, gva_t arg)
{
    struct physdev_setup_gsi s;

    if (guest_get(s, arg) != 0)
        return -EFAULT;
    return physdev_setup_gsi(v->domain, s.gsi, s.triggering != 0, s.polarity != 0);
}

static long op_manage_pci(struct vcpu *v, gva_t arg, uint32_t cmd)
{
    struct physdev_manage_pci m;

    if (guest_get(m, arg) != 0)
        return -EFAULT;
    if (cmd == PHYSDEVOP_manage_pci_add)
        return physdev_device_add(v->domain, pci_bdf(m.bus, m.devfn));
    if (cmd == PHYSDEVOP_restore_msi)
        return physdev_restore_msi(v->domain, pci_bdf(m.bus, m.devfn));
    return physdev_device_remove(v->domain, pci_bdf(m.bus, m.devfn));
}

static long op_manage_pci_ext(struct vcpu *v, gva_t arg)
{
    struct physdev_manage_pci_ext m;

    if (guest_get(m, arg) != 0)
        return -EFAULT;
    if (m.is_extfn > 1 || m.is_virtfn > 1)
        return -EINVAL;
    return physdev_device_add(v->domain, pci_bdf(m.bus, m.devfn));
}

static long op_device_add(struct vcpu *v, gva_t arg)
{
    uint8_t raw[sizeof(struct physdev_pci_device_add)];

    if (guest_get(raw, arg) != 0)
        return -EFAULT;
    if (!v->domain->privileged)
        return -EPERM;
    if (raw_u16(raw, offsetof(struct physdev_pci_device_add, seg)) != 0)
        return -EOPNOTSUPP;
    if ((raw_u32(raw, offsetof(struct physdev_pci_device_add, flags)) & ~(uint32_t)DEVICE_FLAGS) != 0)
        log_guest(LOG_INFO, "pci_device_add: unknown flags are ignored");
    return physdev_device_add(v->domain, pci_bdf(raw[offsetof(struct physdev_pci_device_add, bus)],
                                                 raw[offsetof(struct physdev_pci_device_add, devfn)]));
}

static long op_device(struct vcpu *v, gva_t arg, uint32_t cmd)
{
    struct physdev_pci_device p;

    if (guest_get(p, arg) != 0)
        return -EFAULT;
    if (p.seg != 0)
        return v->domain->privileged ? -ENODEV : -EPERM;
    switch (cmd) {
    case PHYSDEVOP_pci_device_remove: return physdev_device_remove(v->domain, pci_bdf(p.bus, p.devfn));
    case PHYSDEVOP_restore_msi_ext: return physdev_restore_msi(v->domain, pci_bdf(p.bus, p.devfn));
    default: return physdev_msix_announce(v->domain, pci_bdf(p.bus, p.devfn), cmd == PHYSDEVOP_release_msix);
    }
}

/* The domain found the MMCFG areas of ACPI reserved, or not; the hypervisor itself does not use them. */
static long op_mmcfg(struct vcpu *v, gva_t arg)
{
    struct physdev_pci_mmcfg_reserved m;

    if (guest_get(m, arg) != 0)
        return -EFAULT;
    return physdev_mmcfg_announce(v->domain, m.address, m.segment, m.start_bus, m.end_bus);
}

/* There is no debug port in use that a reset of its controller could disturb. */
static long op_dbgp(struct vcpu *v, gva_t arg)
{
    struct physdev_dbgp_op o;

    if (!v->domain->privileged)
        return -EPERM;
    return guest_get(o, arg) != 0 ? -EFAULT : 0;
}

/* What only the hardware domain asks about its devices. */
static long device_op(struct vcpu *v, uint32_t cmd, gva_t arg)
{
    switch (cmd) {
    case PHYSDEVOP_manage_pci_add:
    case PHYSDEVOP_manage_pci_remove:
    case PHYSDEVOP_restore_msi: return op_manage_pci(v, arg, cmd);
    case PHYSDEVOP_manage_pci_add_ext: return op_manage_pci_ext(v, arg);
    case PHYSDEVOP_pci_device_add: return op_device_add(v, arg);
    case PHYSDEVOP_pci_device_remove:
    case PHYSDEVOP_restore_msi_ext:
    case PHYSDEVOP_prepare_msix:
    case PHYSDEVOP_release_msix: return op_device(v, arg, cmd);
    case PHYSDEVOP_pci_mmcfg_reserved: return op_mmcfg(v, arg);
    case PHYSDEVOP_dbgp_op: return op_dbgp(v, arg);
    default: log_guest(LOG_INFO, "physdev_op %u: not implemented", cmd); return -ENOSYS;
    }
}

long hc_physdev_op(struct vcpu *v, uint64_t cmd, uint64_t arg, uint64_t a3, uint64_t a4, uint64_t a5)
{
    gva_t at = gva(arg);

    switch ((uint32_t)cmd) {
    case PHYSDEVOP_eoi: return op_eoi(v, at);
    case PHYSDEVOP_pirq_eoi_gmfn_v2: return op_eoi_page(v, at);
    case PHYSDEVOP_irq_status_query: return op_status(v, at);
    case PHYSDEVOP_set_iopl: return op_set_iopl(v, at);
    case PHYSDEVOP_set_iobitmap: return op_set_iobitmap(v, at);
    case PHYSDEVOP_apic_read: return op_apic(v, at, false);
    case PHYSDEVOP_apic_write: return op_apic(v, at, true);
    case PHYSDEVOP_alloc_irq_vector: return op_alloc_vector(v, at);
    case PHYSDEVOP_map_pirq: return op_map(v, at);
    case PHYSDEVOP_unmap_pirq: return op_unmap(v, at);
    case PHYSDEVOP_get_free_pirq: return op_get_free(v, at);
    case PHYSDEVOP_setup_gsi: return op_setup_gsi(v, at);
    default: return device_op(v, (uint32_t)cmd, at);
    }
}
