/* SPDX-License-Identifier: MIT */
/*
 * gnttab_place.h - where what belongs to a grant is: its entry, its marks of version 2, its active entry.
 *
 * The table is an array of entries over its frames, 2 words of 32 bits each in version 1 and 4 in version 2; the status
 * array is one of 16-bit words.  Proved (docs/handbook/proofs.md): nothing lies outside the frames, no two overlap.
 */
#ifndef MODULES_GNTTAB_PLACE_H
#define MODULES_GNTTAB_PLACE_H

#include "core/cmdline.h"

#include <xen/grant_table.h>

#define GRANT_FRAMES OPT_GNTTAB_MAX_FRAMES
#define FRAME_WORDS ((uint32_t)(PAGE_SIZE / sizeof(uint32_t)))
/* As many as a frame has at most: of version 1. */
#define FRAME_REFS ((uint32_t)(PAGE_SIZE / sizeof(struct grant_entry_v1)))
/* Version 2: frames of its status array, and how many table frames one of them is for. */
#define STATUS_REFS ((uint32_t)(PAGE_SIZE / sizeof(grant_status_t)))
#define STATUS_FOR ((uint32_t)(STATUS_REFS * sizeof(union grant_entry_v2) / PAGE_SIZE))
#define STATUS_FRAMES (GRANT_FRAMES / STATUS_FOR)

#define ACTIVE_CHUNK 128U
#define ACTIVE_CHUNKS (GRANT_FRAMES * FRAME_REFS / ACTIVE_CHUNK)
#define FRAME_CHUNKS (FRAME_REFS / ACTIVE_CHUNK)

/*@ logic integer entry_words(integer version) = version == 1 ? 2 : 4;
    logic integer place(integer version, integer ref) = version == 1 ? ref * 2 : ref * 4;
    predicate in_table(integer version, integer ref, integer nr_frames) =
      0 <= ref && place(version, ref) < nr_frames * 1024;
*/
/* The words of two entries. */
/*@ lemma entries_apart: \forall integer version, r, s; 0 <= r < s ==>
      place(version, r) + entry_words(version) <= place(version, s);
*/

/* How many entries nr_frames of a table have. */
/*@ requires nr_frames <= GRANT_FRAMES;
    assigns \nothing;
    ensures all: \forall integer ref; 0 <= ref < \result <==> in_table(version, ref, nr_frames);
*/
SC_INLINE uint32_t gnttab_refs(uint32_t version, uint32_t nr_frames)
{
    return version == 1 ? nr_frames * FRAME_REFS : nr_frames * (FRAME_REFS / 2);
}

/* The word of the table that entry ref begins with ... */
/*@ requires in_table(version, ref, GRANT_FRAMES);
    assigns \nothing;
    ensures \result == place(version, ref);
*/
SC_INLINE uint32_t entry_place(uint32_t version, uint32_t ref)
{
    return version == 1 ? ref * 2 : ref * 4;
}
/* ... the frame that it is in ... */
/*@ requires in_table(version, ref, GRANT_FRAMES);
    assigns \nothing;
    ensures there: \result * 1024 <= place(version, ref) < \result * 1024 + 1024;
    ensures inside: \forall integer nr_frames; in_table(version, ref, nr_frames) ==> \result < nr_frames;
*/
SC_INLINE uint32_t entry_frame_index(uint32_t version, uint32_t ref)
{
    return entry_place(version, ref) / FRAME_WORDS % GRANT_FRAMES;
}
/* ... and the word of that frame. */
/*@ requires in_table(version, ref, GRANT_FRAMES);
    assigns \nothing;
    ensures there: \result == place(version, ref) - place(version, ref) / 1024 * 1024;
    ensures whole: \result + entry_words(version) <= 1024;
    ensures aligned: \result % 2 == 0 && (version != 1 ==> \result % 4 == 0);
*/
SC_INLINE uint32_t entry_word(uint32_t version, uint32_t ref)
{
    return entry_place(version, ref) % FRAME_WORDS;
}

/* Version 2: the frame of the status array that has the marks of entry ref ... */
/*@ requires in_table(2, ref, GRANT_FRAMES);
    assigns \nothing;
    ensures there: \result * 2048 <= ref < \result * 2048 + 2048;
    ensures inside: \forall integer nr_frames, nr_status; in_table(2, ref, nr_frames) &&
      nr_frames <= nr_status * STATUS_FOR ==> \result < nr_status;
*/
SC_INLINE uint32_t status_frame_index(uint32_t ref)
{
    return ref / STATUS_REFS % STATUS_FRAMES;
}
/* ... and the word of that frame: two entries share one. */
/*@ assigns \nothing;
    ensures there: ref / 2048 * 2048 + \result * 2 + ref % 2 == ref;
    ensures whole: \result < 1024;
*/
SC_INLINE uint32_t status_word_index(uint32_t ref)
{
    return ref % STATUS_REFS / 2;
}

/* The chunk that the active entry of grant ref is in; the first nr_frames * FRAME_CHUNKS are those of nr_frames. */
/*@ assigns \nothing;
    ensures there: \result * ACTIVE_CHUNK <= ref < \result * ACTIVE_CHUNK + ACTIVE_CHUNK;
    ensures inside: \forall integer version, nr_frames; in_table(version, ref, nr_frames) ==>
      \result < nr_frames * FRAME_CHUNKS;
*/
SC_INLINE uint32_t active_chunk_index(uint32_t ref)
{
    return ref / ACTIVE_CHUNK;
}

#endif
