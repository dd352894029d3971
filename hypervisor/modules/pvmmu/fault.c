/* SPDX-License-Identifier: MIT */
/* Page faults of the running guest that are ours to resolve. */
#include "core/log.h"
#include "core/trap.h"
#include "modules/pvmmu/pvmmu.h"
#include "ports/pvmmu.h"

/* An access to the vcpu's own LDT area of the per-domain slot: the CPU looked up a selector. */
static bool ldt_area(const struct vcpu *v, uint64_t address, uint64_t *offset)
{
    uint64_t base = PERDOM_BASE + (uint64_t)v->id * PERDOM_VCPU_STRIDE + 16 * PAGE_SIZE;

    *offset = address - base;
    return address >= base && address < base + 16 * PAGE_SIZE;
}

/* The entry allows the access by now: a stale translation. */
static bool fault_is_spurious(struct vcpu *v, uint64_t address, uint32_t error_code)
{
    mfn_t t = fref_mfn(v->kernel_mode ? v->kernel_pt : v->user_pt);
    bool writable = true, executable = true;

    if ((error_code & (PF_RSVD)) != 0)
        return false;
    for (unsigned l = KIND_L4; l >= KIND_L1; l--) {
        uint64_t e = pt_peek(t, (unsigned)(address >> (PAGE_SHIFT + 9 * (l - 1))) & 511);

        if (!pte_present(e))
            return false;
        writable = writable && (e & PTE_W) != 0;
        executable = executable && (e & PTE_NX) == 0;
        t = pte_mfn(e);
    }
    if ((error_code & PF_WRITE) != 0 && !writable)
        return false;
    return (error_code & PF_FETCH) == 0 || executable;
}

bool pvmmu_fault(struct vcpu *v, uint64_t address, uint32_t error_code)
{
    uint64_t offset;

    if (address >= HV_VIRT_START && address < HV_VIRT_END)
        return ldt_area(v, address, &offset) && pvmmu_ldt_fault(v, offset);
    if ((error_code & PF_PRESENT) == 0 || (error_code & PF_RSVD) != 0)
        return false;
    if ((error_code & PF_WRITE) != 0 && v->kernel_mode && ptwr_fault(v, address))
        return true;
    return fault_is_spurious(v, address, error_code);
}
