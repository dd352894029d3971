/* SPDX-License-Identifier: MIT */
#include "core/tlb.h"

#include "arch/cpu.h"

void cr3_load(uint64_t cr3)
{
    this_cpu()->cr3 = cr3;
    write_cr3(cr3);
    tlb_stamp_cpu();
}

void cr3_load_guest(fref_t l4)
{
    mfn_t m = fref_mfn(l4);

    SC_REQUIRE((l4.v & FREF_TAG_PT) != 0 &&
               (frame_state(m) & (FS_TYPE_MASK | FS_SEALED)) == (FS_TYPE(KIND_L4) | FS_SEALED));
    cr3_load(mfn_to_maddr(m).v);
}

void tlb_flush_all_local(void)
{
    uint64_t cr4 = read_cr4();

    write_cr4(cr4 ^ CR4_PGE);
    write_cr4(cr4);
    tlb_stamp_cpu();
}
