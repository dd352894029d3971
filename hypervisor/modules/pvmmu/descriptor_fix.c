/* SPDX-License-Identifier: MIT */
/* What a guest may have in its descriptor tables (AMD APM vol. 2, 4.7 and 4.8). */
#include "modules/pvmmu/pvmmu.h"

/* A guest's kernel and users both run in ring 3.  Code and data are marked accessed, so that the CPU never writes to
 * the table. */
/*@ ensures dpl: (\result & 1UL << 45) != 0 && (\result & 1UL << 46) != 0;
    ensures code: (d & DESC_CODE_DATA) != 0 ==>
      (\result & DESC_ACCESSED) != 0 && \result == (d | DESC_DPL | DESC_ACCESSED);
    ensures system: (d & DESC_CODE_DATA) == 0 ==> \result == (d | DESC_DPL);
    ensures kind: (\result & 1UL << 44) != 0 <==> (d & 1UL << 44) != 0;
*/
static uint64_t for_ring_3(uint64_t d)
{
    return (d & DESC_CODE_DATA) != 0 ? d | DESC_DPL | DESC_ACCESSED : d | DESC_DPL;
}

bool descriptor_fix(uint64_t *desc)
{
    uint64_t d = *desc;

    if ((d & DESC_PRESENT) == 0)
        return true;
    if ((d & DESC_CODE_DATA) == 0 && (d & DESC_TYPE) != 0)
        return false; /* gates, TSS and LDT descriptors are the hypervisor's */
    *desc = for_ring_3(d);
    /*@ assert ring: (*desc & 1UL << 45) != 0 && (*desc & 1UL << 46) != 0; */
    /*@ assert code: (*desc & 1UL << 44) != 0 ==> (*desc & 1UL << 40) != 0; */
    /*@ assert system: (*desc & 1UL << 44) == 0 ==> *desc == (d | 3UL << 45) && (d & 0xfUL << 40) == 0; */
    /*@ assert safe: descriptor_safe(*desc); */
    return true;
}
