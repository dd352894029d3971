/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A serial line's receiver as a state machine in a switch, one byte at a time.
 */
#include "core/base.h"

#define FRAME_MAX 32
#define START 0x7e

enum state { IDLE, LENGTH, BODY, CHECK };

struct receiver {
    enum state state;
    uint32_t wanted SC_RANGE(0, FRAME_MAX);
    uint32_t got SC_RANGE(0, FRAME_MAX);
    uint8_t sum;
    uint8_t frame[FRAME_MAX];
};

/* True when a whole frame has come in with the right sum. */
bool receiver_feed(struct receiver *r, uint8_t byte)
{
    bool complete = false;

    switch (r->state) {
    case IDLE:
        if (byte == START)
            r->state = LENGTH;
        break;
    case LENGTH:
        if (byte == 0 || byte > FRAME_MAX) {
            r->state = IDLE;
            break;
        }
        r->wanted = byte;
        r->got = 0;
        r->sum = 0;
        r->state = BODY;
        break;
    case BODY:
        if (r->got < FRAME_MAX) {
            r->frame[r->got] = byte;
            r->got++;
        }
        r->sum = (uint8_t)(r->sum + byte);
        if (r->got >= r->wanted)
            r->state = CHECK;
        break;
    case CHECK:
        complete = byte == r->sum;
        r->state = IDLE;
        break;
    }
    return complete;
}
