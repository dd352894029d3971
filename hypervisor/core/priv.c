/* SPDX-License-Identifier: MIT */
#include "core/priv.h"

#include "core/domain.h"
#include "core/speculation.h"

#define DR7_NONE 0x400

uint64_t priv_read_cr0(void)
{
    return read_cr0();
}

uint64_t priv_read_cr4(void)
{
    return read_cr4();
}

uint64_t priv_rdmsr(uint32_t msr)
{
    return rdmsr(msr);
}

void priv_wrmsr(uint32_t msr, uint64_t v)
{
    SC_REQUIRE(msr == MSR_FS_BASE || msr == MSR_GS_BASE || msr == MSR_SHADOW_GS_BASE);
    SC_REQUIRE((uint64_t)((int64_t)(v << 16) >> 16) == v);
    wrmsr(msr, v);
}

bool priv_port_is_ours(uint16_t port, unsigned size)
{
    static const struct {
        uint16_t first, last;
    } ours[] = { { 0x20, 0x21 }, { 0x40, 0x43 }, { 0xa0, 0xa1 }, { 0x3f8, 0x3ff } };

    for (unsigned i = 0; i < ARRAY_SIZE(ours); i++) {
        if (port <= ours[i].last && port + size > ours[i].first)
            return true;
    }
    return false;
}

static void port_require(uint16_t port, unsigned size)
{
    SC_REQUIRE(current_vcpu()->domain->privileged && !priv_port_is_ours(port, size));
}

uint8_t priv_inb(uint16_t port)
{
    port_require(port, 1);
    return inb(port);
}

uint16_t priv_inw(uint16_t port)
{
    port_require(port, 2);
    return inw(port);
}

uint32_t priv_inl(uint16_t port)
{
    port_require(port, 4);
    return inl(port);
}

void priv_outb(uint8_t v, uint16_t port)
{
    port_require(port, 1);
    outb(v, port);
}

void priv_outw(uint16_t v, uint16_t port)
{
    port_require(port, 2);
    outw(v, port);
}

void priv_outl(uint32_t v, uint16_t port)
{
    port_require(port, 4);
    outl(v, port);
}

void priv_invlpg(uint64_t va)
{
    invlpg(va); /* with PCIDs, of the hypervisor's view only */
    if (pcid_used && cpu_top()->root_stale == 0)
        cpu_top()->root_stale = ROOT_FLUSH;
}

void priv_wbinvd(void)
{
    wbinvd();
}

void priv_clear_dr7(void)
{
    write_dr7(DR7_NONE);
}

void priv_xsetbv(uint32_t reg, uint64_t v)
{
    xsetbv(reg, v);
}
