/* SPDX-License-Identifier: MIT */
/* Shared by the files of this folder only. */
#ifndef KIMAGE_INTERNAL_H
#define KIMAGE_INTERNAL_H

#include <xen/errno.h>
#include <xen/features.h>
#include "../../hypervisor/unpack/unpack.h"
#include "kimage.h"
#include "kimage_sink.h"

/* ---- reason.c: the reason for people; returns rc, so that a check reads `return kimage_fail(...)`. */
/*@ assigns \nothing;
    ensures \result == rc; */
int kimage_fail(int rc, const char *reason SC_STRING);
/* None so far. */
/*@ assigns \nothing; */
void kimage_fail_none(void);

/* ---- bytes.c: little-endian loads; the caller has checked the bound. Texts of ASCII. */
struct kbytes {
    const uint8_t *bytes SC_COUNT(nr);
    size_t nr;
};
/* A literal and its length, as two arguments. */
#define KTEXT(literal) literal, sizeof(literal) - 1
/*@ predicate inside(struct kbytes *in, integer at, integer len) = at + len <= in->nr;
    predicate text_is(struct kbytes *in, integer at, char *text, integer nr) =
      \forall integer i; 0 <= i < nr ==> in->bytes[at + i] == (uint8_t)text[i];
    predicate begins(struct kbytes *in, integer at, integer len, char *text, integer nr) =
      nr <= len && text_is(in, at, text, nr);
    predicate begins_from(struct kbytes *in, integer at, integer len, char *text, integer nr, integer k) =
      begins(in, at + k, len - k, text, nr);
    logic integer le16(struct kbytes *in, integer at) = in->bytes[at] + 0x100 * in->bytes[at + 1];
    logic integer le32(struct kbytes *in, integer at) = le16(in, at) + 0x10000 * le16(in, at + 2);
    logic integer le64(struct kbytes *in, integer at) = le32(in, at) + 0x100000000 * le32(in, at + 4);
*/
/*@ requires inside(in, at, 2);
    ensures \result == le16(in, at); */
uint16_t kbytes_le16(const struct kbytes *in, size_t at);
/*@ requires inside(in, at, 4);
    ensures \result == le32(in, at); */
uint32_t kbytes_le32(const struct kbytes *in, size_t at);
/*@ requires inside(in, at, 8);
    ensures \result == le64(in, at); */
uint64_t kbytes_le64(const struct kbytes *in, size_t at);
/* Whether bytes[at .. at+len-1] begins with text. */
/*@ requires inside(in, at, len);
    ensures \result == 0 || \result == 1;
    ensures found: \result == 1 <==> begins(in, at, len, text, nr); */
int kbytes_begin(const struct kbytes *in, size_t at, size_t len, const char *text SC_COUNT(nr), size_t nr);
/* Whether it is text. */
/*@ requires inside(in, at, len);
    ensures \result == 0 || \result == 1;
    ensures found: \result == 1 <==> len == nr && text_is(in, at, text, nr); */
int kbytes_equal(const struct kbytes *in, size_t at, size_t len, const char *text SC_COUNT(nr), size_t nr);
/* Whether text occurs in it. */
/*@ requires inside(in, at, len);
    ensures \result == 0 || \result == 1;
    ensures found: \result == 1 <==> \exists integer k; 0 <= k < len && begins_from(in, at, len, text, nr, k); */
int kbytes_hold(const struct kbytes *in, size_t at, size_t len, const char *text SC_COUNT(nr), size_t nr);
/* C's strtoull with base 0, saturating; stops at the first character that does not belong. */
/*@ requires inside(in, at, len);
    ensures none: len == 0 ==> \result == 0; */
uint64_t kbytes_number(const struct kbytes *in, size_t at, size_t len);
/* The length of a text, without the 0 at its end. */
/*@ requires inside(in, at, len);
    ensures inside: \result <= len;
    ensures ends: \result == len || in->bytes[at + \result] == 0;
    ensures none: \forall integer i; at <= i < at + \result ==> in->bytes[i] != 0; */
size_t kbytes_text_len(const struct kbytes *in, size_t at, size_t len);
/* Copies up to the first 0, cut to fit. */
/*@ requires inside(in, at, len);
    ensures ends: out[KIMAGE_TEXT_MAX - 1] == 0;
    ensures same: \forall integer i; 0 <= i < KIMAGE_TEXT_MAX && out[i] != 0 ==>
      i < len && out[i] == (char)in->bytes[at + i]; */
void kbytes_text(const struct kbytes *in, size_t at, size_t len, char out[KIMAGE_TEXT_MAX]);

/* ---- bzimage.c: which part of the module is the kernel, and packed how. */
struct kpayload {
    enum unpack_format format;
    size_t at;
    size_t len;
    uint64_t max_out; /* bytes that may come out; UINT64_MAX when the file does not say */
};
/*@ predicate bzimage(struct kbytes *f) = f->nr >= 0x250 && le16(f, 0x1FE) == 0xAA55 && le32(f, 0x202) == 0x53726448;
    logic integer setup_bytes(struct kbytes *f) = 512 + 512 * (f->bytes[0x1F1] == 0 ? 4 : f->bytes[0x1F1]);
    logic integer packed_at(struct kbytes *f) = setup_bytes(f) + le32(f, 0x248);
    logic integer packed_len(struct kbytes *f) = le32(f, 0x24C);
    predicate packed_good(struct kbytes *f) =
      le16(f, 0x206) >= 0x208 && packed_len(f) > 0 && packed_at(f) + packed_len(f) <= f->nr;
    predicate payload_is(struct kbytes *f, integer at, integer len) =
      (bzimage(f) ==> at == packed_at(f) && len == packed_len(f)) && (!bzimage(f) ==> at == 0 && len == f->nr);
    predicate format_says(struct kbytes *f, integer at, integer len, integer format) =
      (format == UNPACK_GZIP <==> len >= 8 && gzip_begins(f->bytes, at)) &&
      (format == UNPACK_XZ <==> len >= 8 && xz_begins(f->bytes, at)) &&
      (format == UNPACK_LZ4 <==> len >= 8 && lz4_begins(f->bytes, at)) &&
      (format == UNPACK_ZSTD <==> len >= 8 && zstd_begins(f->bytes, at));
    predicate bounds_history(integer format) = format == UNPACK_ZSTD || format == UNPACK_XZ;
    predicate max_out_is(struct kbytes *f, struct kpayload *p) =
      (bounds_history(p->format) && bzimage(f) ==> p->max_out == le32(f, p->at + p->len - 4)) &&
      (!bounds_history(p->format) || !bzimage(f) ==> p->max_out == UINT64_MAX);
*/
/*@ requires \separated(src, out);
    assigns out->format, out->at, out->len, out->max_out;
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures good: \result == 0 <==> src->nr > 0 && (bzimage(src) ==> packed_good(src));
    ensures inside: \result == 0 ==> out->len > 0 && inside(src, out->at, out->len);
    ensures where: \result == 0 ==> payload_is(src, out->at, out->len);
    ensures format: \result == 0 ==> format_says(src, out->at, out->len, out->format);
    ensures known: \result == 0 ==> UNPACK_NONE <= out->format <= UNPACK_ZSTD;
    ensures max_out: \result == 0 ==> max_out_is(src, out); */
int kpayload_find(const struct kbytes *src, struct kpayload *out);

/* ---- stream.c: the unpacked file, read forwards; going back starts over. One at a time. */
#define KSTREAM_WATCH_BYTES 16384u
#define KSTREAM_WATCH_MAX 8u
#define KSTREAM_HEAD_BYTES 4096u
#define KSTREAM_SKIP_BYTES 4096u
struct kwatch {
    uint64_t offset;
    uint64_t len;
    size_t at; /* in watched */
};
struct kstream {
    struct kbytes src;
    struct kpayload payload;
    uint64_t pos;    /* of the next byte that kstream_read() gives */
    uint64_t pulled; /* bytes taken from the unpacker */
    size_t head_len SC_RANGE(0, 4096);
    uint32_t nr_watches;
    size_t watched_len;
    struct kwatch watches[KSTREAM_WATCH_MAX];
    uint8_t head[KSTREAM_HEAD_BYTES];
    uint8_t watched[KSTREAM_WATCH_BYTES];
};
/* For stream.c and what is said of it; all others ask by the functions below. */
extern struct kstream ks;
extern uint8_t kstream_skipped[KSTREAM_SKIP_BYTES];
/*@ predicate source_good(struct kbytes *src, struct kpayload *p) = p->len > 0 && inside(src, p->at, p->len);
    predicate watch_good(struct kstream *s, integer i) =
      s->watches[i].offset + s->watches[i].len <= UINT64_MAX && s->watches[i].at + s->watches[i].len <= s->watched_len;
    predicate watch_behind(struct kstream *s, integer i) =
      \forall integer j; 0 <= j < i ==> s->watches[j].at + s->watches[j].len <= s->watches[i].at;
    predicate watches_good(struct kstream *s) =
      s->nr_watches <= KSTREAM_WATCH_MAX && s->watched_len <= KSTREAM_WATCH_BYTES &&
      \forall integer i; 0 <= i < s->nr_watches ==> watch_good(s, i) && watch_behind(s, i);
    predicate place_good(struct kstream *s) =
      s->head_len <= KSTREAM_HEAD_BYTES && s->pulled == (s->pos < s->head_len ? s->head_len : s->pos);
    predicate stream_good{L} = \valid_read(ks.src.bytes + (0 .. ks.src.nr - 1)) &&
      source_good(&ks.src, &ks.payload) && place_good(&ks) && watches_good(&ks);
    predicate in_watch(struct kwatch *w, integer i) = w->at <= i < w->at + w->len;
    logic integer place_of(struct kwatch *w, integer i) = w->offset + i - w->at;
    predicate passes(struct kwatch *w, integer i, integer from, integer to) =
      in_watch(w, i) && from <= place_of(w, i) < to;
    predicate watch_saw(struct kwatch *w, uint8_t *bytes, integer from, integer to) = \forall integer i;
      passes(w, i, from, to) ==> ks.watched[i] == bytes[place_of(w, i) - from];
    predicate byte_kept{A, B}(integer i) = \at(ks.watched[i], B) == \at(ks.watched[i], A);
    predicate watch_kept{A, B}(struct kwatch *w, integer from, integer to) = \forall integer i;
      in_watch{A}(w, i) && !passes{A}(w, i, from, to) ==> byte_kept{A, B}(i);
    predicate watch_same{A, B}(integer i) = \at(ks.watches[i].offset, B) == \at(ks.watches[i].offset, A) &&
      \at(ks.watches[i].len, B) == \at(ks.watches[i].len, A) && \at(ks.watches[i].at, B) == \at(ks.watches[i].at, A);
    predicate watch_is(integer i, integer offset, integer len, integer at) =
      ks.watches[i].offset == offset && ks.watches[i].len == len && ks.watches[i].at == at;
    predicate unpack_error(integer rc) = rc == -XEN_ENOMEM || rc == -XEN_EOPNOTSUPP || rc == -XEN_EINVAL;
*/
/*@ requires source_good(src, payload) && \separated(src, &ks) && \separated(payload, &ks);
    assigns ks;
    ensures one_of: \result == 0 || unpack_error(\result);
    ensures open: \result == 0 ==> stream_good && ks.pos == 0 && ks.nr_watches == 0 && ks.watched_len == 0; */
int kstream_open(const struct kbytes *src, const struct kpayload *payload);
/* The first bytes of the file, which stay at hand. */
/*@ requires stream_good;
    assigns \nothing;
    ensures head: \result.bytes == &ks.head[0] && \result.nr == ks.head_len; */
struct kbytes kstream_head(void);
/* All of len bytes, or an error. */
/*@ requires stream_good && \separated(dst + (..), &ks) && \separated(dst + (0 .. len - 1), &ks);
    assigns dst[0 .. len - 1], ks.pos, ks.pulled, ks.watched[0 .. KSTREAM_WATCH_BYTES - 1];
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC || unpack_error(\result);
    ensures ends: \old(ks.pos) + len > UINT64_MAX ==> \result == -XEN_ENOEXEC;
    ensures good: \result == 0 ==> stream_good && ks.pos == \old(ks.pos) + len;
    ensures at_hand: \old(ks.pos) + len <= ks.head_len ==> \result == 0;
    ensures head: \result == 0 ==> \forall integer i; 0 <= i < len && \old(ks.pos) + i < ks.head_len ==>
      dst[i] == ks.head[\old(ks.pos) + i];
    ensures saw: \result == 0 ==> \forall integer i; 0 <= i < ks.nr_watches ==>
      watch_saw(&ks.watches[i], dst, \old(ks.pos), \old(ks.pos) + len);
    ensures kept: \result == 0 ==> \forall integer i; 0 <= i < ks.nr_watches ==>
      watch_kept{Pre, Post}(&ks.watches[i], \old(ks.pos), \old(ks.pos) + len); */
int kstream_read(uint8_t *dst SC_COUNT(len), size_t len);
/*@ requires stream_good;
    assigns ks.pos, ks.pulled, ks.head_len, ks.head[0 .. KSTREAM_HEAD_BYTES - 1],
      ks.watched[0 .. KSTREAM_WATCH_BYTES - 1], kstream_skipped[0 .. KSTREAM_SKIP_BYTES - 1];
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC || unpack_error(\result);
    ensures good: \result == 0 ==> stream_good && ks.pos == offset; */
int kstream_seek(uint64_t offset);
/* As kstream_seek(), but never goes back. */
/*@ requires stream_good;
    assigns ks.pos, ks.pulled, ks.watched[0 .. KSTREAM_WATCH_BYTES - 1],
      kstream_skipped[0 .. KSTREAM_SKIP_BYTES - 1];
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC || unpack_error(\result);
    ensures good: \result == 0 ==> stream_good && ks.pos == \max(\old(ks.pos), offset); */
int kstream_pass(uint64_t offset);
/* Reads what is left, so that the compressor's check over the whole is made. */
/*@ requires stream_good;
    assigns ks.pulled, kstream_skipped[0 .. KSTREAM_SKIP_BYTES - 1];
    ensures one_of: \result == 0 || unpack_error(\result);
    ensures plain: ks.payload.format == UNPACK_NONE ==> \result == 0; */
int kstream_finish(void);
/* Keeps a copy of a part of the file as it passes by; *at says where in kstream_watched() it will be. */
/*@ requires stream_good && offset + len <= UINT64_MAX && \separated(at, &ks);
    assigns *at, ks.nr_watches, ks.watched_len, ks.watches[0 .. KSTREAM_WATCH_MAX - 1];
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures room: \result == 0 <==> \old(ks.nr_watches) < KSTREAM_WATCH_MAX &&
      \old(ks.watched_len) + len <= KSTREAM_WATCH_BYTES;
    ensures good: stream_good;
    ensures refused: \result != 0 ==> ks.nr_watches == \old(ks.nr_watches) && *at == \old(*at);
    ensures next: \result == 0 ==> ks.nr_watches == \old(ks.nr_watches) + 1 && *at == \old(ks.watched_len) &&
      ks.watched_len == *at + len;
    ensures is_it: \result == 0 ==> watch_is(\old(ks.nr_watches), offset, len, *at);
    ensures other: \forall integer i; 0 <= i < \old(ks.nr_watches) ==> watch_same{Pre, Post}(i); */
int kstream_watch(uint64_t offset, uint64_t len, size_t *at);
/*@ assigns \nothing;
    ensures all: \result.bytes == &ks.watched[0] && \result.nr == KSTREAM_WATCH_BYTES; */
struct kbytes kstream_watched(void);
/*@ assigns ks.src; */
void kstream_close(void);

/* ---- elf.c */
#define KELF_LOADS_MAX 32u
struct kelf_load {
    uint64_t offset;
    uint64_t filesz;
    uint64_t paddr;
    uint64_t memsz;
};
struct kelf_note {
    uint64_t offset;
    uint64_t len;
    size_t watched_at;
};
struct kelf {
    uint64_t entry;
    uint64_t shoff;
    uint32_t shnum;
    uint32_t shstrndx;
    uint64_t paddr_start;
    uint64_t paddr_end;
    uint32_t nr_loads;
    uint32_t nr_notes;
    struct kelf_load loads[KELF_LOADS_MAX]; /* in file order, disjoint in the file and in memory */
    struct kelf_note notes[KSTREAM_WATCH_MAX];
};
/*@ predicate load_good(struct kelf *e, integer i) = e->loads[i].filesz <= e->loads[i].memsz &&
      e->loads[i].offset + e->loads[i].filesz <= UINT64_MAX && e->loads[i].paddr + e->loads[i].memsz <= UINT64_MAX;
    predicate loads_good(struct kelf *e) =
      e->nr_loads <= 32 && \forall integer i; 0 <= i < e->nr_loads ==> load_good(e, i);
    predicate notes_good(struct kelf *e) = e->nr_notes <= 8 &&
      \forall integer i; 0 <= i < e->nr_notes ==> e->notes[i].offset + e->notes[i].len <= UINT64_MAX;
    predicate apart(integer a, integer a_len, integer b, integer b_len) =
      a_len == 0 || b_len == 0 || a + a_len <= b || b + b_len <= a;
    predicate two_apart(struct kelf *e, integer i, integer j) =
      apart(e->loads[i].offset, e->loads[i].filesz, e->loads[j].offset, e->loads[j].filesz) &&
      apart(e->loads[i].paddr, e->loads[i].memsz, e->loads[j].paddr, e->loads[j].memsz);
    predicate load_apart(struct kelf *e, integer i) = \forall integer j; 0 <= j < i ==> two_apart(e, i, j);
    predicate loads_apart(struct kelf *e, integer n) = \forall integer i; 0 <= i < n ==> load_apart(e, i);
    logic integer load_end(struct kelf *e, integer i) = e->loads[i].paddr + e->loads[i].memsz;
    predicate bounded(struct kelf *e, integer n) = \forall integer i; 0 <= i < n ==>
      e->paddr_start <= e->loads[i].paddr && load_end(e, i) <= e->paddr_end;
*/
/*@ requires \separated(head, out);
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures some: \result == 0 ==> out->nr_loads > 0;
    ensures loads: \result == 0 ==> loads_good(out);
    ensures notes: \result == 0 ==> notes_good(out);
    ensures apart: \result == 0 ==> loads_apart(out, out->nr_loads);
    ensures bounded: \result == 0 ==> bounded(out, out->nr_loads); */
int kelf_parse(const struct kbytes *head, struct kelf *out);

/* ---- feature_names.c: the features that a kernel may ask for. */
#define KFEATURES 7u
#define KFEATURE_NAME_MAX 32u
struct kfeature {
    uint8_t bit SC_RANGE(0, 31);
    char name[KFEATURE_NAME_MAX];
    uint8_t nr SC_RANGE(0, 32);
};
extern const struct kfeature kfeatures[KFEATURES];
/*@ predicate kfeature_names(struct kbytes *text, integer at, integer len, integer f) =
      len == kfeatures[f].nr && text_is(text, at, &kfeatures[f].name[0], kfeatures[f].nr);
    predicate kfeature_known(struct kbytes *text, integer at, integer len) =
      \exists integer f; 0 <= f < KFEATURES && kfeature_names(text, at, len, f);
    predicate feature_bit(integer k) = k == XENFEAT_writable_page_tables || k == XENFEAT_writable_descriptor_tables ||
      k == XENFEAT_auto_translated_physmap || k == XENFEAT_supervisor_mode_kernel ||
      k == XENFEAT_pae_pgdir_above_4gb || k == XENFEAT_hvm_callback_vector || k == XENFEAT_dom0;
*/
/* The one of that name, or KFEATURES. */
/*@ requires inside(text, at, len);
    assigns \nothing;
    ensures found: \result < KFEATURES ==> kfeature_names(text, at, len, \result);
    ensures known: \result < KFEATURES <==> kfeature_known(text, at, len);
    ensures one_of: \result <= KFEATURES; */
size_t kfeature_find(const struct kbytes *text, size_t at, size_t len);
/* Its bit in the words of features. */
/*@ requires f < KFEATURES;
    assigns \nothing;
    ensures bit: \result == kfeatures[f].bit;
    ensures seven: feature_bit(\result); */
uint32_t kfeature_bit(size_t f);

/* ---- features.c: "a|!b": a is supported, b is required; up to its first 0. */
/*@ predicate has_bit(integer bits, integer k) = (bits & (1 << k)) != 0;
    predicate bits_grow(integer was, integer now) = \forall integer k; 0 <= k < 32 ==>
      (has_bit(was, k) ==> has_bit(now, k)) && (has_bit(now, k) ==> has_bit(was, k) || feature_bit(k));
    predicate features_grow(integer supported, integer required, integer supported_now, integer required_now) =
      bits_grow(supported, supported_now) && bits_grow(required, required_now) && \forall integer k; 0 <= k < 32 &&
        has_bit(required_now, k) ==> has_bit(required, k) || has_bit(supported_now, k);
    predicate bar(struct kbytes *text, integer i) = text->bytes[i] == '|';
    predicate text_ends(struct kbytes *text, integer at, integer len, integer end) =
      at <= end <= at + len && (end == at + len || text->bytes[end] == 0) &&
      \forall integer i; at <= i < end ==> text->bytes[i] != 0;
    predicate name_begins(struct kbytes *text, integer first, integer from) = from == first || bar(text, from - 1);
    predicate name_is(struct kbytes *text, integer end, integer from, integer to) =
      from <= to <= end && (to == end || bar(text, to)) && \forall integer i; from <= i < to ==> !bar(text, i);
    predicate name_required(struct kbytes *text, integer from, integer to) = from < to && text->bytes[from] == '!';
    predicate name_good(struct kbytes *text, integer from, integer to) =
      name_required(text, from, to) ==> kfeature_known(text, from + 1, to - from - 1);
    predicate names_good_at(struct kbytes *text, integer first, integer end, integer from) =
      name_begins(text, first, from) ==> \forall integer to; name_is(text, end, from, to) ==> name_good(text, from, to);
    predicate names_good(struct kbytes *text, integer first, integer end, integer n) =
      \forall integer from; first <= from < n ==> names_good_at(text, first, end, from);
    predicate features_good(struct kbytes *text, integer at, integer len) =
      \forall integer end; text_ends(text, at, len, end) ==> names_good(text, at, end, end + 1);
*/
/*@ requires inside(text, at, len) && \separated(text, info);
    assigns info->features_supported, info->features_required;
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures known: \result == 0 <==> features_good(text, at, len);
    ensures bits: features_grow(\old(info->features_supported), \old(info->features_required),
      info->features_supported, info->features_required); */
int kfeatures_parse(const struct kbytes *text, size_t at, size_t len, struct kimage_info *info);

/* ---- notes.c: takes every Xen note of notes[from .. from+len-1]; the number found goes up in *found. */
/*@ predicate texts_end(struct kimage_info *info) =
      info->guest_os[KIMAGE_TEXT_MAX - 1] == 0 && info->guest_version[KIMAGE_TEXT_MAX - 1] == 0 &&
      info->xen_version[KIMAGE_TEXT_MAX - 1] == 0 && info->loader[KIMAGE_TEXT_MAX - 1] == 0;
    predicate words_grow(integer supported, integer required, integer supported_now, integer required_now) =
      \forall integer k; 0 <= k < 32 ==> (has_bit(supported, k) ==> has_bit(supported_now, k)) &&
        (has_bit(required, k) ==> has_bit(required_now, k)) && (has_bit(required_now, k) ==>
          has_bit(required, k) || (feature_bit(k) && has_bit(supported_now, k)));
    predicate required_grow{A, B}(struct kimage_info *info) =
      words_grow(\at(info->features_supported, A), \at(info->features_required, A),
        \at(info->features_supported, B), \at(info->features_required, B));
*/
/*@ requires inside(notes, from, len) && *found + len <= UINT32_MAX && texts_end(info);
    requires \separated(notes, info, found) && \separated(found, notes->bytes + (0 .. notes->nr - 1));
    assigns info->virt_entry, info->hypercall_page, info->virt_base, info->paddr_offset, info->init_p2m,
      info->hv_start_low, info->phys32_entry, info->l1_mfn_valid_mask, info->l1_mfn_valid_value,
      info->features_required, info->features_supported, info->pae, info->mod_start_pfn, info->suspend_cancel,
      info->bsd_symtab, info->guest_os[0 .. 31], info->guest_version[0 .. 31], info->xen_version[0 .. 31],
      info->loader[0 .. 31], *found;
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures found: \old(*found) <= *found && (*found - \old(*found)) * 12 <= len;
    ensures texts: texts_end(info);
    ensures required: required_grow{Pre, Post}(info); */
int knotes_parse(const struct kbytes *notes, size_t from, size_t len, struct kimage_info *info, uint32_t *found);

/* ---- sections.c: the notes of SHT_NOTE sections, else the `__xen_guest` section; after the segments are placed. */
int ksections_parse(const struct kelf *elf, struct kimage_info *info, uint32_t *found);

/* ---- guestinfo.c */
/*@ requires texts_end(info) && \separated(text, info);
    assigns info->virt_base, info->virt_entry, info->paddr_offset, info->hypercall_page, info->bsd_symtab, info->pae,
      info->features_required, info->features_supported, info->guest_os[0 .. 31], info->guest_version[0 .. 31],
      info->xen_version[0 .. 31], info->loader[0 .. 31];
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures texts: texts_end(info);
    ensures required: required_grow{Pre, Post}(info); */
int kguestinfo_parse(const struct kbytes *text, struct kimage_info *info);

/* ---- layout.c: defaults and checks, once all is known. */
/*@ predicate begins_generic(char *t) = t[0] == 'g' && t[1] == 'e' && t[2] == 'n' && t[3] == 'e' && t[4] == 'r' &&
      t[5] == 'i' && t[6] == 'c';
    predicate begins_linux(char *t) = t[0] == 'l' && t[1] == 'i' && t[2] == 'n' && t[3] == 'u' && t[4] == 'x';
    predicate begins_xen3(char *t) = t[0] == 'x' && t[1] == 'e' && t[2] == 'n' && t[3] == '-' && t[4] == '3' &&
      t[5] == '.' && t[6] == '0';
    predicate kernel_known(struct kimage_info *k) = begins_xen3(&k->xen_version[0]) &&
      (begins_generic(&k->loader[0]) || begins_linux(&k->guest_os[0]));
    predicate none_given(struct kimage_info *k) = k->virt_base == KIMAGE_NONE && k->paddr_offset == KIMAGE_NONE &&
      k->virt_entry == KIMAGE_NONE && k->hypercall_page == KIMAGE_NONE && k->init_p2m == KIMAGE_NONE &&
      k->hv_start_low == KIMAGE_NONE && k->phys32_entry == KIMAGE_NONE;
    predicate base_given(struct kimage_info *k) = k->virt_base != KIMAGE_NONE || k->paddr_offset == KIMAGE_NONE;
    predicate in_kernel(struct kimage_info *k, integer a) = k->virt_kstart <= a < k->virt_kend;
    predicate layout_good(struct kimage_info *k) = k->virt_base % 4096 == 0 && k->virt_base <= k->virt_kstart &&
      in_kernel(k, k->virt_entry) && !in_kernel(k, k->init_p2m);
    logic integer moved(integer paddr, integer base, integer offset) = (uint64_t)(paddr + (uint64_t)(base - offset));
    predicate default_is(integer was, integer now, integer other) =
      (was != KIMAGE_NONE ==> now == was) && (was == KIMAGE_NONE ==> now == other);
*/
/*@ assigns *info;
    ensures none: none_given(info);
    ensures texts: texts_end(info);
    ensures features: info->features_required == 0 && info->features_supported == 0;
    ensures notes: info->has_notes == 1; */
void klayout_unset(struct kimage_info *info);
/*@ requires \separated(elf, info);
    assigns info->virt_base, info->paddr_offset, info->virt_entry, info->paddr_start, info->paddr_end,
      info->virt_kstart, info->virt_kend;
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures good: \result == 0 <==> kernel_known(info) && \old(base_given(info)) && layout_good(info);
    ensures bounds: \result == 0 ==> info->paddr_start == elf->paddr_start && info->paddr_end == elf->paddr_end;
    ensures first: \result == 0 ==>
      info->virt_kstart == moved(elf->paddr_start, info->virt_base, info->paddr_offset);
    ensures last: \result == 0 ==>
      info->virt_kend == moved(elf->paddr_end, info->virt_base, info->paddr_offset);
    ensures base: \result == 0 ==> default_is(\old(info->virt_base), info->virt_base, 0);
    ensures offset: \result == 0 ==>
      default_is(\old(info->paddr_offset), info->paddr_offset, info->has_notes != 0 ? 0 : info->virt_base);
    ensures entry: \result == 0 ==> default_is(\old(info->virt_entry), info->virt_entry, elf->entry); */
int klayout_check(const struct kelf *elf, struct kimage_info *info);

#endif
