/*
 * Tables are built and torn down while timers keep firing.
 *
 * Checks: set_gdt, pin and unpin of a tree of tables, each with a timer about to fire: every one ends well, every timer event comes.
 * Expect: the calls that cannot wait (set_gdt) run to their end, the others wait and go on; nothing hangs.
 */
#include "guest.h"

static u64 gdt[512] PAGE, l2[512] PAGE, l1[8][512] PAGE, data[512] PAGE;
static unsigned long frames[16];
static volatile u32 ticks;
static u32 timer_port;

static void on_event(u32 vcpu, u32 port)
{
    (void)vcpu;
    if (port == timer_port)
        ticks++;
}

void test_main(void)
{
    long rc = 0;

    events_install();
    event_hook = on_event;
    timer_port = bind_virq(VIRQ_TIMER, 0);
    event_unmask(timer_port);
    events_enable();
    gdt[5] = 0x00cff3000000ffffUL;
    frames[0] = mfn_of(gdt);
    map_ro(gdt);
    for (u32 i = 0; i < 20000 && rc == 0; i++) {
        HC(set_timer_op, now_ns() + i * 977 % 120000);
        rc = HC(set_gdt, frames, i % 2 != 0 ? 0 : 512);
    }
    check_eq("set_gdt", rc, 0);
    HC(set_gdt, frames, 0);
    for (u32 t = 0; t < 8; t++) {
        for (u32 i = 0; i < 512; i++)
            l1[t][i] = (mfn_of(data) << 12) | RW_PTE;
        map_ro(l1[t]);
        l2[t * 9] = (mfn_of(l1[t]) << 12) | TABLE_PTE;
    }
    map_ro(l2);
    rc = 0;
    for (u32 i = 0; i < 60 && rc == 0; i++) {
        HC(set_timer_op, now_ns() + i * 977 % 60000);
        rc = mmuext(MMUEXT_PIN_L2_TABLE, mfn_of(l2), 0);
        HC(set_timer_op, now_ns() + i * 1777 % 60000);
        rc |= mmuext(MMUEXT_UNPIN_TABLE, mfn_of(l2), 0);
    }
    check_eq("pin_tree", rc, 0);
    check("timers_came", ticks > 20);
    check_eq("tables_free", va_update(l1[7], (mfn_of(l1[7]) << 12) | RW_PTE, UVMF_INVLPG), 0);
}
