/* SPDX-License-Identifier: MIT */
#include "core/priv.h"

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
    wrmsr(msr, v);
}

uint8_t priv_inb(uint16_t port)
{
    return inb(port);
}

uint16_t priv_inw(uint16_t port)
{
    return inw(port);
}

uint32_t priv_inl(uint16_t port)
{
    return inl(port);
}

void priv_outb(uint8_t v, uint16_t port)
{
    outb(v, port);
}

void priv_outw(uint16_t v, uint16_t port)
{
    outw(v, port);
}

void priv_outl(uint32_t v, uint16_t port)
{
    outl(v, port);
}

void priv_invlpg(uint64_t va)
{
    invlpg(va);
}

void priv_wbinvd(void)
{
    wbinvd();
}

void priv_write_dr7(uint64_t v)
{
    write_dr7(v);
}

void priv_xsetbv(uint32_t reg, uint64_t v)
{
    xsetbv(reg, v);
}
