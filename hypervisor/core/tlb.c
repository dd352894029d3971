/* SPDX-License-Identifier: MIT */
#include "core/tlb.h"

#include "arch/cpu.h"

void cr3_load(uint64_t cr3)
{
    this_cpu()->cr3 = cr3;
    write_cr3(cr3);
    tlb_stamp_cpu();
}

void tlb_flush_all_local(void)
{
    uint64_t cr4 = read_cr4();

    write_cr4(cr4 ^ CR4_PGE);
    write_cr4(cr4);
    tlb_stamp_cpu();
}
