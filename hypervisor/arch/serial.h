/* SPDX-License-Identifier: MIT */
/* serial.h - COM1, a 16550 (National Semiconductor PC16550D, table 2). */
#ifndef ARCH_SERIAL_H
#define ARCH_SERIAL_H

#include "core/base.h"

SC_CORE void serial_init(void);
/* Write and wait; for panics too. */
void serial_write(const char *text SC_COUNT(nr_bytes), uint64_t nr_bytes);
/* Hand waiting input to the console module (softirq). */
SC_CORE void serial_poll_input(void);
/* Turn the receive interrupt on (ioapic_init has routed its line); without a line, look every 50 ms. */
SC_CORE void serial_enable_input_irq(void);

#endif
