/* SPDX-License-Identifier: MIT */
/* domu_config.h - the value of the option domu= (docs/handbook/boot.md). */
#ifndef XEN_COMPAT_DOMU_CONFIG_H
#define XEN_COMPAT_DOMU_CONFIG_H

#include "core/base.h"
#include "core/cmdline.h"

#define DOMU_NO_MODULE UINT32_MAX
#define DOMU_MAX_VCPUS 16 /* so that all domains' timers fit into one CPU's queue (core/timerq.h) */
#define DOMU_MEM_DEFAULT (128UL << 20)
#define DOMU_MEM_MIN (8UL << 20)

struct domu_config {
    uint32_t kernel, ramdisk; /* numbers of boot modules, or DOMU_NO_MODULE */
    uint64_t mem_bytes;
    uint32_t vcpus;
    uint32_t nodes;       /* bit a node; 0: none given */
    bool vnuma;           /* it is told of its nodes */
    uint16_t weight, cap; /* 0: the scheduler's default weight, no cap */
    char name[16];        /* empty: none was given */
};

/*@ predicate config_holds(struct domu_config c) =
      c.mem_bytes >= DOMU_MEM_MIN && 1 <= c.vcpus <= DOMU_MAX_VCPUS && c.cap <= DOMU_MAX_VCPUS * 100 &&
      c.name[15] == 0;
    predicate config_good(struct domu_config *c) =
      c->mem_bytes >= DOMU_MEM_MIN && 1 <= c->vcpus <= DOMU_MAX_VCPUS && c->cap <= DOMU_MAX_VCPUS * 100 &&
      c->name[15] == 0;
*/

/*
 * Take text apart from `at` on, up to a space or its end: key=value pairs with commas between.
 * Null: *c is good, but for whether modules and memory are there.  Else what is wrong
 * and what to do, in words.
 */
/*@ requires at < OPT_LINE_BYTES && text[OPT_LINE_BYTES - 1] == 0;
    assigns *c;
    assigns \result \from \nothing;
    ensures good: \result == \null ==> config_good(c) && c->kernel != DOMU_NO_MODULE && c->cap <= c->vcpus * 100;
*/
SC_NULLABLE SC_STRING const char *domu_config_parse(const char text[OPT_LINE_BYTES], uint32_t at,
                                                    struct domu_config *c);

#endif
