/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A state machine whose transitions are a constant table of two dimensions; the input is
 * classified first.
 */
#include "core/base.h"

enum state { OUTSIDE, WORD, QUOTED, ESCAPED, NR_STATES };
enum class { SPACE, QUOTE, BACKSLASH, OTHER, NR_CLASSES };

static const uint8_t next_state[NR_STATES][NR_CLASSES] = {
    [OUTSIDE] = { OUTSIDE, QUOTED, WORD, WORD },
    [WORD] = { OUTSIDE, QUOTED, WORD, WORD },
    [QUOTED] = { QUOTED, WORD, ESCAPED, QUOTED },
    [ESCAPED] = { QUOTED, QUOTED, QUOTED, QUOTED },
};

static enum class classify(char c)
{
    switch (c) {
    case ' ':
    case '\t':
        return SPACE;
    case '"':
        return QUOTE;
    case '\\':
        return BACKSLASH;
    default:
        return OTHER;
    }
}

/* How many words does the line have? */
uint32_t count_words(const char *line SC_COUNT(n), uint32_t n)
{
    uint32_t state = OUTSIDE, nr_words = 0;

    for (uint32_t i = 0; i < n && line[i] != '\0'; i++) {
        const uint32_t next = next_state[state][classify(line[i])];

        if (state == OUTSIDE && next != OUTSIDE)
            nr_words++;
        state = next % NR_STATES;
    }
    return nr_words;
}
