/* SPDX-License-Identifier: MIT */
/* sched_fair's twin: its queues are ordered, and what they count is there. */
#include "hypervisor/modules/sched_fair/sched_fair.c"

#include "tests/twin/twin_sched.h"

void queues_start(void)
{
    for (unsigned c = 0; c < MAX_CPUS; c++)
        runqs[c].lock.rank = RANK_SCHED;
}

static void list_look(const struct vcpu_list *l, unsigned cpu, bool parked)
{
    const struct vcpu *before_it = NULL;
    unsigned n = 0;

    for (const struct vcpu *v = l->head; v != NULL; before_it = v, v = v->sched.next) {
        twin_assert(n++ < NR_VCPUS, "a list of CPU %u has no end", cpu);
        twin_assert(v->sched.prev == before_it, "a list of CPU %u leads back to another", cpu);
        twin_assert(parked || before_it == NULL || !before(v->sched.vtime_ns, before_it->sched.vtime_ns),
                    "the queue of CPU %u is not in the order of virtual times", cpu);
        queues_saw(v, cpu, parked);
    }
    twin_assert(l->tail == before_it, "a list of CPU %u ends elsewhere", cpu);
}

void queues_look(void)
{
    for (unsigned c = 0; c < NR_CPUS; c++) {
        const struct runq *q = &runqs[c];

        list_look(&q->ready, c, false);
        list_look(&q->parked, c, true);
        queues_counted(c, q->nr, q->running);
        for (const struct vcpu *v = q->parked.head; v != NULL; v = v->sched.next)
            twin_assert(q->unpark_ns <= v->sched.until_ns, "one is parked on CPU %u longer than its cap asks", c);
    }
}

int main(void)
{
    /* What two others may run before: 30 ms of their virtual time, which is 60 of one with twice the weight; a cap's
     * period. */
    return twin_sched_main("sched_fair", true, 150000000UL);
}
