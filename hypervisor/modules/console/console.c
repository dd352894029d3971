/* SPDX-License-Identifier: MIT */
#include "modules/console/console_private.h"

#include "ports/evtchn.h"

#define RING_BYTES 32768U /* a power of two; Xen's conring is 16 KiB */
#define INPUT_BYTES 128U
#define SWITCH_CHAR 0x01 /* Ctrl-a */
#define SWITCH_COUNT 3

spinlock_t console_lock = SPINLOCK_INIT(RANK_CONSOLE);
bool console_line_open;
static char ring[RING_BYTES] SC_GUARDED_BY(console_lock);
static uint64_t ring_produced SC_GUARDED_BY(console_lock); /* bytes ever written */
static char input[INPUT_BYTES] SC_GUARDED_BY(console_lock);
static uint32_t input_head SC_GUARDED_BY(console_lock);
static uint32_t input_count SC_GUARDED_BY(console_lock);
static uint32_t switch_seen;
static bool input_to_hv;

static void ring_put_locked(const char *text, uint64_t nr_bytes)
{
    for (uint64_t i = 0; i < nr_bytes; i++) {
        ring[ring_produced % RING_BYTES] = text[i];
        ring_produced++;
    }
}

void console_write_hv(const char *text, uint64_t nr_bytes, bool shown)
{
    spin_lock(&console_lock);
    ring_put_locked(text, nr_bytes);
    if (shown) {
        serial_write(text, nr_bytes);
        console_line_open = false;
    }
    spin_unlock(&console_lock);
}

void console_write_guest(const char *text, uint64_t nr_bytes)
{
    spin_lock(&console_lock);
    serial_write(text, nr_bytes);
    if (nr_bytes > 0)
        console_line_open = text[nr_bytes - 1] != '\n';
    spin_unlock(&console_lock);
}

uint64_t console_read_guest(char *out, uint64_t nr_bytes)
{
    uint64_t n = 0;

    spin_lock(&console_lock);
    while (n < nr_bytes && input_count > 0) {
        out[n++] = input[input_head];
        input_head = (input_head + 1) % INPUT_BYTES;
        input_count--;
    }
    spin_unlock(&console_lock);
    return n;
}

static void console_switch(void)
{
    input_to_hv = !input_to_hv;
    switch_seen = 0;
    if (input_to_hv)
        console_write_hv("(SafeHype) *** Serial input to SafeHype (type 'CTRL-a' three times to switch input)\n", 84,
                         true);
    else
        console_write_hv("(SafeHype) *** Serial input to DOM0 (type 'CTRL-a' three times to switch input)\n", 80, true);
}

static void input_put(char c)
{
    spin_lock(&console_lock);
    if (input_count < INPUT_BYTES) {
        input[(input_head + input_count) % INPUT_BYTES] = c;
        input_count++;
    }
    spin_unlock(&console_lock);
}

void console_input(char c)
{
    if (c == SWITCH_CHAR) {
        if (++switch_seen == SWITCH_COUNT)
            console_switch();
        return;
    }
    /* Fewer than three: they were meant for whoever has the input. */
    while (switch_seen > 0) {
        switch_seen--;
        if (!input_to_hv)
            input_put(SWITCH_CHAR);
    }
    if (input_to_hv) {
        keys_handle(c);
        return;
    }
    input_put(c);
    if (hardware_domain != NULL)
        evtchn_send_global_virq(hardware_domain, VIRQ_CONSOLE);
}

bool console_input_is_hv(void)
{
    return input_to_hv;
}

uint64_t console_ring_read(char *out, uint64_t nr_bytes, uint64_t *index)
{
    uint64_t n = 0;

    spin_lock(&console_lock);
    if (ring_produced - *index > RING_BYTES)
        *index = ring_produced - RING_BYTES;
    while (n < nr_bytes && *index < ring_produced) {
        out[n++] = ring[*index % RING_BYTES];
        (*index)++;
    }
    spin_unlock(&console_lock);
    return n;
}
