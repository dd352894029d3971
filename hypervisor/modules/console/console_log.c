/* SPDX-License-Identifier: MIT */
/* console_log.c - the log ring, and whose text is on the serial line. */
#include "modules/console/console_private.h"

#define RING_BYTES 32768U     /* a power of two; Xen's conring is 16 KiB */
#define NUMBERS 0x100000000UL /* of bytes: readers know 32 bits of them */

spinlock_t console_lock = SPINLOCK_INIT(RANK_CONSOLE);
domid_t console_line_owner = DOMID_NONE;
static char ring[RING_BYTES] SC_GUARDED_BY(console_lock);
static uint64_t ring_end SC_GUARDED_BY(console_lock);   /* the next byte's number; it stands at number % RING_BYTES */
static uint64_t ring_first SC_GUARDED_BY(console_lock); /* the oldest byte's that is there */

/*@ logic integer ahead(integer a, integer b) = a <= b ? b - a : b + NUMBERS - a; */
/* Nobody has the lock: the ring holds the bytes from ring_first up to ring_end. */
/*@ predicate resource_console_lock{L} =
      ring_end < NUMBERS && ring_first < NUMBERS && ahead(ring_first, ring_end) <= RING_BYTES;
*/

/* How many bytes further on number b is. */
/*@ requires a < NUMBERS && b < NUMBERS;
    assigns \nothing;
    ensures \result == ahead(a, b);
*/
static uint64_t number_ahead(uint64_t a, uint64_t b)
{
    return (b + NUMBERS - a) % NUMBERS;
}

/*@ requires nr_bytes <= 65536;
    requires \separated(text + (..), ring + (..), &ring_end, &ring_first);
    requires resource_console_lock;
    assigns ring[0 .. RING_BYTES - 1], ring_end, ring_first;
    ensures resource_console_lock;
    ensures counted: ahead(\old(ring_end), ring_end) == nr_bytes;
    ensures kept: ahead(\old(ring_first), \old(ring_end)) + nr_bytes <= RING_BYTES ==> ring_first == \old(ring_first);
    ensures full: ahead(\old(ring_first), \old(ring_end)) + nr_bytes > RING_BYTES ==>
      ahead(ring_first, ring_end) == RING_BYTES;
    ensures newest: \forall integer i; 0 <= i < nr_bytes && nr_bytes - RING_BYTES <= i ==>
      ring[(\old(ring_end) + i) % RING_BYTES] == text[i];
*/
static void ring_put_locked(const char *text SC_COUNT(nr_bytes), uint64_t nr_bytes)
{
    /*@ loop invariant 0 <= i <= nr_bytes;
        loop invariant ring_end < NUMBERS && ahead(\at(ring_end, Pre), ring_end) == i;
        loop invariant \forall integer k; 0 <= k < i && i - RING_BYTES <= k ==>
          ring[(\at(ring_end, Pre) + k) % RING_BYTES] == text[k];
        loop assigns i, ring[0 .. RING_BYTES - 1], ring_end;
        loop variant nr_bytes - i;
    */
    for (uint64_t i = 0; i < nr_bytes; i++) {
        ring[ring_end % RING_BYTES] = text[i];
        ring_end = (ring_end + 1) % NUMBERS;
    }
    if (number_ahead(ring_first, ring_end) > RING_BYTES)
        ring_first = (ring_end + NUMBERS - RING_BYTES) % NUMBERS;
}

/*@ assigns console_line_owner;
    ensures console_line_owner == owner;
*/
void console_line_claim_locked(domid_t owner)
{
    if (console_line_owner != DOMID_NONE && console_line_owner != owner)
        serial_write("\n", 1);
    console_line_owner = owner;
}

/*@ requires \separated(text + (..), ring + (..), &ring_end, &ring_first, &console_lock, &console_line_owner);
    assigns console_lock, console_line_owner, ring[0 .. RING_BYTES - 1], ring_end, ring_first;
    ensures there: ahead(ring_first, ring_end) >= (nr_bytes <= RING_BYTES ? nr_bytes : RING_BYTES);
    ensures last: nr_bytes > 0 ==> ring[(ring_end + NUMBERS - 1) % RING_BYTES] == text[nr_bytes - 1];
    ensures whose: shown ==> console_line_owner == DOMID_NONE;
*/
void console_write_hv(const char *text, uint64_t nr_bytes, bool shown)
{
    spin_lock(&console_lock);
    ring_put_locked(text, nr_bytes);
    if (shown) {
        console_line_claim_locked(DOMID_NONE);
        serial_write(text, nr_bytes);
    }
    spin_unlock(&console_lock);
}

/*@ requires \valid_read(hardware_domain);
    requires \separated(text + (..), &hardware_domain, ring + (..), &ring_end, &ring_first, &console_lock,
      &console_line_owner);
    assigns console_lock, console_line_owner, ring[0 .. RING_BYTES - 1], ring_end, ring_first;
    ensures whose: nr_bytes > 0 ==>
      console_line_owner == (text[nr_bytes - 1] == '\n' ? DOMID_NONE : hardware_domain->id);
*/
void console_write_guest(const char *text, uint64_t nr_bytes)
{
    spin_lock(&console_lock);
    if (nr_bytes > 0) {
        console_line_claim_locked(hardware_domain->id);
        serial_write(text, nr_bytes);
        if (text[nr_bytes - 1] == '\n')
            console_line_owner = DOMID_NONE;
    }
    spin_unlock(&console_lock);
}

/*@ assigns console_lock, console_line_owner, ring[0 .. RING_BYTES - 1], ring_end, ring_first;
    ensures \result == ring_first;
*/
uint32_t console_ring_first(void)
{
    uint32_t first;

    spin_lock(&console_lock);
    first = (uint32_t)ring_first;
    spin_unlock(&console_lock);
    return first;
}

/*@ requires \separated(out + (..), ring + (..), &ring_end, &ring_first, &console_lock, &console_line_owner);
    requires \separated(index, ring + (..), &ring_end, &ring_first, &console_lock, &console_line_owner);
    assigns out[0 .. nr_bytes - 1], *index, console_lock, console_line_owner, ring[0 .. RING_BYTES - 1], ring_end,
      ring_first;
    ensures room: \result <= nr_bytes && \result <= RING_BYTES;
    ensures there: ahead(ring_first, *index) <= ahead(ring_first, ring_end);
    ensures all: \result < nr_bytes ==> *index == ring_end;
    ensures read: \forall integer i; 0 <= i < \result ==>
      out[i] == ring[(*index + NUMBERS - \result + i) % RING_BYTES];
    ensures from: ahead(\old(*index), *index) == \result || ahead(ring_first, *index) == \result;
*/
uint64_t console_ring_read(char *out, uint64_t nr_bytes, uint32_t *index)
{
    uint64_t n = 0, at = *index;

    spin_lock(&console_lock);
    if (number_ahead(ring_first, at) > number_ahead(ring_first, ring_end))
        at = ring_first;
    /*@ loop invariant n <= nr_bytes && at < NUMBERS;
        loop invariant ahead(\at(at, LoopEntry), at) == n;
        loop invariant n + ahead(at, ring_end) == ahead(\at(at, LoopEntry), ring_end);
        loop invariant \forall integer i; 0 <= i < n ==> out[i] == ring[(\at(at, LoopEntry) + i) % RING_BYTES];
        loop assigns n, at, out[0 .. nr_bytes - 1];
        loop variant nr_bytes - n;
    */
    while (n < nr_bytes && at != ring_end) {
        out[n++] = ring[at % RING_BYTES];
        at = (at + 1) % NUMBERS;
    }
    spin_unlock(&console_lock);
    *index = (uint32_t)at;
    return n;
}

/*@ assigns console_lock, console_line_owner, ring[0 .. RING_BYTES - 1], ring_end, ring_first;
    ensures ring_first == index || ahead(ring_first, index) > ahead(ring_first, ring_end);
*/
void console_ring_clear(uint32_t index)
{
    spin_lock(&console_lock);
    if (number_ahead(ring_first, index) <= number_ahead(ring_first, ring_end))
        ring_first = index;
    spin_unlock(&console_lock);
}
