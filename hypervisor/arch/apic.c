/* SPDX-License-Identifier: MIT */
#include "arch/apic.h"

#include "arch/cpu.h"
#include "core/hvmap.h"
#include "core/log.h"

#define APIC_ID 0x20
#define APIC_VERSION 0x30
#define APIC_TPR 0x80
#define APIC_EOI 0xb0
#define APIC_SVR 0xf0
#define APIC_ICR_LOW 0x300
#define APIC_ICR_HIGH 0x310
#define APIC_LVT_TIMER 0x320
#define APIC_LVT_LINT0 0x350
#define APIC_LVT_LINT1 0x360
#define APIC_LVT_ERROR 0x370
#define APIC_TIMER_INIT 0x380
#define APIC_TIMER_CURRENT 0x390
#define APIC_TIMER_DIVIDE 0x3e0
#define APIC_BASE_ENABLE 0x800UL
#define APIC_BASE_X2APIC 0x400UL
#define LVT_MASKED 0x10000U
#define LVT_NMI 0x400U
#define ICR_NMI 0x400U
#define ICR_INIT 0x500U
#define ICR_STARTUP 0x600U
#define ICR_BUSY 0x1000U
#define ICR_ASSERT 0x4000U
#define ICR_ALL_BUT_SELF 0xc0000U

static volatile uint8_t *regs SC_BOOT;

uint32_t apic_read(uint32_t reg)
{
    SC_UNSAFE("DEV-09: the local APIC's page is mapped; reg is masked to it")
    {
        return mmio_read32((volatile uint32_t *)(volatile void *)&regs[reg & 0xff0]);
    }
}

static void apic_write(uint32_t reg, uint32_t v)
{
    SC_UNSAFE("DEV-09: as apic_read")
    {
        mmio_write32((volatile uint32_t *)(volatile void *)&regs[reg & 0xff0], v);
    }
}

void apic_init(uint64_t base_maddr)
{
    regs = hvmap_device(base_maddr, PAGE_SIZE);
}

void apic_init_cpu(void)
{
    uint64_t base = rdmsr(MSR_APIC_BASE);

    if ((base & APIC_BASE_X2APIC) != 0)
        panic("the firmware left the local APIC in x2APIC mode, which is not supported");
    wrmsr(MSR_APIC_BASE, base | APIC_BASE_ENABLE);
    apic_write(APIC_TPR, 0);
    apic_write(APIC_LVT_LINT0, LVT_MASKED);
    apic_write(APIC_LVT_LINT1, LVT_NMI);
    apic_write(APIC_LVT_ERROR, LVT_MASKED);
    apic_write(APIC_TIMER_DIVIDE, 0xb); /* by 1 */
    apic_write(APIC_LVT_TIMER, VECTOR_TIMER);
    apic_write(APIC_SVR, 0x100 | VECTOR_SPURIOUS);
}

static void icr_write(uint32_t apic_id, uint32_t command)
{
    while ((apic_read(APIC_ICR_LOW) & ICR_BUSY) != 0)
        cpu_pause();
    apic_write(APIC_ICR_HIGH, apic_id << 24);
    apic_write(APIC_ICR_LOW, command);
}

void apic_send(uint32_t apic_id, uint8_t vector)
{
    icr_write(apic_id, ICR_ASSERT | vector);
}

void apic_send_nmi(uint32_t apic_id)
{
    icr_write(apic_id, ICR_ASSERT | ICR_NMI);
}

void apic_send_init(uint32_t apic_id)
{
    icr_write(apic_id, ICR_ASSERT | ICR_INIT);
}

void apic_send_startup(uint32_t apic_id, uint8_t page)
{
    icr_write(apic_id, ICR_ASSERT | ICR_STARTUP | page);
}

void apic_nmi_others(void)
{
    icr_write(0, ICR_ASSERT | ICR_NMI | ICR_ALL_BUT_SELF);
}

uint32_t apic_id(void)
{
    return apic_read(APIC_ID) >> 24;
}

void apic_eoi(void)
{
    apic_write(APIC_EOI, 0);
}

void apic_timer_count(uint32_t ticks)
{
    apic_write(APIC_TIMER_INIT, ticks);
}

uint32_t apic_timer_current(void)
{
    return apic_read(APIC_TIMER_CURRENT);
}
