/* SPDX-License-Identifier: MIT */
#include "arch/apic.h"

#include "arch/cpu.h"
#include "core/cmdline.h"
#include "core/hvmap.h"
#include "core/log.h"
#include "core/percpu.h"

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

#define MSR_X2APIC(reg) (0x800 + ((reg) >> 4)) /* SDM vol. 3, 11.12.1.2 */

static volatile uint8_t *regs SC_BOOT;
static bool x2apic SC_BOOT;

static bool x2apic_wanted(void)
{
    uint32_t a, b, c, d;
    bool firmware = (rdmsr(MSR_APIC_BASE) & APIC_BASE_X2APIC) != 0;

    cpuid(1, 0, &a, &b, &c, &d);
    if ((c >> 21 & 1) == 0)
        return false;
    if (!opt_x2apic && firmware)
        log_warn("x2apic=0 is left out: the firmware has it on, and there is no way back");
    return opt_x2apic || firmware;
}

bool apic_is_x2(void)
{
    return x2apic;
}

uint32_t apic_read(uint32_t reg)
{
    if (x2apic) /* its ID has 32 bits, and no ICR_HIGH */
        return (uint32_t)rdmsr(MSR_X2APIC(reg & 0xff0));
    SC_UNSAFE("DEV-09: the local APIC's page is mapped; reg is masked to it")
    {
        return mmio_read32((volatile uint32_t *)(volatile void *)&regs[reg & 0xff0]);
    }
}

static void apic_write(uint32_t reg, uint32_t v)
{
    if (x2apic) {
        wrmsr(MSR_X2APIC(reg), v);
        return;
    }
    SC_UNSAFE("DEV-09: as apic_read")
    {
        mmio_write32((volatile uint32_t *)(volatile void *)&regs[reg & 0xff0], v);
    }
}

void apic_init(uint64_t base_maddr)
{
    x2apic = x2apic_wanted();
    if (!x2apic)
        regs = hvmap_device(base_maddr, PAGE_SIZE);
    log_info("local APICs in %s mode", x2apic ? "x2APIC" : "xAPIC");
}

void apic_init_cpu(void)
{
    uint64_t base = rdmsr(MSR_APIC_BASE);

    if (!x2apic && (base & APIC_BASE_X2APIC) != 0)
        panic("the firmware left this CPU's local APIC in x2APIC mode, the first one's not");
    wrmsr(MSR_APIC_BASE, base | APIC_BASE_ENABLE); /* x2APIC mode is entered from xAPIC mode */
    if (x2apic)
        wrmsr(MSR_APIC_BASE, base | APIC_BASE_ENABLE | APIC_BASE_X2APIC);
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
    if (x2apic) {
        /* Unlike a store to the xAPIC, the write waits for nothing before it (SDM vol. 3, 11.12.3). */
        mfence_lfence();
        wrmsr(MSR_X2APIC(APIC_ICR_LOW), (uint64_t)apic_id << 32 | command);
        return;
    }
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
    return x2apic ? apic_read(APIC_ID) : apic_read(APIC_ID) >> 24;
}

uint32_t apic_device_target(void)
{
    uint32_t id = apic_id();

    return id <= APIC_ID_MAX ? id : cpus[0].apic_id & 0xff;
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
