/* SPDX-License-Identifier: MIT */
/* machine_map.h - the firmware's memory map (ACPI 6.3, table 15-374: address range types). */
#ifndef CORE_MACHINE_MAP_H
#define CORE_MACHINE_MAP_H

#include "core/base.h"

struct e820_entry {
    uint64_t addr;
    uint64_t size;
    uint32_t type;
} __attribute__((packed));

#define E820_RAM 1
#define E820_RESERVED 2
#define E820_MAX 128

extern struct e820_entry e820[E820_MAX];
extern uint32_t nr_e820;

#endif
