/* SPDX-License-Identifier: MIT */
/* console_typed.c - bytes typed for the hardware domain that it has not read yet. */
#include "modules/console/console_private.h"

#define INPUT_BYTES 4096U /* as much as Linux takes for a line; Xen: 128 */

static char input[INPUT_BYTES] SC_GUARDED_BY(console_lock);
static uint32_t input_head SC_GUARDED_BY(console_lock);
static uint32_t input_count SC_GUARDED_BY(console_lock);

/* Nobody has the lock: the bytes are input_count from input_head on, around the end. */
/*@ predicate resource_console_lock{L} = input_head < INPUT_BYTES && input_count <= INPUT_BYTES; */

/*@ requires \separated(out + (..), input + (..), &console_lock, &console_line_owner);
    assigns out[0 .. nr_bytes - 1], console_lock, console_line_owner, input[0 .. INPUT_BYTES - 1], input_head,
   input_count; ensures room: \result <= nr_bytes && \result <= INPUT_BYTES; ensures all: \result < nr_bytes ==>
   input_count == 0; ensures read: \forall integer i; 0 <= i < \result ==> out[i] == input[(input_head + INPUT_BYTES -
   \result + i) % INPUT_BYTES];
*/
uint64_t console_read_guest(char *out, uint64_t nr_bytes)
{
    uint64_t n = 0;

    spin_lock(&console_lock);
    /*@ loop invariant n <= nr_bytes;
        loop invariant resource_console_lock;
        loop invariant n + input_count == \at(input_count, LoopEntry);
        loop invariant \forall integer i; 0 <= i < n ==> out[i] == input[(input_head + INPUT_BYTES - n + i) %
       INPUT_BYTES]; loop assigns n, out[0 .. nr_bytes - 1], input_head, input_count; loop variant nr_bytes - n;
    */
    while (n < nr_bytes && input_count > 0) {
        out[n++] = input[input_head];
        input_head = (input_head + 1) % INPUT_BYTES;
        input_count--;
    }
    spin_unlock(&console_lock);
    return n;
}

/*@ assigns console_lock, console_line_owner, input[0 .. INPUT_BYTES - 1], input_head, input_count;
    ensures some: 0 < input_count;
    ensures last: input[(input_head + input_count - 1) % INPUT_BYTES] == c || input_count == INPUT_BYTES;
*/
void console_typed_put(char c)
{
    spin_lock(&console_lock);
    if (input_count < INPUT_BYTES) {
        input[(input_head + input_count) % INPUT_BYTES] = c;
        input_count++;
    }
    spin_unlock(&console_lock);
}
