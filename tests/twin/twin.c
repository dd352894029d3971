/* SPDX-License-Identifier: MIT */
/* twin.c - all sequences of operations up to a depth, breadth first.  Not part of the world: compiled without
 * sections.h. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "twin.h"

#define MAX_DEPTH 12
#define MAX_HISTORY (TWIN_MAX_START + MAX_DEPTH + 2)
#define MAX_REGIONS 32

static const struct twin *twin;

/* ---- the world ---- */

extern char __start_twin_bss[] __attribute__((weak)), __stop_twin_bss[] __attribute__((weak));
extern char __start_twin_data[] __attribute__((weak)), __stop_twin_data[] __attribute__((weak));

/* A world's hash is the sum of its blocks': an operation changes few of them, which are found by comparing. */
#define BLOCK_BYTES 256
#define BLOCK_WORDS (BLOCK_BYTES / 8)

static struct region {
    char *at;
    size_t nr_bytes;
} regions[MAX_REGIONS];
static unsigned nr_regions;
static size_t world_bytes;

void twin_region(void *at, size_t nr_bytes)
{
    assert_true(nr_regions < MAX_REGIONS && nr_bytes % BLOCK_BYTES == 0 && (uintptr_t)at % 8 == 0);
    regions[nr_regions++] = (struct region){ at, nr_bytes };
    world_bytes += nr_bytes;
}

static void section_region(char *start, char *stop)
{
    if (stop > start)
        twin_region(start, (size_t)(stop - start + BLOCK_BYTES - 1) & ~(size_t)(BLOCK_BYTES - 1));
}

static void world_save(char *to)
{
    for (unsigned i = 0; i < nr_regions; i++) {
        memcpy(to, regions[i].at, regions[i].nr_bytes);
        to += regions[i].nr_bytes;
    }
}

static void world_restore(const char *from)
{
    for (unsigned i = 0; i < nr_regions; i++) {
        memcpy(regions[i].at, from, regions[i].nr_bytes);
        from += regions[i].nr_bytes;
    }
}

/* Each step can be undone, so that no word's change is lost. */
static uint64_t block_hash(const char *block, uint64_t place)
{
    const uint64_t *w = (const uint64_t *)(const void *)block;
    uint64_t h = (place + 1) * 0x9e3779b97f4a7c15UL;

    for (unsigned i = 0; i < BLOCK_WORDS; i++) {
        h = (h ^ w[i]) * 0xff51afd7ed558ccdUL;
        h = h << 27 | h >> 37;
    }
    h *= 0xc4ceb9fe1a85ec53UL;
    return h ^ h >> 33;
}

static inline __attribute__((always_inline)) bool block_differs(const char *a, const char *b)
{
    const uint64_t *x = (const uint64_t *)(const void *)a, *y = (const uint64_t *)(const void *)b;
    uint64_t differs = 0;

    for (unsigned i = 0; i < BLOCK_WORDS; i++)
        differs |= x[i] ^ y[i];
    return differs != 0;
}

static uint64_t world_hash(void)
{
    uint64_t sum = 0, place = 0;

    for (unsigned r = 0; r < nr_regions; r++)
        for (size_t at = 0; at < regions[r].nr_bytes; at += BLOCK_BYTES)
            sum += block_hash(regions[r].at + at, place++);
    return sum;
}

/* The world's hash, when that of the saved world is known; and the world is the saved one again. */
__attribute__((target_clones("avx2", "default"))) static uint64_t world_undo(const char *saved, uint64_t hash)
{
    uint64_t place = 0;

    for (unsigned r = 0; r < nr_regions; r++) {
        for (size_t at = 0; at < regions[r].nr_bytes; at += BLOCK_BYTES, place++, saved += BLOCK_BYTES) {
            char *block = regions[r].at + at;

            if (!block_differs(block, saved))
                continue;
            hash += block_hash(block, place) - block_hash(saved, place);
            memcpy(block, saved, BLOCK_BYTES);
        }
    }
    return hash;
}

/* ---- worlds that were seen ---- */

static uint64_t *seen;
static uint64_t seen_size, nr_seen;

static void seen_put(uint64_t h)
{
    uint64_t i = h & (seen_size - 1);

    while (seen[i] != 0)
        i = (i + 1) & (seen_size - 1);
    seen[i] = h;
}

static void seen_grow(void)
{
    uint64_t *old = seen, n = seen_size;

    seen_size = n != 0 ? 2 * n : 1 << 16;
    seen = calloc(seen_size, sizeof(*seen));
    assert_non_null(seen);
    for (uint64_t i = 0; i < n; i++)
        if (old[i] != 0)
            seen_put(old[i]);
    free(old);
}

/* True: not seen before. */
static bool seen_add(uint64_t h)
{
    h = h != 0 ? h : 1;
    if (2 * nr_seen >= seen_size)
        seen_grow();
    for (uint64_t i = h & (seen_size - 1); seen[i] != 0; i = (i + 1) & (seen_size - 1))
        if (seen[i] == h)
            return false;
    seen_put(h);
    nr_seen++;
    return true;
}

/* ---- exploring ---- */

/* How a world came to be. */
struct history {
    uint8_t length;
    uint8_t op[MAX_HISTORY];
};
/* What two CPUs do last; step 0: nothing. */
static struct {
    unsigned pair, step;
} racing;
struct histories {
    struct history *h;
    size_t nr, room;
};

static struct history now;
static uint64_t nr_executed, nr_raced;
static uint64_t *nr_done; /* for each operation, how often it was done */
static uint64_t *nr_met;  /* for each pair, how often they met */

static void histories_add(struct histories *all, const struct history *h)
{
    if (all->nr == all->room) {
        all->room = all->room != 0 ? 2 * all->room : 1024;
        all->h = realloc(all->h, all->room * sizeof(*all->h));
        assert_non_null(all->h);
    }
    all->h[all->nr++] = *h;
}

static void print_history(FILE *to)
{
    char text[96];

    fprintf(to, "twin %s: after%s", twin->name, now.length == 0 ? " nothing" : "");
    for (unsigned i = 0; i < now.length; i++) {
        twin->name_of(now.op[i], text, sizeof(text));
        fprintf(to, "%s %s", i == 0 ? "" : ",", text);
    }
    if (racing.step != 0) {
        twin->pair_name(racing.pair, text, sizeof(text));
        fprintf(to, ", and at step %u of the first: %s", racing.step, text);
    }
    fprintf(to, ":\n");
}

static jmp_buf no;
static bool only_asked;

bool twin_holds(void (*check)(void))
{
    only_asked = true;
    if (setjmp(no) == 0) {
        check();
        only_asked = false;
        return true;
    }
    only_asked = false;
    return false;
}

void twin_fail(const char *fmt, ...)
{
    va_list ap;

    if (only_asked)
        longjmp(no, 1);
    fflush(stdout);
    print_history(stderr);
    va_start(ap, fmt);
    fprintf(stderr, "    ");
    vfprintf(stderr, fmt, ap);
    fprintf(stderr, "\n");
    va_end(ap);
    fail();
    abort();
}

/* A module that breaks what the core asks of it (SC_REQUIRE), and memory that is not there. */
/* An operation that does not end. */
static void on_tick(int nr)
{
    static uint64_t before = UINT64_MAX;

    if (nr_executed + nr_raced == before) {
        print_history(stderr);
        fprintf(stderr, "    this does not end\n");
        _exit(1);
    }
    before = nr_executed + nr_raced;
}

static void watch(void)
{
    static const struct itimerval every = { { 5, 0 }, { 5, 0 } };

    signal(SIGALRM, on_tick);
    (void)setitimer(ITIMER_REAL, &every, NULL);
}

static const int stops[] = { SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE };

static void on_signal(int nr)
{
    print_history(stderr);
    fprintf(stderr, "    the code under test stopped: %s\n", strsignal(nr));
    _exit(1);
}

static char *first; /* the world as start() leaves it */

static void history_replay(const struct history *h)
{
    world_restore(first);
    now.length = 0;
    for (unsigned i = 0; i < h->length; i++) {
        now.op[now.length++] = h->op[i];
        (void)twin->run(h->op[i]);
    }
}

static const char *before_race;
static jmp_buf waits;

void twin_again(void)
{
    (void)world_undo(before_race, 0);
}

void twin_wait(void)
{
    longjmp(waits, 1);
}

/* One pair, at one step; false: the first had ended before. */
static bool race_at_step(void)
{
    bool met;

    nr_raced++;
    if (setjmp(waits) != 0)
        return true;
    met = twin->race(racing.pair, racing.step);
    nr_met[racing.pair] += met;
    twin->check();
    return met;
}

/* All pairs in one world, the second at every step of the first. */
static void race(const char *here)
{
    bool met;

    before_race = here;
    for (racing.pair = 0; racing.pair < twin->nr_pairs; racing.pair++) {
        racing.step = 1;
        do {
            met = race_at_step();
            twin_again();
            racing.step++;
        } while (met);
    }
    racing.step = 0;
}

/* All operations in one world; the new worlds that they lead to go to `next`. */
static void expand(const struct history *h, unsigned nr_ops, bool races, char *here, struct histories *next)
{
    uint64_t hash;

    history_replay(h);
    world_save(here);
    hash = world_hash();
    if (races)
        race(here);
    for (unsigned i = 0; i < nr_ops; i++) {
        now.length = h->length + 1;
        now.op[h->length] = (uint8_t)i;
        nr_executed++;
        nr_done[i] += twin->run(i);
        twin->check();
        if (seen_add(world_undo(here, hash)))
            histories_add(next, &now);
    }
}

/* TWIN_DEPTH says it, or TWIN_FULL asks for the longer ones, TWIN_SHORT for shorter. */
static unsigned depth_wanted(void)
{
    const char *text = getenv("TWIN_DEPTH");
    unsigned depth = getenv("TWIN_FULL") != NULL ? twin->full_depth : twin->depth;

    if (getenv("TWIN_SHORT") != NULL)
        depth--;
    if (text != NULL)
        depth = (unsigned)atoi(text);
    assert_in_range(depth, 1, MAX_DEPTH);
    return depth;
}

/* In which worlds two CPUs are tried: by the operations that led there. */
static unsigned races_wanted(void)
{
    return twin->race_depth + (getenv("TWIN_FULL") != NULL) - (getenv("TWIN_SHORT") != NULL);
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void report(const struct twin_start *start, unsigned nr_ops, unsigned depth, double took)
{
    unsigned __int128 sequences = 0, of_length = 1;

    for (unsigned d = 1; d <= depth; d++) {
        of_length *= nr_ops;
        sequences += of_length;
    }
    printf("twin %s from %s: depth %u, operations %u, sequences %llu, executed %llu, states %llu, world %zu bytes, "
           "%.1f s, two at once %llu\n",
           twin->name, start->name, depth, nr_ops, (unsigned long long)sequences, (unsigned long long)nr_executed,
           (unsigned long long)nr_seen, world_bytes, took, (unsigned long long)nr_raced);
    fflush(stdout);
}

static int world_make(void **state)
{
    (void)state;
    assert_true(twin->nr_ops <= 256);
    nr_done = calloc(twin->nr_ops, sizeof(*nr_done));
    nr_met = calloc(twin->nr_pairs + 1, sizeof(*nr_met));
    section_region(__start_twin_bss, __stop_twin_bss);
    section_region(__start_twin_data, __stop_twin_data);
    twin->start();
    first = malloc(world_bytes);
    assert_true(first != NULL && nr_done != NULL && nr_met != NULL);
    world_save(first);
    return 0;
}

static unsigned op_named(const char *name)
{
    char text[96];

    for (unsigned i = 0; i < twin->nr_ops; i++) {
        twin->name_of(i, text, sizeof(text));
        if (strcmp(text, name) == 0)
            return i;
    }
    twin_fail("there is no operation %s", name);
}

/* What comes first is checked too. */
static void begin(const struct twin_start *start)
{
    world_restore(first);
    now.length = 0;
    twin->check();
    for (unsigned i = 0; i < TWIN_MAX_START && start->op[i] != NULL; i++) {
        unsigned op = op_named(start->op[i]);

        now.op[now.length++] = (uint8_t)op;
        twin_assert(twin->run(op), "this start is refused");
        twin->check();
    }
    nr_seen = nr_executed = nr_raced = 0;
    memset(seen, 0, seen_size * sizeof(*seen));
    (void)seen_add(world_hash());
}

static void test_all_sequences(void **state)
{
    const struct twin_start *start = *state;
    struct histories level = { 0 }, next = { 0 };
    unsigned depth = depth_wanted() + start->deeper, nr_ops = start->nr_ops != 0 ? start->nr_ops : twin->nr_ops;
    double began = seconds();
    char *here = malloc(world_bytes);

    assert_non_null(here);
    for (unsigned i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
        signal(stops[i], on_signal); /* cmocka has its own until here */
    watch();
    begin(start);
    histories_add(&level, &now);
    for (unsigned d = 0; d < depth; d++) {
        for (size_t i = 0; i < level.nr; i++)
            expand(&level.h[i], nr_ops, start->nr_ops == 0 && twin->nr_pairs != 0 && d <= races_wanted(), here, &next);
        free(level.h);
        level = next;
        next = (struct histories){ 0 };
    }
    free(level.h);
    free(here);
    report(start, nr_ops, depth, seconds() - began);
}

/* What never happened was not tested. */
static void test_all_done(void **state)
{
    char text[96];

    (void)state;
    if (depth_wanted() < twin->depth)
        skip();
    for (unsigned i = 0; i < twin->nr_ops; i++) {
        bool expected = twin->always_refused == NULL || !twin->always_refused(i);

        twin->name_of(i, text, sizeof(text));
        if ((nr_done[i] != 0) != expected)
            fail_msg("operation `%s` was done %llu times", text, (unsigned long long)nr_done[i]);
    }
    for (unsigned i = 0; i < twin->nr_pairs; i++) {
        twin->pair_name(i, text, sizeof(text));
        if (nr_met[i] == 0)
            fail_msg("%s: they never met", text);
    }
}

#define MAX_STARTS 8

int twin_main(const struct twin *t)
{
    static struct twin_start nothing = { .name = "nothing" };
    const struct twin_start *starts = t->starts != NULL ? t->starts : &nothing;
    unsigned nr = t->starts != NULL ? t->nr_starts : 1;
    struct CMUnitTest tests[MAX_STARTS + 1];

    twin = t;
    seen_grow();
    assert_true(nr <= MAX_STARTS);
    for (unsigned i = 0; i < nr; i++)
        tests[i] = (struct CMUnitTest){ starts[i].name, test_all_sequences, NULL, NULL, (void *)(uintptr_t)&starts[i] };
    tests[nr] = (struct CMUnitTest)cmocka_unit_test(test_all_done);
    return _cmocka_run_group_tests(t->name, tests, nr + 1, world_make, NULL);
}
