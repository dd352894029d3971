/* SPDX-License-Identifier: MIT */
/*
 * pte_word.h - what is in an entry of a page table (Intel SDM vol. 3, 4.5: 4-level paging).
 *
 * Each of these takes an entry and gives another, or says something of it; none touches memory. That is proved of each
 * (docs/handbook/proofs.md), so parts are read by division: provers know it better than masks, and the compiler makes
 * the same code of both. core/pt.h puts entries into slots. Errors: none. Locks: none.
 */
#ifndef CORE_PTE_WORD_H
#define CORE_PTE_WORD_H

#include "core/base.h"

#define PTE_P 0x1UL
#define PTE_W 0x2UL
#define PTE_U 0x4UL
#define PTE_PWT 0x8UL
#define PTE_PCD 0x10UL
#define PTE_A 0x20UL
#define PTE_D 0x40UL
#define PTE_PS 0x80UL
#define PTE_G 0x100UL
#define PTE_NX (1UL << 63)
#define PTE_ADDR 0x000ffffffffff000UL

#define PTE_FRAMES (1UL << 40) /* frames that an entry can name */
#define PTE_ABOVE (1UL << 52)  /* the first bit above the frame */

/*@ logic integer entry_frame(integer e) = e / 4096 % 0x10000000000;
    predicate entry_present(integer e) = e % 2 == 1;
    predicate entry_writes(integer e) = e % 4 / 2 == 1;
    predicate entry_users(integer e) = e % 8 / 4 == 1;
    predicate entry_accessed(integer e) = e % 0x40 / 0x20 == 1;
    predicate entry_global(integer e) = e % 0x200 / 0x100 == 1;
    predicate same_place(integer e, integer f) = entry_frame(e) == entry_frame(f) &&
      (entry_present(e) <==> entry_present(f)) && (entry_writes(e) <==> entry_writes(f));
    predicate same_users(integer e, integer f) = (entry_users(e) <==> entry_users(f)) &&
      (entry_global(e) <==> entry_global(f));
    predicate same_flags(integer e, integer f) = same_users(e, f) && e % 4096 / 4 == f % 4096 / 4 &&
      e / 0x10000000000000 == f / 0x10000000000000;
    predicate same_but_marks(integer e, integer f) = same_place(e, f) && same_users(e, f);
*/

/*@ assigns \nothing;
    ensures \result == entry_frame(pte);
*/
SC_INLINE uint64_t pte_frame(uint64_t pte)
{
    return pte / PAGE_SIZE % PTE_FRAMES;
}
/*@ assigns \nothing;
    ensures \result <==> entry_present(pte);
*/
SC_INLINE bool pte_present(uint64_t pte)
{
    return pte % 2 == 1;
}
/*@ assigns \nothing;
    ensures \result <==> entry_writes(pte);
*/
SC_INLINE bool pte_writes(uint64_t pte)
{
    return pte % 4 / PTE_W == 1;
}
/* A CPU may have a translation of it (SDM vol. 3, 4.10.2.3). */
/*@ assigns \nothing;
    ensures \result <==> entry_accessed(pte);
*/
SC_INLINE bool pte_accessed(uint64_t pte)
{
    return pte % (2 * PTE_A) / PTE_A == 1;
}
/* The same frame with the same rights, or neither present. */
/*@ assigns \nothing;
    ensures \result <==> same_place(pte, other);
*/
SC_INLINE bool pte_same_place(uint64_t pte, uint64_t other)
{
    return pte_frame(pte) == pte_frame(other) && pte % 4 == other % 4;
}
/* The user may use it. */
/*@ assigns \nothing;
    ensures users: entry_users(\result);
    ensures place: same_place(\result, pte);
    ensures global: entry_global(\result) <==> entry_global(pte);
    ensures others: \result / 8 == pte / 8;
*/
SC_INLINE uint64_t pte_for_user(uint64_t pte)
{
    uint64_t user = pte % 8 / PTE_U == 1 ? pte : pte + PTE_U;

    /*@ assert bit: user % 8 / 4 == 1 && user % 4 == pte % 4 && user % 2 == pte % 2; */
    /*@ assert above: user / 8 == pte / 8; */
    /*@ assert frame: user / 8 / 0x200 == user / 0x1000 && pte / 8 / 0x200 == pte / 0x1000; */
    /*@ assert global: user % 0x200 / 0x100 == user / 8 / 32 % 2 && pte % 0x200 / 0x100 == pte / 8 / 32 % 2; */
    return user;
}
/* No translation outlives the address space. */
/*@ assigns \nothing;
    ensures global: !entry_global(\result);
    ensures place: same_place(\result, pte);
    ensures users: entry_users(\result) <==> entry_users(pte);
    ensures others: \result % 0x100 == pte % 0x100 && \result / 0x200 == pte / 0x200;
*/
SC_INLINE uint64_t pte_not_global(uint64_t pte)
{
    uint64_t own = pte - pte / PTE_G % 2 * PTE_G;

    /*@ assert parts: own == pte / 0x200 * 0x200 + pte % 0x100; */
    /*@ assert bit: own % 0x200 == pte % 0x100 && own / 0x200 == pte / 0x200; */
    /*@ assert low: own % 0x100 == pte % 0x100; */
    /*@ assert rights: own % 8 == pte % 8 && own % 4 == pte % 4 && own % 2 == pte % 2; */
    /*@ assert frame: own / 0x200 / 8 == own / 0x1000 && pte / 0x200 / 8 == pte / 0x1000; */
    return own;
}
/* A present entry for the frame, writable or not, with all other bits as flags has them. */
/*@ assigns \nothing;
    ensures frame: entry_frame(\result) == frame % 0x10000000000;
    ensures present: entry_present(\result);
    ensures writes: entry_writes(\result) <==> writable;
    ensures flags: same_flags(\result, flags);
*/
SC_INLINE uint64_t pte_of(uint64_t frame, uint64_t flags, bool writable)
{
    uint64_t low = flags % PAGE_SIZE / 4 * 4 + (writable ? PTE_W : 0) + PTE_P;
    uint64_t above = flags / PTE_ABOVE, at = frame % PTE_FRAMES;
    uint64_t pte = above * PTE_ABOVE + at * PAGE_SIZE + low;

    /*@ assert low: low < 4096 && low / 4 == flags % 4096 / 4; */
    /*@ assert bits: low % 4 == (writable ? 3 : 1); */
    /*@ assert within: at < 0x10000000000 && above < 0x1000; */
    /*@ assert place: pte % 4096 == low && pte / 4096 == above * 0x10000000000 + at; */
    /*@ assert frame: pte / 4096 % 0x10000000000 == at && pte / 4096 / 0x10000000000 == above; */
    /*@ assert rights: pte % 4 == low % 4 && pte % 2 == low % 4 % 2; */
    /*@ assert users: pte % 8 == low % 8 && flags % 8 == flags % 4096 % 8; */
    /*@ assert users_of: low % 8 / 4 == low / 4 % 2 && flags % 4096 % 8 / 4 == flags % 4096 / 4 % 2; */
    /*@ assert global: pte % 0x200 == low % 0x200 && flags % 0x200 == flags % 4096 % 0x200; */
    /*@ assert global_of: low % 0x200 / 0x100 == low / 4 / 64 % 2; */
    /*@ assert global_in: flags % 4096 % 0x200 / 0x100 == flags % 4096 / 4 / 64 % 2; */
    return pte;
}

#endif
