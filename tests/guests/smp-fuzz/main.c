/*
 * Random hypercalls by four vcpus at once: the hypervisor lives.
 *
 * Checks: as fuzz, whose code this is: each of four vcpus makes count= calls, with structures in pages that the others scribble on, map, pin and give
 *   away at the same time.
 * Expect: the end is reached, or the domain crashes with a report and the hypervisor lives.
 * Run: ends=either vcpus=6 smp=4 timeout=150 args=seed=1,count=10000
 */
#define FUZZERS 4
#include "../fuzz/main.c"
