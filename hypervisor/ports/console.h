/* SPDX-License-Identifier: MIT */
/*
 * Port console: the log ring, the serial line shared by hypervisor and domains.
 */
#ifndef PORTS_CONSOLE_H
#define PORTS_CONSOLE_H

#include "core/domain.h"

/* The hypervisor's own line (already prefixed), 64 KiB at most; to the ring, and to the line when shown. */
void console_write_hv(const char *text SC_COUNT(nr_bytes), uint64_t nr_bytes SC_RANGE(0, 65536), bool shown);
/* Text of the hardware domain: raw. */
void console_write_guest(const char *text SC_COUNT(nr_bytes), uint64_t nr_bytes);
/* Text of another domain: whole lines with its number in front, printable characters only. */
void console_write_domain(const struct domain *d, const char *text SC_COUNT(nr_bytes), uint64_t nr_bytes);
/* Show a line of d that has not ended: d says no more. */
void console_domain_flush(const struct domain *d);
/* A domain's console state: 0 or -ENOMEM; and its end, when nobody finds d any more. */
SC_NODISCARD int console_domain_init(struct domain *d);
void console_domain_destroy(struct domain *d);
/* Page and event channel (evtchn_alloc_hv) of d's console ring, struct xencons_interface of io/console.h.
 * The page is held for writing as long as d is there.  -EINVAL, -EBUSY, -EOVERFLOW (frame_get_rw). */
SC_NODISCARD int console_ring_attach(struct domain *d, mfn_t page, uint32_t port);
/* Let go of that page: d is dying. */
void console_ring_detach(struct domain *d);
/* Empty the rings of the domains with hv_event set (softirq). */
void console_rings_drain(void);
/* Bytes typed for the hardware domain, at most nr_bytes; how many. */
uint64_t console_read_guest(char *out SC_COUNT(nr_bytes), uint64_t nr_bytes);
/* A byte has come from the serial line (softirq context). */
void console_input(char c);
/* Does the hypervisor's key handler get the input, or a domain? */
bool console_input_is_hv(void);
/* The log ring: its bytes are numbered from the first ever written, modulo 2^32.  The oldest that is there; a copy from
 * *index on (from the oldest, if that one is not there), which it advances, and how many bytes; forget those before
 * index. */
uint32_t console_ring_first(void);
uint64_t console_ring_read(char *out SC_COUNT(nr_bytes), uint64_t nr_bytes, uint32_t *index);
void console_ring_clear(uint32_t index);

/* Core side: the line itself (arch/serial.c). */
void serial_write(const char *text SC_COUNT(nr_bytes), uint64_t nr_bytes);
/* Core side: a key for the hypervisor (core/keys.c). */
void keys_handle(char c);

#endif
