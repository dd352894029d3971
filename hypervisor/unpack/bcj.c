/* SPDX-License-Identifier: MIT */
#include "bcj.h"

#define BCJ_REACH 3u /* an opcode disturbs those up to three bytes behind it */

static int is_opcode(uint8_t byte)
{
    return (byte & 0xFE) == 0xE8;
}

/* A near branch within +-16 MiB: only such operands were replaced. */
static int is_sign(uint32_t byte)
{
    byte &= 0xFF;
    return byte == 0 || byte == 0xFF;
}

static uint32_t load4(const uint8_t *bytes SC_COUNT(4))
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static uint64_t load8(const uint8_t *bytes SC_COUNT(8))
{
    return load4(bytes) | (uint64_t)load4(&bytes[4]) << 32;
}

/* A bit in (at least) the first byte that is 0xE8 or 0xE9; bytes above it may be marked wrongly. */
static uint64_t opcode_marks(uint64_t eight)
{
    uint64_t zero = (eight ^ 0xE8E8E8E8E8E8E8E8u) & 0xFEFEFEFEFEFEFEFEu;

    return (zero - 0x0101010101010101u) & ~zero & 0x8080808080808080u;
}

/* The first opcode at or after at, or end. */
static size_t find_opcode(const uint8_t *bytes SC_COUNT(end), size_t at, size_t end)
{
    while (end - at >= 16) {
        uint64_t low = opcode_marks(load8(&bytes[at]));
        uint64_t high = opcode_marks(load8(&bytes[at + 8]));

        if ((low | high) != 0)
            return low != 0 ? at + ((size_t)__builtin_ctzll(low) >> 3) : at + 8 + ((size_t)__builtin_ctzll(high) >> 3);
        at += 16;
    }
    while (at < end && !is_opcode(bytes[at]))
        at++;
    return at;
}

static void operand_store(uint8_t *bytes SC_COUNT(4), uint32_t target)
{
    uint32_t value = (target & 0x01FFFFFFu) | (0u - (target & 0x01000000u));

    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
    bytes[2] = (uint8_t)(value >> 16);
    bytes[3] = (uint8_t)(value >> 24);
}

/* How many operand bytes the farthest opcode nearby shares with ours. */
static uint32_t shared_bytes(uint32_t near)
{
    return near == 0 ? 0 : near == 1 ? 1 : near < 4 ? 2 : 3;
}

/* Whether the opcode at bytes[at], with the opcodes near it, had its operand replaced. */
static int was_replaced(const uint8_t *bytes SC_COUNT(len), size_t len, size_t at, uint32_t near)
{
    if (!is_sign(bytes[at + 4]))
        return 0;
    if (near == 0)
        return 1;
    return (near & (near - 1)) == 0 && !is_sign(bytes[at + 4 - shared_bytes(near)]);
}

/*
 * The encoder, when its result looked like an operand that it would have skipped, complemented the low bytes and
 * converted again. Once is enough: low(~(source - ip) - ip) is ~low(source), whose top byte was_replaced() saw.
 */
static uint32_t relative_operand(uint32_t source, uint32_t ip_after, uint32_t near)
{
    uint32_t shared_bits = 8 * shared_bytes(near);
    uint32_t target = source - ip_after;

    if (near != 0 && is_sign(target >> (24 - shared_bits)))
        target = (target ^ ((UINT32_C(1) << (32 - shared_bits)) - 1)) - ip_after;
    return target;
}

/* History after len more bytes without an opcode. */
static uint32_t near_after(uint32_t near, size_t len)
{
    return len < BCJ_REACH ? near << len & 7 : 0;
}

size_t bcj_x86_decode(struct bcj_x86 *state, uint8_t *bytes, size_t len)
{
    size_t end = len < 4 ? 0 : len - 4; /* an opcode before this has its whole operand here */
    uint32_t near = state->near;
    size_t at = 0;

    while (at < end) {
        size_t opcode = find_opcode(bytes, at, end);

        near = near_after(near, opcode - at);
        at = opcode;
        if (at == end)
            break;
        if (was_replaced(bytes, len, at, near)) {
            uint32_t ip_after = state->ip + (uint32_t)at + 5;

            operand_store(&bytes[at + 1], relative_operand(load4(&bytes[at + 1]), ip_after, near));
            at += 5;
            near = 0;
        } else {
            at += 1;
            near = near_after(near, 1) | 1;
        }
    }
    state->near = near;
    state->ip += (uint32_t)at;
    return at;
}
