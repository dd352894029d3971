/* SPDX-License-Identifier: MIT */
#include "arch/serial.h"

#include "arch/cpu.h"
#include "arch/ioapic.h"
#include "core/cmdline.h"
#include "core/timerq.h"
#include "ports/console.h"

#define COM1 0x3f8
#define REG_DATA 0
#define REG_IER 1
#define REG_FCR 2
#define REG_LCR 3
#define REG_MCR 4
#define REG_LSR 5
#define LSR_DATA_READY 0x01
#define LSR_THR_EMPTY 0x20
#define FIFO_BYTES 16
#define UART_CLOCK 115200UL
/* A missing UART reads as all ones, a stuck one must not hang us. */
#define SPINS 100000
#define SERIAL_IRQ 4
#define POLL_NS 50000000UL /* between looks when no interrupt says that there is input */

static bool present SC_BOOT;
static bool polled SC_BOOT; /* no interrupt line */
SC_UNSAFE_DECL("DEV-46: a timer is its queue's, whose lock timer_set() takes")
static struct timer poll_timer = { .kind = TIMER_CONSOLE };
static spinlock_t serial_lock = SPINLOCK_INIT(RANK_HARDWARE);
static unsigned room SC_GUARDED_BY(serial_lock); /* bytes the transmit FIFO still takes */

void serial_init(void)
{
    uint64_t divisor = opt_com1_baud != 0 && opt_com1_baud <= UART_CLOCK ? UART_CLOCK / opt_com1_baud : 1;

    if (!opt_console_serial || inb(COM1 + REG_LSR) == 0xff)
        return;
    outb(0, COM1 + REG_IER);
    outb(0x80, COM1 + REG_LCR);
    outb((uint8_t)divisor, COM1 + REG_DATA);
    outb((uint8_t)(divisor >> 8), COM1 + REG_IER);
    outb(0x03, COM1 + REG_LCR); /* 8n1 */
    outb(0x07, COM1 + REG_FCR);
    outb(0x0b, COM1 + REG_MCR); /* DTR, RTS, OUT2: interrupts pass */
    present = true;
}

SC_HOLDS(serial_lock) static void put(char c)
{
    if (room == 0) {
        for (unsigned i = 0; i < SPINS && (inb(COM1 + REG_LSR) & LSR_THR_EMPTY) == 0; i++)
            ;
        room = FIFO_BYTES;
    }
    outb((uint8_t)c, COM1 + REG_DATA);
    room--;
}

void serial_write(const char *text, uint64_t nr_bytes)
{
    if (!present)
        return;
    spin_lock(&serial_lock);
    for (uint64_t i = 0; i < nr_bytes; i++) {
        if (text[i] == '\n')
            put('\r');
        put(text[i]);
    }
    spin_unlock(&serial_lock);
}

void serial_poll_input(void)
{
    if (!present)
        return;
    while ((inb(COM1 + REG_LSR) & LSR_DATA_READY) != 0)
        console_input((char)inb(COM1 + REG_DATA));
    if (polled)
        timer_set(&poll_timer, now_ns() + POLL_NS);
}

void serial_enable_input_irq(void)
{
    if (!present)
        return;
    polled = !ioapic_line_is_ours(ioapic_isa_gsi(SERIAL_IRQ));
    outb(1, COM1 + REG_IER);
    serial_poll_input(); /* what came before; or the first look */
}
