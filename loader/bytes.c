/* SPDX-License-Identifier: MIT */
#include "internal.h"

#define TEXT_MAX 255u

bool sho_refuse(struct sho_problem *p, enum sho_place place, uint32_t index, const char *what)
{
    if (p->what != NULL)
        return false;
    p->what = what;
    p->place = (int32_t)place;
    p->index = (int32_t)index;
    return false;
}

uint8_t sho_get8(struct sho_bytes b, uint64_t at)
{
    return at < b.nr ? b.bytes[at] : 0;
}

uint16_t sho_get16(struct sho_bytes b, uint64_t at)
{
    return at < b.nr && b.nr - at >= 2 ? (uint16_t)(b.bytes[at] + 0x100 * b.bytes[at + 1]) : 0;
}

uint32_t sho_get32(struct sho_bytes b, uint64_t at)
{
    return at < b.nr && b.nr - at >= 4 ? sho_get16(b, at) + 0x10000u * sho_get16(b, at + 2) : 0;
}

uint64_t sho_get64(struct sho_bytes b, uint64_t at)
{
    return at < b.nr && b.nr - at >= 8 ? sho_get32(b, at) + 0x100000000u * sho_get32(b, at + 4) : 0;
}

struct sho_bytes sho_part(struct sho_bytes b, uint64_t at, uint64_t nr)
{
    if (nr == 0 || at >= b.nr || nr > b.nr - at)
        return (struct sho_bytes){ b.bytes, 0 };
    return (struct sho_bytes){ &b.bytes[at], nr };
}

bool sho_begins(struct sho_bytes b, uint64_t at, const char *text, uint64_t nr)
{
    if (at > b.nr || nr > b.nr - at)
        return false;
    /*@ loop invariant 0 <= i <= nr;
        loop invariant \forall integer k; 0 <= k < i ==> b.bytes[at + k] == (uint8_t)text[k];
        loop assigns i;
        loop variant nr - i;
    */
    for (uint64_t i = 0; i < nr; i++) {
        if (b.bytes[at + i] != (uint8_t)text[i])
            return false;
    }
    return true;
}

bool sho_is(struct sho_bytes b, const char *text, uint64_t nr)
{
    return b.nr == nr && sho_begins(b, 0, text, nr);
}

bool sho_same(struct sho_bytes a, struct sho_bytes b)
{
    if (a.nr != b.nr)
        return false;
    /*@ loop invariant 0 <= i <= a.nr;
        loop invariant \forall integer k; 0 <= k < i ==> a.bytes[k] == b.bytes[k];
        loop assigns i;
        loop variant a.nr - i;
    */
    for (uint64_t i = 0; i < a.nr && i < b.nr; i++) {
        if (a.bytes[i] != b.bytes[i])
            return false;
    }
    return true;
}

struct sho_bytes sho_text_at(struct sho_bytes table, uint64_t at)
{
    uint64_t end = at;

    /*@ loop invariant at <= end <= at + TEXT_MAX + 1;
        loop invariant end <= table.nr || end == at;
        loop assigns end;
        loop variant table.nr - end;
    */
    while (end < table.nr && end - at <= TEXT_MAX && table.bytes[end] != 0)
        end++;
    return end < table.nr && end - at <= TEXT_MAX ? sho_part(table, at, end - at) : sho_part(table, 0, 0);
}

struct sho_bytes sho_section_bytes(const struct sho *sho, uint32_t i)
{
    if (i >= sho->nr_sections || i >= SHO_SECTIONS_MAX || sho->sections[i].part == SHO_PART_BSS)
        return sho_part(sho->file, 0, 0);
    return sho_part(sho->file, sho->sections[i].offset, sho->sections[i].nr);
}
