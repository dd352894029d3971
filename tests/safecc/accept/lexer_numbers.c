/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * A small lexer: names, numbers and signs out of a line with a count; the position only moves
 * forward.
 */
#include "sc_host.h"

enum token { END, NAME, NUMBER, SIGN };

struct lexer {
    const char *text SC_COUNT(length);
    uint32_t length;
    uint32_t at;
    uint64_t value; /* of a number */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static enum token lexer_next(struct lexer *l)
{
    const uint32_t n = l->length;
    const char *text SC_COUNT(n) = l->text;
    uint32_t at = l->at;
    enum token result = END;

    for (; at < n && text[at] == ' '; at++)
        ;
    if (at < n) {
        const char c = text[at];

        if (is_digit(c)) {
            l->value = 0;
            for (; at < n && is_digit(text[at]); at++)
                l->value = l->value * 10 + (uint64_t)(text[at] - '0');
            result = NUMBER;
        } else if (is_letter(c)) {
            for (; at < n && (is_letter(text[at]) || is_digit(text[at])); at++)
                ;
            result = NAME;
        } else {
            at++;
            result = SIGN;
        }
    }
    l->at = at;
    return result;
}

int main(void)
{
    static const char line[] = "x1 = 42 + yy*7";
    struct lexer l = { line, sizeof(line) - 1, 0, 0 };
    uint32_t kinds = 0;
    uint64_t sum = 0;

    for (uint32_t i = 0; i < sizeof(line); i++) {
        const enum token t = lexer_next(&l);

        if (t == END)
            break;
        kinds = kinds * 4 + t;
        if (t == NUMBER)
            sum += l.value;
    }
    return sum == 49 && kinds == 0x1edeU ? 0 : 1;
}
