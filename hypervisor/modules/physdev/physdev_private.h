/* SPDX-License-Identifier: MIT */
/* physdev_private.h - the state of module physdev; see README.md. */
#ifndef MODULES_PHYSDEV_PHYSDEV_PRIVATE_H
#define MODULES_PHYSDEV_PHYSDEV_PRIVATE_H

#include "modules/physdev/physdev.h"

#include "core/frame.h"
#include "core/guest.h"
#include "core/lock.h"

/* Between evtchn and pool in the lock order; sched is never taken with it or the other way round. */

enum pirq_kind { PIRQ_RESERVED = 0, PIRQ_GSI, PIRQ_MSI };

struct pirq {
    uint8_t kind; /* enum pirq_kind */
    bool bound;
    bool waits_eoi; /* GSI: masked since it came */
    uint8_t vector; /* 0: none */
    uint8_t nr;     /* MSI: messages mapped with this first one; 0: not the first */
    uint32_t gsi;   /* GSI */
    struct msi msi; /* MSI */
};

struct pirq_table {
    struct pirq *at[NR_PIRQS];
};

struct port_bitmaps {
    struct {
        uint64_t gva; /* 0: none */
        uint32_t nr_ports;
    } of[MAX_VCPUS];
};

struct physdev_domain {
    struct pirq_table *pirqs SC_NULLABLE; /* constant; only a privileged domain has one */
    fref_t eoi_page;                      /* held for writing; none: not given */
    struct port_bitmaps *ports SC_NULLABLE;
};

/* One lock: physical interrupts are one domain's. */
extern spinlock_t physdev_lock;

/* d's pirq, or null. */
SC_NULLABLE struct pirq *physdev_pirq_locked(const struct domain *d, uint32_t pirq);
/* A new, reserved one in an empty slot: 0 or -ENOMEM. */
SC_NODISCARD int physdev_pirq_new_locked(struct domain *d, uint32_t pirq);
/* Take it out, stopping it first. */
void physdev_pirq_delete_locked(struct domain *d, uint32_t pirq);
/* 1 << log2 vectors, aligned, for d's pirqs from pirq on: the first, or 0. */
uint8_t physdev_vectors_take_locked(struct domain *d, uint32_t pirq, unsigned nr, unsigned log2);
void physdev_vector_free_locked(uint8_t vector);
/* Is the device announced? */
bool physdev_device_known_locked(pci_bdf_t bdf);

#endif
