/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A handshake between two ends: which messages are in order in which state, and what answer they
 * get.
 */
#include "core/base.h"

enum phase { CLOSED, INITIALISING, CONNECTED, CLOSING };
enum message { HELLO, ACCEPT, BYE };

struct channel {
    enum phase phase;
    uint32_t nr_refused;
    uint32_t version;
};

int channel_receive(struct channel *c, enum message m, uint32_t argument)
{
    switch (m) {
    case HELLO:
        if (c->phase != CLOSED)
            break;
        c->version = argument < 3 ? argument : 3;
        c->phase = INITIALISING;
        return (int)c->version;
    case ACCEPT:
        if (c->phase != INITIALISING || argument != c->version)
            break;
        c->phase = CONNECTED;
        return 0;
    case BYE:
        if (c->phase == CLOSED)
            break;
        c->phase = c->phase == CLOSING ? CLOSED : CLOSING;
        return 0;
    }
    c->nr_refused++;
    return -EINVAL;
}
