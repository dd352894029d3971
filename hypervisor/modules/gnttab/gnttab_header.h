/* SPDX-License-Identifier: MIT */
/*
 * gnttab_header.h - what the header of a guest's entry grants, and the marks of its use.
 *
 * The header is the entry's first word: flags, and above them the domid.  The functions take the word that was read,
 * and say; none reads the guest's memory, so none is fooled by a word that changes.  Proved (docs/handbook/proofs.md),
 * so bits are read by division: provers know it better than masks, and the compiler makes the same code of both.
 */
#ifndef MODULES_GNTTAB_HEADER_H
#define MODULES_GNTTAB_HEADER_H

#include "core/base.h"

#include <xen/grant_table.h>

/* How a grant is to be used. */
#define PIN_WRITE 1U
#define PIN_MAP 2U     /* a mapping: not allowed where only a part of the page is granted */
#define PIN_TRANSIT 4U /* it may be a transitive one */

/* What is granted. */
enum grant_kind {
    GRANT_PAGE,
    GRANT_PART,       /* GTF_sub_page: some bytes of a page, to copy only */
    GRANT_TRANSITIVE, /* the use of a third domain's grant, to copy only */
    GRANT_NOTHING,
};

#define MARKS ((uint32_t)(GTF_reading | GTF_writing))
#define NR_TYPES (GTF_type_mask + 1)
#define HEADER_DOMID 0x10000U /* what the domid is multiplied by */

/*@ predicate writes(integer how) = how % 2 == 1;
    predicate maps(integer how) = how / 2 % 2 == 1;
    predicate transits(integer how) = how / 4 % 2 == 1;
    logic integer type_of(integer h) = h % 4;
    logic integer read_only(integer h) = h / 4 % 2;
    logic integer reading(integer h) = h / 8 % 2;
    logic integer writing(integer h) = h / 16 % 2;
    logic integer part(integer h) = h / 0x100 % 2;
    logic integer grantee(integer h) = h / 0x10000;
    predicate lets(integer h, integer user, integer how) = grantee(h) == user && (writes(how) ==> read_only(h) == 0);
    predicate others_than_marks_same(integer h, integer m) = h % 8 == m % 8 && h / 32 == m / 32;
*/

/*@ assigns \nothing;
    ensures \result <==> lets(header, user, how);
*/
SC_INLINE bool header_lets(uint32_t header, domid_t user, uint32_t how)
{
    return header / HEADER_DOMID == user && (how / PIN_WRITE % 2 == 0 || header / GTF_readonly % 2 == 0);
}

/* What the header, of version 2, grants to user who wants to use it so. */
/*@ assigns \nothing;
    ensures page: \result == GRANT_PAGE <==>
      lets(header, user, how) && type_of(header) == GTF_permit_access && part(header) == 0;
    ensures part: \result == GRANT_PART <==>
      lets(header, user, how) && type_of(header) == GTF_permit_access && part(header) == 1 && !maps(how);
    ensures transitive: \result == GRANT_TRANSITIVE <==>
      lets(header, user, how) && type_of(header) == GTF_transitive && transits(how);
    ensures one_of: \result == GRANT_PAGE || \result == GRANT_PART || \result == GRANT_TRANSITIVE ||
      \result == GRANT_NOTHING;
*/
SC_INLINE enum grant_kind header_kind(uint32_t header, domid_t user, uint32_t how)
{
    uint32_t type = header % NR_TYPES;

    if (!header_lets(header, user, how))
        return GRANT_NOTHING;
    if (type == GTF_transitive)
        return how / PIN_TRANSIT % 2 == 1 ? GRANT_TRANSITIVE : GRANT_NOTHING;
    if (type != GTF_permit_access)
        return GRANT_NOTHING;
    if (header / GTF_sub_page % 2 == 0)
        return GRANT_PAGE;
    return how / PIN_MAP % 2 == 1 ? GRANT_NOTHING : GRANT_PART;
}

/* Does the header, of version 1, grant the page so?  That version knows no parts: the flag forbids a mapping. */
/*@ assigns \nothing;
    ensures \result <==> lets(header, user, how) && type_of(header) == GTF_permit_access &&
      (maps(how) ==> part(header) == 0);
*/
SC_INLINE bool header_grants_page(uint32_t header, domid_t user, uint32_t how)
{
    return header_lets(header, user, how) && header % NR_TYPES == GTF_permit_access &&
           (how / PIN_MAP % 2 == 0 || header / GTF_sub_page % 2 == 0);
}

/* The header, of version 1, with the marks of one more use. */
/*@ assigns \nothing;
    ensures reading(\result) == 1;
    ensures write: writes(how) ==> writing(\result) == 1;
    ensures read: !writes(how) ==> writing(\result) == writing(header);
    ensures others_than_marks_same(header, \result);
*/
SC_INLINE uint32_t header_marked(uint32_t header, uint32_t how)
{
    if (how / PIN_WRITE % 2 == 1)
        return header / 32 * 32 + MARKS + header % 8;
    return header / 16 * 16 + GTF_reading + header % 8;
}

/* The marks that this many uses ask for. */
/*@ assigns \nothing;
    ensures reading: reading(\result) == (readers != 0 || writers != 0 ? 1 : 0);
    ensures writing: writing(\result) == (writers != 0 ? 1 : 0);
    ensures others_than_marks_same(0, \result);
*/
SC_INLINE uint32_t marks_of(uint32_t readers, uint32_t writers)
{
    if (writers != 0)
        return MARKS;
    return readers != 0 ? GTF_reading : 0;
}

/* Those that they do not ask for. */
/*@ assigns \nothing;
    ensures reading: reading(\result) == (readers != 0 || writers != 0 ? 0 : 1);
    ensures writing: writing(\result) == (writers != 0 ? 0 : 1);
    ensures others_than_marks_same(0, \result);
*/
SC_INLINE uint32_t marks_not_of(uint32_t readers, uint32_t writers)
{
    return MARKS - marks_of(readers, writers);
}

/* Version 2: two entries share a word of the status array; where in it the marks of entry ref are. */
/*@ requires marks <= 0xffff;
    assigns \nothing;
    ensures own: (ref % 2 == 0 ? \result % 0x10000 : \result / 0x10000) == marks;
    ensures other: (ref % 2 == 0 ? \result / 0x10000 : \result % 0x10000) == 0;
*/
SC_INLINE uint32_t status_marks(uint32_t ref, uint32_t marks)
{
    return ref % 2 == 0 ? marks : marks * 0x10000U;
}

/* Is what is wanted of a page, nr bytes from offset on, in the part that is granted? */
/*@ requires offset <= 0xffff && nr <= 0xffff;
    assigns \nothing;
    ensures inside: \result ==> \forall integer b; offset <= b < offset + nr ==> start <= b < start + length;
    ensures all: nr > 0 && start <= offset < start + length && start <= offset + nr - 1 < start + length ==> \result;
*/
SC_INLINE bool part_covers(uint16_t start, uint16_t length, uint32_t offset, uint32_t nr)
{
    return offset >= start && offset + nr <= (uint32_t)start + length;
}

#endif
