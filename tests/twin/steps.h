/* SPDX-License-Identifier: MIT */
/*
 * steps.h - included before everything, with sections.h: behind each look at a shared word that is not 0, and behind
 * each change of one, another CPU may come in (world.h); and where a lock is let go.  Not any more behind the fourth
 * look at the same word in a row: who goes through an empty table looks at its state before each entry.
 */
#ifndef TESTS_TWIN_STEPS_H
#define TESTS_TWIN_STEPS_H

extern unsigned world_steps;
/* For a twin that wants it: also behind a look at a word that is 0. */
extern _Bool world_zero_is_a_look;
/* A look at this word, or a change (null). */
void world_step(const void *at);

#define WORLD_STEP(at) (world_steps != 0 ? world_step(at) : (void)0)
#define WORLD_CHANGE(change)         \
    __extension__({                  \
        __auto_type was_ = (change); \
        WORLD_STEP(0);               \
        (void)was_, was_;            \
    })

#define __atomic_load_n(p, order)                         \
    __extension__({                                       \
        __auto_type there_ = __atomic_load_n((p), order); \
        if (there_ || world_zero_is_a_look)               \
            WORLD_STEP(p);                                \
        there_;                                           \
    })
#define __atomic_compare_exchange_n(...) WORLD_CHANGE(__atomic_compare_exchange_n(__VA_ARGS__))
#define __atomic_exchange_n(...) WORLD_CHANGE(__atomic_exchange_n(__VA_ARGS__))
#define __atomic_fetch_or(...) WORLD_CHANGE(__atomic_fetch_or(__VA_ARGS__))
#define __atomic_fetch_and(...) WORLD_CHANGE(__atomic_fetch_and(__VA_ARGS__))
#define __atomic_fetch_add(...) WORLD_CHANGE(__atomic_fetch_add(__VA_ARGS__))
#define __atomic_store_n(...) (__atomic_store_n(__VA_ARGS__), WORLD_STEP(0))

#endif
