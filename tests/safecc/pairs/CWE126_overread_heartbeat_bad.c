/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07 | trap SC-07 */
/*
 * A message says how long its payload is, and is believed.
 */
#include "sc_host.h"

#define REPLY_MAX 300

/* Byte 0: type; bytes 1 and 2: length of the payload, which follows. */
static uint32_t echo(uint8_t *reply SC_COUNT(REPLY_MAX), const uint8_t *message SC_COUNT(n), uint32_t n)
{
    uint32_t length;

    if (n < 3)
        return 0;
    length = (uint32_t)message[1] << 8 | message[2];
    if (length > REPLY_MAX)
        return 0;
    for (uint32_t i = 0; i < length; i++)
        reply[i] = message[3 + i];
    return length;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    uint8_t reply[REPLY_MAX] = { 0 };
    uint8_t message[7] = { 24, 0, 4, 'p', 'i', 'n', 'g' };

    message[2] = (uint8_t)sc_arg(argc, argv, 1, 200);
    printf("missed %u\n", echo(reply, message, sizeof(message)));
    return 0;
}
