/* SPDX-License-Identifier: MIT */
/*
 * Finds all sets of dictionary words that together use up the letters of a phrase.  Letter
 * counts are packed in two 64-bit words, so that "does the word fit" is a subtraction and a
 * mask; the search recurses over a table of candidates.  The dictionary is made up.
 */
#include "sc_host.h"

#define NR_LETTERS 16
#define LETTER_BITS 8 /* seven of count, one that catches the borrow */
#define BORROWS 0x8080808080808080U
#define WORD_MAX 10
#define WORDS_MAX 20000
#define DEPTH_MAX 6

struct word {
    uint64_t low; /* counts of letters 0-7 */
    uint64_t high;
    uint32_t length;
    char text[WORD_MAX + 1];
};

struct dictionary {
    uint32_t nr_words SC_RANGE(0, WORDS_MAX);
    struct word words[WORDS_MAX];
};

struct search {
    const struct word *candidates SC_COUNT(nr_candidates);
    uint32_t nr_candidates;
    uint64_t nr_found;
    uint64_t checksum;
};

static void count_letters(struct word *w)
{
    w->low = 0;
    w->high = 0;
    for (uint32_t i = 0; i < WORD_MAX && w->text[i] != '\0'; i++) {
        const uint32_t letter = (uint32_t)(w->text[i] - 'a') % NR_LETTERS;

        if (letter < 8)
            w->low += (uint64_t)1 << (letter * LETTER_BITS);
        else
            w->high += (uint64_t)1 << ((letter - 8) * LETTER_BITS);
    }
}

static void dictionary_fill(struct dictionary *d, uint32_t nr_words)
{
    uint32_t seed = 4711;

    for (uint32_t i = 0; i < nr_words && i < WORDS_MAX; i++) {
        struct word *w = &d->words[i];

        seed = seed * 1664525U + 1013904223U;
        const uint32_t length = 3 + (seed >> 20) % (WORD_MAX - 4);
        w->length = length;
        for (uint32_t k = 0; k < length; k++) {
            seed = seed * 1664525U + 1013904223U;
            w->text[k] = (char)('a' + ((seed >> 16) & (seed >> 24)) % NR_LETTERS);
        }
        count_letters(w);
    }
    d->nr_words = nr_words < WORDS_MAX ? nr_words : WORDS_MAX;
}

/* Keep at the front of out the words that fit into the phrase at all. */
static uint32_t select_words(struct word *out SC_COUNT(n), const struct word *in SC_COUNT(n), uint32_t n,
                             const struct word *phrase)
{
    uint32_t nr_kept = 0;

    for (uint32_t i = 0; i < n; i++) {
        const uint64_t low = (phrase->low | BORROWS) - in[i].low;
        const uint64_t high = (phrase->high | BORROWS) - in[i].high;

        if ((low & high & BORROWS) != BORROWS || in[i].length > phrase->length)
            continue;
        out[nr_kept] = in[i];
        nr_kept++;
    }
    return nr_kept;
}

static void search_from(struct search *s, uint32_t first, uint64_t low, uint64_t high, uint32_t length, uint64_t path,
                        uint32_t depth)
{
    const uint32_t n = s->nr_candidates;
    const struct word *words SC_NULLABLE SC_COUNT(n) = s->candidates;

    if (depth == 0 || words == NULL)
        return;
    for (uint32_t i = first; i < n; i++) {
        const uint64_t left_low = (low | BORROWS) - words[i].low;
        const uint64_t left_high = (high | BORROWS) - words[i].high;
        const uint64_t here = path * 31 + i;

        if (words[i].length > length || (left_low & left_high & BORROWS) != BORROWS)
            continue;
        if (words[i].length == length) {
            s->nr_found++;
            s->checksum += here;
            continue;
        }
        search_from(s, i, left_low & ~BORROWS, left_high & ~BORROWS, length - words[i].length, here, depth - 1);
    }
}

int main(int argc, char **argv SC_COUNT(argc))
{
    static const char phrases[][WORD_MAX * 2] = { "abacadaeafbgdihc", "aaebcidgbajcaked", "abcdefghabicadea" };
    const uint32_t nr_words = (uint32_t)sc_arg(argc, argv, 1, 1000);
    struct dictionary *d SC_NULLABLE = sc_new(struct dictionary);
    struct word *candidates SC_NULLABLE SC_COUNT(WORDS_MAX) = sc_new_array(struct word, WORDS_MAX);
    uint64_t nr_found = 0, checksum = 0;

    if (d == NULL || candidates == NULL)
        return 1;
    dictionary_fill(d, nr_words);
    for (uint32_t p = 0; p < sizeof(phrases) / sizeof(phrases[0]); p++) {
        struct word phrase = { 0 };
        struct search s;

        for (uint32_t i = 0; i < WORD_MAX * 2 && phrases[p][i] != '\0'; i += WORD_MAX) {
            struct word part = { 0 };

            for (uint32_t k = 0; k < WORD_MAX && i + k < WORD_MAX * 2 && phrases[p][i + k] != '\0'; k++) {
                part.text[k] = phrases[p][i + k];
                phrase.length++;
            }
            count_letters(&part);
            phrase.low += part.low;
            phrase.high += part.high;
        }
        const uint32_t nr_in = d->nr_words;
        const uint32_t nr_candidates = select_words(candidates, d->words, nr_in, &phrase);

        s.candidates = candidates;
        s.nr_candidates = nr_candidates;
        s.nr_found = 0;
        s.checksum = 0;
        search_from(&s, 0, phrase.low, phrase.high, phrase.length, 7, DEPTH_MAX);
        nr_found += s.nr_found;
        checksum ^= s.checksum;
    }
    printf("anagram: %u words, %lu anagrams, checksum %016lx\n", nr_words, nr_found, checksum);
    return 0;
}
