/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A look-up in a list returns null when nothing matches; its caller tests the result before use.
 */
#include "core/base.h"

struct device {
    uint16_t vendor;
    uint16_t id;
    uint32_t nr_irqs;
    struct device *next SC_NULLABLE;
};

SC_NULLABLE static const struct device *device_find(const struct device *list SC_NULLABLE, uint16_t vendor, uint16_t id)
{
    SC_TRIPS(256)
    for (const struct device *d SC_NULLABLE = list; d != NULL; d = d->next)
        if (d->vendor == vendor && d->id == id)
            return d;
    return NULL;
}

uint32_t device_irqs(const struct device *list SC_NULLABLE, uint16_t vendor, uint16_t id)
{
    const struct device *d SC_NULLABLE = device_find(list, vendor, id);

    return d != NULL ? d->nr_irqs : 0;
}
