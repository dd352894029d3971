/* SPDX-License-Identifier: MIT */
/*
 * safe.h - the annotations of Safe-C.
 *
 * A module is plain C11 plus this header.  Each macro states a fact once.  Four
 * readers see it: safecc (__SAFECC__: attributes it reads), Frama-C, gcc and clang
 * (nothing).  What each means: docs/safecc/dialect.md.
 */
#ifndef PORTS_SAFE_H
#define PORTS_SAFE_H

#ifdef __SAFECC__
#define SC_FACT_(text) __attribute__((annotate("sc:" text)))
#define SC_STATEMENT_(...) __attribute__((suppress(__VA_ARGS__)))
#define SC_TEXT_(x) #x
#else
#define SC_FACT_(text)
#define SC_STATEMENT_(...)
#endif

/* The pointer declared has n elements (SC-07). */
#define SC_COUNT(n) SC_FACT_("count=" SC_TEXT_(n))
/* The pointer may be null; it is tested before it is used (SC-08). */
#define SC_NULLABLE SC_FACT_("nullable")
/* A pointer in memory that is never null once its object can be reached (SC-08). */
#define SC_NONNULL SC_FACT_("nonnull")
/* The integer lies in lo..hi (SC-10). */
#define SC_RANGE(lo, hi) SC_FACT_("range=" SC_TEXT_(lo) "," SC_TEXT_(hi))
/* Text that ends with a 0: a literal, or what is SC_STRING itself; or null (SC-05). */
#define SC_STRING SC_FACT_("string")
/* A linear value; consumed exactly once (SC-12). */
#define SC_OWNED SC_FACT_("owned")
/* A type whose fields only the core reads or makes (SC-12). */
#define SC_OPAQUE SC_FACT_("opaque")
/* Guest memory's layout: never read through a pointer (SC-15). */
#define SC_GUEST SC_FACT_("guest")
/* Read and written only with the lock held (SC-14). */
#define SC_GUARDED_BY(lock) SC_FACT_("guarded_by=" #lock)
/* Touched only by the atomic functions (SC-14). */
#define SC_ATOMIC SC_FACT_("atomic")
/* A slot that publishes a typed pointer (SC-13). */
#define SC_SLOT SC_FACT_("slot")
/* Written only before its object is published (SC-14). */
#define SC_FIXED SC_FACT_("fixed")
/* Written only while the machine starts: one CPU, no guest (SC-14). */
#define SC_BOOT SC_FACT_("boot")
/* What a function needs, takes and releases of locks (SC-14). */
#define SC_HOLDS(lock) SC_FACT_("holds=" #lock)
#define SC_ACQUIRES(lock) SC_FACT_("acquires=" #lock)
#define SC_RELEASES(lock) SC_FACT_("releases=" #lock)
/* Calling this ends no borrow; its result is a borrow; it is a preemption point (SC-11, SC-13). */
#define SC_KEEPS_BORROWS SC_FACT_("keeps_borrows")
#define SC_BORROWS SC_FACT_("borrows")
#define SC_PREEMPTS SC_FACT_("preempts")
/* The function that takes one loop turn from what the entry has left; a loop that is not short calls it (SC-17). */
#define SC_FUEL SC_FACT_("fuel")
/* Worst stack use of a function defined elsewhere (SC-16). */
#define SC_STACK(bytes) SC_FACT_("stack=" #bytes)
/* A port's function, of this level; calls go strictly downward (SC-16). */
#define SC_PORT(level) SC_FACT_("port=" #level)

/* The next block is an unsafe island, numbered and justified; core only (SC-21). */
#define SC_UNSAFE(why) SC_STATEMENT_("sc:unsafe", why)
/* The same for one declaration: what the rules say of it does not hold. */
#define SC_UNSAFE_DECL(why) SC_FACT_("unsafe_decl=" why)
/* Only files of the core may name the function, or write the field (SC-21). */
#define SC_CORE SC_FACT_("core")
/* What an island's soundness rests on, asked before it: where it does not hold, the module that called fails (SC-21).
 */
#ifdef __SAFECC__
static inline __attribute__((unused)) _Bool sc_required_(_Bool holds)
{
    return holds;
}
#define SC_REQUIRE(condition) ((void)sc_required_(condition))
#else
#define SC_REQUIRE(condition) ((condition) ? (void)0 : __builtin_trap())
#endif
/* The next block writes shared state: no undischarged check, port call or early exit in it (SC-22). */
#define SC_COMMIT SC_STATEMENT_("sc:commit")
/* The next loop: e falls with each turn and is never negative (SC-17). */
#define SC_VARIANT(e) SC_STATEMENT_("sc:variant", SC_TEXT_(e))
/* The next loop turns at most n times; counted at run time where it is not proved (SC-17). */
#define SC_TRIPS(n) SC_STATEMENT_("sc:trips", SC_TEXT_(n))

#define SC_NODISCARD __attribute__((warn_unused_result))
#define SC_INLINE static inline __attribute__((always_inline, unused))

/* Out of an owned field, which is left null (SC-12). */
#define sc_take(field)                         \
    __extension__({                            \
        __typeof__(field) sc_taken_ = (field); \
        (field) = 0;                           \
        sc_taken_;                             \
    })

#endif
