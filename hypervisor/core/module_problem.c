/* SPDX-License-Identifier: MIT */
/* Why a module is refused, or has failed, in words. */
#include "core/modules.h"

#include "core/log.h"

SC_STRING const char *problem_place(enum sho_place place)
{
    static const char *const names[] = { "byte",         "section", "symbol", "relocation",
                                         "manifest, at", "export",  "import", "bundle entry" };

    return (uint32_t)place < ARRAY_SIZE(names) ? names[place] : "place";
}

SC_STRING const char *problem_what(const struct sho_problem *p)
{
    const char *what = p->what;

    return what != NULL ? what : "no reason given";
}

void text_add(char text[MODULE_TEXT_BYTES], uint32_t *at, const char *more)
{
    for (uint32_t i = 0; text_at(more, i) != '\0' && *at + 1 < MODULE_TEXT_BYTES; i++)
        text[(*at)++] = text_at(more, i);
}

void text_add_number(char text[MODULE_TEXT_BYTES], uint32_t *at, uint32_t n)
{
    char digits[10];
    uint32_t nr = 0;

    do {
        digits[nr++] = (char)('0' + n % 10);
        n /= 10;
    } while (n != 0 && nr < sizeof(digits));
    while (nr > 0 && *at + 1 < MODULE_TEXT_BYTES)
        text[(*at)++] = digits[--nr];
}

void problem_print(const struct sho_problem *p, char text[MODULE_TEXT_BYTES])
{
    uint32_t at = 0;

    text_add(text, &at, problem_place((enum sho_place)p->place));
    text_add(text, &at, " ");
    text_add_number(text, &at, (uint32_t)p->index);
    text_add(text, &at, ": ");
    text_add(text, &at, problem_what(p));
    text[at] = '\0';
}
