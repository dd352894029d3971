/* SPDX-License-Identifier: MIT */
#include "internal.h"

uint16_t kbytes_le16(const struct kbytes *in, size_t at)
{
    return (uint16_t)(in->bytes[at] + 0x100u * in->bytes[at + 1]);
}

uint32_t kbytes_le32(const struct kbytes *in, size_t at)
{
    return kbytes_le16(in, at) + 0x10000u * kbytes_le16(in, at + 2);
}

uint64_t kbytes_le64(const struct kbytes *in, size_t at)
{
    return kbytes_le32(in, at) + 0x100000000u * kbytes_le32(in, at + 4);
}

int kbytes_begin(const struct kbytes *in, size_t at, size_t len, const char *text, size_t nr)
{
    if (nr > len)
        return 0;
    /*@ loop invariant 0 <= i <= nr;
        loop invariant text_is(in, at, text, i);
        loop assigns i;
        loop variant nr - i;
    */
    for (size_t i = 0; i < nr; i++)
        if (in->bytes[at + i] != (uint8_t)text[i])
            return 0;
    return 1;
}

int kbytes_equal(const struct kbytes *in, size_t at, size_t len, const char *text, size_t nr)
{
    return len == nr && kbytes_begin(in, at, len, text, nr);
}

int kbytes_hold(const struct kbytes *in, size_t at, size_t len, const char *text, size_t nr)
{
    /*@ loop invariant 0 <= i <= len;
        loop invariant \forall integer k; 0 <= k < i ==> !begins_from(in, at, len, text, nr, k);
        loop assigns i;
        loop variant len - i;
    */
    for (size_t i = 0; i < len; i++) {
        if (kbytes_begin(in, at + i, len - i, text, nr)) {
            /*@ assert found: begins_from(in, at, len, text, nr, i); */
            return 1;
        }
        /*@ assert not_here: !begins_from(in, at, len, text, nr, i); */
    }
    return 0;
}

/* The value of a digit, or 16. */
/*@ assigns \nothing;
    ensures \result <= 16;
    ensures '0' <= c <= '9' ==> \result == c - '0';
*/
static uint32_t digit_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return (uint32_t)c - '0';
    if (c >= 'a' && c <= 'f')
        return (uint32_t)c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return (uint32_t)c - 'A' + 10;
    return 16;
}

uint64_t kbytes_number(const struct kbytes *in, size_t at, size_t len)
{
    uint64_t value = 0;
    uint32_t base = 10;
    size_t i = 0;

    if (len >= 2 && in->bytes[at] == '0' && (in->bytes[at + 1] == 'x' || in->bytes[at + 1] == 'X')) {
        base = 16;
        i = 2;
    } else if (len >= 1 && in->bytes[at] == '0') {
        base = 8;
    }
    /*@ loop invariant i <= len;
        loop invariant len == 0 ==> value == 0;
        loop assigns i, value;
        loop variant len - i;
    */
    for (; i < len; i++) {
        uint32_t digit = digit_value(in->bytes[at + i]);

        if (digit >= base)
            break;
        if (value > (UINT64_MAX - digit) / base)
            return UINT64_MAX;
        value = value * base + digit;
    }
    return value;
}

size_t kbytes_text_len(const struct kbytes *in, size_t at, size_t len)
{
    size_t nr = 0;

    /*@ loop invariant 0 <= nr <= len;
        loop invariant \forall integer i; at <= i < at + nr ==> in->bytes[i] != 0;
        loop assigns nr;
        loop variant len - nr;
    */
    while (nr < len && in->bytes[at + nr] != 0)
        nr++;
    return nr;
}

void kbytes_text(const struct kbytes *in, size_t at, size_t len, char out[KIMAGE_TEXT_MAX])
{
    size_t i;

    /*@ loop invariant 0 <= i <= len && i <= KIMAGE_TEXT_MAX - 1;
        loop invariant \forall integer k; 0 <= k < i ==> out[k] == (char)in->bytes[at + k];
        loop assigns i, out[0 .. KIMAGE_TEXT_MAX - 1];
        loop variant len - i;
    */
    for (i = 0; i < len && i < KIMAGE_TEXT_MAX - 1 && in->bytes[at + i] != 0; i++)
        out[i] = (char)in->bytes[at + i];
    /*@ loop invariant 0 <= i <= KIMAGE_TEXT_MAX;
        loop invariant \forall integer k; 0 <= k < i && out[k] != 0 ==> k < len && out[k] == (char)in->bytes[at + k];
        loop invariant i == KIMAGE_TEXT_MAX ==> out[KIMAGE_TEXT_MAX - 1] == 0;
        loop assigns i, out[0 .. KIMAGE_TEXT_MAX - 1];
        loop variant KIMAGE_TEXT_MAX - i;
    */
    for (; i < KIMAGE_TEXT_MAX; i++)
        out[i] = '\0';
}
