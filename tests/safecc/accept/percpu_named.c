/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * State of one CPU declared with SC_PERCPU and reached with sc_this_cpu.
 */
#include "core/percpu.h"

struct exit_counts {
    uint64_t nr_exits;
    uint64_t nr_slow;
    uint64_t longest_ns;
};

SC_PERCPU(struct exit_counts, exit_counts);

void exit_counts_note(uint64_t took_ns)
{
    struct exit_counts *mine = sc_this_cpu(exit_counts);

    mine->nr_exits++;
    if (took_ns > 100000)
        mine->nr_slow++;
    if (took_ns > mine->longest_ns)
        mine->longest_ns = took_ns;
}
