/* SPDX-License-Identifier: MIT */
/* Everything is checked first; what is then committed cannot fail (SC-22). */
#include "modules/sample/sample.h"

#include "core/lock.h"
#include "core/log.h"

static spinlock_t sample_lock = SPINLOCK_INIT(RANK_CONSOLE); /* a leaf: nothing is called while it is held */
static uint64_t sums[SAMPLE_SLOTS] SC_GUARDED_BY(sample_lock);
static uint64_t total SC_GUARDED_BY(sample_lock); /* of all sums */

int sample_add(uint64_t slot, uint64_t amount)
{
    int rc = 0;

    if (slot >= SAMPLE_SLOTS)
        return -EINVAL;
    spin_lock(&sample_lock);
    if (amount > SAMPLE_TOTAL_MAX - total) {
        rc = -EOVERFLOW;
    } else {
        SC_COMMIT
        {
            sums[slot] += amount;
            total += amount;
        }
    }
    spin_unlock(&sample_lock);
    return rc;
}

int sample_get(uint64_t slot, uint64_t *sum)
{
    if (slot >= SAMPLE_SLOTS)
        return -EINVAL;
    spin_lock(&sample_lock);
    *sum = sums[slot];
    spin_unlock(&sample_lock);
    return 0;
}

uint64_t sample_clear(void)
{
    uint64_t was;

    spin_lock(&sample_lock);
    was = total;
    SC_COMMIT
    {
        for (unsigned i = 0; i < SAMPLE_SLOTS; i++)
            sums[i] = 0;
        total = 0;
    }
    spin_unlock(&sample_lock);
    return was;
}

long hc_sample(struct vcpu *v, uint64_t op, uint64_t slot, uint64_t amount, uint64_t a4, uint64_t a5)
{
    uint64_t sum;
    int rc;

    switch (op) {
    case SAMPLE_ADD:
        rc = sample_add(slot, amount);
        if (rc != 0)
            log_guest(LOG_INFO, "sample: %lu more in slot %lu: refused (%d)", amount, slot, rc);
        return rc;
    case SAMPLE_GET: rc = sample_get(slot, &sum); return rc != 0 ? rc : (long)sum;
    case SAMPLE_CLEAR:
        if (!v->domain->privileged)
            return -EPERM;
        log_guest(LOG_INFO, "sample: cleared, the total was %lu", sample_clear());
        return 0;
    default: return -ENOSYS;
    }
}
