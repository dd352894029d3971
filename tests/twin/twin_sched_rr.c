/* SPDX-License-Identifier: MIT */
/* sched_rr's twin: its queues lead to their ends and back, and what they count is there. */
#include "hypervisor/modules/sched_rr/sched_rr.c"

#include "tests/twin/twin_sched.h"

void queues_start(void)
{
    for (unsigned c = 0; c < MAX_CPUS; c++)
        runqs[c].lock.rank = RANK_SCHED;
}

void queues_look(void)
{
    for (unsigned c = 0; c < NR_CPUS; c++) {
        const struct vcpu *last = NULL;
        unsigned n = 0;

        for (const struct vcpu *v = runqs[c].ready.head; v != NULL; last = v, v = v->sched.next) {
            twin_assert(n++ < NR_VCPUS, "the queue of CPU %u has no end", c);
            twin_assert(v->sched.prev == last, "the queue of CPU %u leads back to another", c);
            queues_saw(v, c, false);
        }
        twin_assert(runqs[c].ready.tail == last, "the queue of CPU %u ends elsewhere", c);
        queues_counted(c, runqs[c].nr, NULL);
    }
}

int main(void)
{
    return twin_sched_main("sched_rr", false, 30000000UL); /* two others' turns, and the rest of one's */
}
