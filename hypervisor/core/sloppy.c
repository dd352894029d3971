/* SPDX-License-Identifier: MIT */
#include "core/sloppy.h"

SC_CLUSTER(part, sloppy_parts, struct sloppy_part, cluster_cpu);

void sloppy_add(struct sloppy *s, int64_t n)
{
    struct sloppy_part *p = part_here(&s->parts);
    uint64_t sum;

    if (unlikely(p == NULL)) {
        (void)atomic_add64(&s->total, (uint64_t)n);
        return;
    }
    sum = atomic_read64(&p->part) + (uint64_t)n;
    if (likely(sum + SLOPPY_MOST <= 2 * SLOPPY_MOST)) {
        atomic_write64(&p->part, sum);
        return;
    }
    /* First out of here: a reader looks at the total first, so what goes down meanwhile it sees once or not at all. */
    atomic_write64(&p->part, 0);
    (void)atomic_add64(&s->total, sum);
}

uint64_t sloppy_read(const struct sloppy *s)
{
    uint64_t sum = atomic_read64(&s->total);

    for (uint32_t i = 0; i < CLUSTER_MAX; i++) {
        const struct sloppy_part *p = part_at(&s->parts, i);

        if (p != NULL)
            sum += atomic_read64(&p->part);
    }
    return sum;
}

void sloppy_copy(struct sloppy *to, const struct sloppy *from)
{
    atomic_write64(&to->total, atomic_read64(&from->total));
    for (uint32_t i = 0; i < CLUSTER_MAX; i++)
        slot_publish(to->parts.rep[i], part_at(&from->parts, i));
}

void sloppy_end(struct sloppy *s)
{
    part_end(&s->parts);
    atomic_write64(&s->total, 0);
}
