/* SPDX-License-Identifier: MIT */
#include "arch/features.h"

#include "arch/cpu.h"
#include "core/cmdline.h"
#include "core/log.h"
#include "core/segments.h"
#include "core/speculation.h"

static bool cpu_has_7b(unsigned bit)
{
    uint32_t a, b, c, d;

    cpuid(0, 0, &a, &b, &c, &d);
    if (a < 7)
        return false;
    cpuid(7, 0, &a, &b, &c, &d);
    return (b >> bit & 1) != 0;
}

static bool cpu_has_7c(unsigned bit)
{
    uint32_t a, b, c, d;

    cpuid(0, 0, &a, &b, &c, &d);
    if (a < 7)
        return false;
    cpuid(7, 0, &a, &b, &c, &d);
    return (c >> bit & 1) != 0;
}

unsigned cpu_address_bits(void)
{
    uint32_t a, b, c, d;

    cpuid(0x80000000, 0, &a, &b, &c, &d);
    if (a < 0x80000008)
        return 36;
    cpuid(0x80000008, 0, &a, &b, &c, &d);
    return a & 0xff;
}

/*
 * QEMU's TCG makes a supervisor access of the stack reads of an IRET in ring 3, so under
 * SMAP a PV kernel's own IRET faults.  Silicon does not.
 */
static bool smap_breaks_guests(void)
{
    uint32_t a, b, c, d;

    cpuid(0x40000000, 0, &a, &b, &c, &d);
    return b == 0x54474354 && c == 0x43544743 && d == 0x47435447; /* "TCGTCGTCGTCG" */
}

bool fsgsbase_offered(void)
{
    return cpu_has_7b(0);
}

bool smep_wanted(void)
{
    return opt_smep && cpu_has_7b(7);
}

bool smap_wanted(void)
{
    return opt_smap && cpu_has_7b(20) && (opt_smap_given || !smap_breaks_guests());
}

void features_init(struct cpu *cpu)
{
    uint64_t cr4 = (read_cr4() | CR4_DE | CR4_MCE) & ~CR4_FSGSBASE;

    if (!xpti_used)
        cr4 |= CR4_PGE; /* global translations of ours would be there while a guest runs */
    if (pcid_used)
        cr4 |= CR4_PCIDE;
    if (smep_wanted())
        cr4 |= CR4_SMEP;
    if (smap_wanted())
        cr4 |= CR4_SMAP;
    else if (opt_smap && cpu_has_7b(20) && cpu->id == 0)
        log_warn("SMAP left off: under QEMU's TCG a PV kernel's own IRET faults with it (smap=1 turns it on)");
    if (cpu_has_7c(2))
        cr4 |= CR4_UMIP;
    write_cr4(cr4);
    if (cpu->id == 0)
        log_info("CPU: SMEP %u, SMAP %u, UMIP %u", (cr4 & CR4_SMEP) != 0, (cr4 & CR4_SMAP) != 0, (cr4 & CR4_UMIP) != 0);
}
