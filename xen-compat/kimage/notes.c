/* SPDX-License-Identifier: MIT */
/* ELF notes of owner "Xen": Xen public header elfnote.h. */
#include <xen/elfnote.h>
#include "internal.h"

#define NOTE_HEADER_BYTES 12u

struct note {
    uint32_t type;
    size_t at; /* of the descriptor */
    size_t len;
};

/*@ predicate note_in(struct kbytes *notes, struct note note) = inside(notes, note.at, note.len) && note.len <= UINT32_MAX;
    logic integer number(struct kbytes *notes, integer at, integer unit) =
      unit == 1 ? notes->bytes[at] : unit == 2 ? le16(notes, at) : unit == 4 ? le32(notes, at) :
      unit == 8 ? le64(notes, at) : 0;
    logic integer number_of(struct kbytes *notes, struct note note, integer from, integer unit) =
      from + unit <= note.len ? number(notes, note.at + from, unit) : 0;
    predicate rounded(integer room, integer value) = value <= room <= value + 3 && room % 4 == 0;
    predicate said_by(integer type, integer which, integer now, integer was, integer value) =
      now == (type == which ? value : was);
    predicate text_of{A, B}(struct kbytes *notes, struct note note, char *out) = \forall integer i;
      0 <= i < KIMAGE_TEXT_MAX && \at(out[i], B) != 0 ==>
      i < note.len && \at(out[i], B) == (char)\at(notes->bytes[note.at + i], A);
    predicate text_said{A, B}(struct kbytes *notes, struct note note, integer which, char *out) =
      note.type == which ? text_of{A, B}(notes, note, out) : \at(out[0], B) == \at(out[0], A);
    predicate addresses_said{A, B}(struct kimage_info *info, integer type, integer number) =
      said_by(type, XEN_ELFNOTE_ENTRY, \at(info->virt_entry, B), \at(info->virt_entry, A), number) &&
      said_by(type, XEN_ELFNOTE_HYPERCALL_PAGE, \at(info->hypercall_page, B), \at(info->hypercall_page, A), number) &&
      said_by(type, XEN_ELFNOTE_VIRT_BASE, \at(info->virt_base, B), \at(info->virt_base, A), number) &&
      said_by(type, XEN_ELFNOTE_PADDR_OFFSET, \at(info->paddr_offset, B), \at(info->paddr_offset, A), number) &&
      said_by(type, XEN_ELFNOTE_INIT_P2M, \at(info->init_p2m, B), \at(info->init_p2m, A), number) &&
      said_by(type, XEN_ELFNOTE_HV_START_LOW, \at(info->hv_start_low, B), \at(info->hv_start_low, A), number) &&
      said_by(type, XEN_ELFNOTE_PHYS32_ENTRY, \at(info->phys32_entry, B), \at(info->phys32_entry, A), number);
    predicate flag_by(integer type, integer which, integer now, integer was, integer number) =
      said_by(type, which, now, was, number != 0 ? 1 : 0);
    predicate flags_said{A, B}(struct kimage_info *i, integer type, integer number) =
      flag_by(type, XEN_ELFNOTE_SUSPEND_CANCEL, \at(i->suspend_cancel, B), \at(i->suspend_cancel, A), number) &&
      flag_by(type, XEN_ELFNOTE_MOD_START_PFN, \at(i->mod_start_pfn, B), \at(i->mod_start_pfn, A), number);
*/
/*@ lemma features_are_words: \forall integer s, r, t, u; features_grow(s, r, t, u) ==> words_grow(s, r, t, u);
    lemma words_twice: \forall integer s, r, t, u, v, w;
      words_grow(s, r, t, u) && words_grow(t, u, v, w) ==> words_grow(s, r, v, w);
*/

/* Up to a multiple of 4. */
/*@ requires value <= UINT32_MAX;
    assigns \nothing;
    ensures up: rounded(\result, value);
*/
static uint64_t round4(uint64_t value)
{
    return (value + 3) / 4 * 4;
}

/* A number in 1, 2, 4 or 8 bytes; of another size it is 0. */
/*@ requires inside(notes, at, unit);
    assigns \nothing;
    ensures is: \result == number(notes, at, unit);
*/
static uint64_t number_at(const struct kbytes *notes, size_t at, size_t unit)
{
    if (unit == 1)
        return notes->bytes[at];
    if (unit == 2)
        return kbytes_le16(notes, at);
    if (unit == 4)
        return kbytes_le32(notes, at);
    return unit == 8 ? kbytes_le64(notes, at) : 0;
}

/* The one from there on; 0 when the descriptor is of another size or too short. */
/*@ requires note_in(notes, note) && from <= 8 && unit <= UINT32_MAX;
    assigns \nothing;
    ensures is: \result == number_of(notes, note, from, unit);
*/
static uint64_t note_number(const struct kbytes *notes, struct note note, size_t from, size_t unit)
{
    return from + unit > note.len ? 0 : number_at(notes, note.at + from, unit);
}

/*@ requires note_in(notes, note);
    assigns \nothing;
    ensures one_of: \result == KIMAGE_PAE_BIMODAL || \result == KIMAGE_PAE_EXTENDED_CR3 || \result == KIMAGE_PAE_NO;
    ensures short: note.len < 3 ==> \result == KIMAGE_PAE_NO;
*/
static enum kimage_pae note_pae(const struct kbytes *notes, struct note note)
{
    size_t len = kbytes_text_len(notes, note.at, note.len);

    if (kbytes_hold(notes, note.at, len, KTEXT("bimodal")))
        return KIMAGE_PAE_BIMODAL;
    return kbytes_begin(notes, note.at, len, KTEXT("yes")) ? KIMAGE_PAE_EXTENDED_CR3 : KIMAGE_PAE_NO;
}

/*@ requires note_in(notes, note);
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures short: note.len < 3 ==> \result == 0;
*/
static uint8_t note_yes(const struct kbytes *notes, struct note note)
{
    return (uint8_t)kbytes_equal(notes, note.at, kbytes_text_len(notes, note.at, note.len), KTEXT("yes"));
}

/*@ assigns info->virt_entry, info->hypercall_page, info->virt_base, info->paddr_offset, info->init_p2m,
      info->hv_start_low, info->phys32_entry;
    ensures said: addresses_said{Pre, Post}(info, type, number);
*/
static void note_address(uint32_t type, uint64_t number, struct kimage_info *info)
{
    switch (type) {
    case XEN_ELFNOTE_ENTRY: info->virt_entry = number; break;
    case XEN_ELFNOTE_HYPERCALL_PAGE: info->hypercall_page = number; break;
    case XEN_ELFNOTE_VIRT_BASE: info->virt_base = number; break;
    case XEN_ELFNOTE_PADDR_OFFSET: info->paddr_offset = number; break;
    case XEN_ELFNOTE_INIT_P2M: info->init_p2m = number; break;
    case XEN_ELFNOTE_HV_START_LOW: info->hv_start_low = number; break;
    case XEN_ELFNOTE_PHYS32_ENTRY: info->phys32_entry = number; break;
    default: break;
    }
}

/* Pairs of mask and value; x86-64 kernels give one. */
/*@ requires note_in(notes, note) && \separated(notes, info);
    assigns info->l1_mfn_valid_mask, info->l1_mfn_valid_value;
    ensures mask: said_by(note.type, XEN_ELFNOTE_L1_MFN_VALID, info->l1_mfn_valid_mask,
      \old(info->l1_mfn_valid_mask), number_of(notes, note, 0, 8));
    ensures value: said_by(note.type, XEN_ELFNOTE_L1_MFN_VALID, info->l1_mfn_valid_value,
      \old(info->l1_mfn_valid_value), number_of(notes, note, 8, 8));
*/
static void note_l1_mfn(const struct kbytes *notes, struct note note, struct kimage_info *info)
{
    uint64_t mask = note_number(notes, note, 0, 8), value = note_number(notes, note, 8, 8);

    if (note.type != XEN_ELFNOTE_L1_MFN_VALID)
        return;
    info->l1_mfn_valid_mask = mask;
    info->l1_mfn_valid_value = value;
}

/*@ requires note_in(notes, note) && \separated(notes, info);
    assigns info->suspend_cancel, info->mod_start_pfn, info->bsd_symtab, info->pae;
    ensures said: flags_said{Pre, Post}(info, note.type, number);
    ensures symtab: note.type != XEN_ELFNOTE_BSD_SYMTAB ? info->bsd_symtab == \old(info->bsd_symtab) :
      info->bsd_symtab <= 1 && (note.len < 3 ==> info->bsd_symtab == 0);
    ensures pae: note.type != XEN_ELFNOTE_PAE_MODE ? info->pae == \old(info->pae) :
      note.len < 3 ==> info->pae == KIMAGE_PAE_NO;
*/
static void note_flag(const struct kbytes *notes, struct note note, uint64_t number, struct kimage_info *info)
{
    switch (note.type) {
    case XEN_ELFNOTE_SUSPEND_CANCEL: info->suspend_cancel = number != 0; break;
    case XEN_ELFNOTE_MOD_START_PFN: info->mod_start_pfn = number != 0; break;
    case XEN_ELFNOTE_BSD_SYMTAB: info->bsd_symtab = note_yes(notes, note); break;
    case XEN_ELFNOTE_PAE_MODE: info->pae = note_pae(notes, note); break;
    default: break;
    }
}

/*@ requires note_in(notes, note) && \separated(notes, out + (0 .. KIMAGE_TEXT_MAX - 1));
    requires out[KIMAGE_TEXT_MAX - 1] == 0;
    assigns out[0 .. KIMAGE_TEXT_MAX - 1];
    ensures ends: out[KIMAGE_TEXT_MAX - 1] == 0;
    ensures other: note.type != which ==> \forall integer i; 0 <= i < KIMAGE_TEXT_MAX ==> out[i] == \old(out[i]);
    ensures same: note.type == which ==> text_of{Pre, Post}(notes, note, out);
*/
static void note_text(const struct kbytes *notes, struct note note, uint32_t which, char out[KIMAGE_TEXT_MAX])
{
    if (note.type == which)
        kbytes_text(notes, note.at, note.len, out);
}

/*@ requires note_in(notes, note) && \separated(notes, info);
    requires texts_end(info);
    assigns info->guest_os[0 .. 31], info->guest_version[0 .. 31], info->xen_version[0 .. 31], info->loader[0 .. 31];
    ensures ends: texts_end(info);
    ensures os: text_said{Pre, Post}(notes, note, XEN_ELFNOTE_GUEST_OS, &info->guest_os[0]);
    ensures version: text_said{Pre, Post}(notes, note, XEN_ELFNOTE_GUEST_VERSION, &info->guest_version[0]);
    ensures xen: text_said{Pre, Post}(notes, note, XEN_ELFNOTE_XEN_VERSION, &info->xen_version[0]);
    ensures loader: text_said{Pre, Post}(notes, note, XEN_ELFNOTE_LOADER, &info->loader[0]);
*/
static void note_texts(const struct kbytes *notes, struct note note, struct kimage_info *info)
{
    note_text(notes, note, XEN_ELFNOTE_GUEST_OS, info->guest_os);
    note_text(notes, note, XEN_ELFNOTE_GUEST_VERSION, info->guest_version);
    note_text(notes, note, XEN_ELFNOTE_XEN_VERSION, info->xen_version);
    note_text(notes, note, XEN_ELFNOTE_LOADER, info->loader);
}

/*@ assigns \nothing;
    ensures both: \forall integer k; 0 <= k < 32 ==> (has_bit(\result, k) <==> has_bit(a, k) || has_bit(b, k));
    ensures more: \forall integer r; words_grow(a, r, \result, r);
*/
static uint32_t bits_join(uint32_t a, uint32_t b)
{
    return a | b;
}

/*@ requires note_in(notes, note) && \separated(notes, info);
    assigns info->features_required, info->features_supported;
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures error: \result != 0 <==> note.type == XEN_ELFNOTE_FEATURES && !features_good(notes, note.at, note.len);
    ensures required: required_grow{Pre, Post}(info);
    ensures said: note.type == XEN_ELFNOTE_SUPPORTED_FEATURES ==> \forall integer k; 0 <= k < 32 ==>
      (has_bit(info->features_supported, k) <==>
        has_bit(\old(info->features_supported), k) || has_bit(number_of(notes, note, 0, 4), k));
*/
static int note_features(const struct kbytes *notes, struct note note, struct kimage_info *info)
{
    uint32_t number = (uint32_t)note_number(notes, note, 0, 4);

    if (note.type == XEN_ELFNOTE_FEATURES)
        return kfeatures_parse(notes, note.at, note.len, info);
    if (note.type == XEN_ELFNOTE_SUPPORTED_FEATURES)
        info->features_supported = bits_join(info->features_supported, number);
    return 0;
}

/*@ requires note_in(notes, note) && \separated(notes, info);
    requires texts_end(info);
    assigns info->virt_entry, info->hypercall_page, info->virt_base, info->paddr_offset, info->init_p2m,
      info->hv_start_low, info->phys32_entry, info->l1_mfn_valid_mask, info->l1_mfn_valid_value,
      info->features_required, info->features_supported, info->pae, info->mod_start_pfn, info->suspend_cancel,
      info->bsd_symtab, info->guest_os[0 .. 31], info->guest_version[0 .. 31], info->xen_version[0 .. 31],
      info->loader[0 .. 31];
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures error: \result != 0 <==> note.type == XEN_ELFNOTE_FEATURES &&
      !\old(features_good(notes, note.at, note.len));
    ensures texts: texts_end(info);
    ensures required: required_grow{Pre, Post}(info);
    ensures numbers: addresses_said{Pre, Post}(info, note.type, \old(number_of(notes, note, 0, note.len)));
    ensures flags: flags_said{Pre, Post}(info, note.type, \old(number_of(notes, note, 0, note.len)));
    ensures mask: said_by(note.type, XEN_ELFNOTE_L1_MFN_VALID, info->l1_mfn_valid_mask,
      \old(info->l1_mfn_valid_mask), \old(number_of(notes, note, 0, 8)));
    ensures value: said_by(note.type, XEN_ELFNOTE_L1_MFN_VALID, info->l1_mfn_valid_value,
      \old(info->l1_mfn_valid_value), \old(number_of(notes, note, 8, 8)));
    ensures symtab: info->bsd_symtab != \old(info->bsd_symtab) ==> note.type == XEN_ELFNOTE_BSD_SYMTAB;
    ensures pae: info->pae != \old(info->pae) ==> note.type == XEN_ELFNOTE_PAE_MODE;
    ensures os: text_said{Pre, Post}(notes, note, XEN_ELFNOTE_GUEST_OS, &info->guest_os[0]);
    ensures version: text_said{Pre, Post}(notes, note, XEN_ELFNOTE_GUEST_VERSION, &info->guest_version[0]);
    ensures xen: text_said{Pre, Post}(notes, note, XEN_ELFNOTE_XEN_VERSION, &info->xen_version[0]);
    ensures loader: text_said{Pre, Post}(notes, note, XEN_ELFNOTE_LOADER, &info->loader[0]);
*/
static int note_take(const struct kbytes *notes, struct note note, struct kimage_info *info)
{
    uint64_t number = note_number(notes, note, 0, note.len);
    int rc = note_features(notes, note, info);

    note_texts(notes, note, info);
    note_l1_mfn(notes, note, info);
    note_flag(notes, note, number, info);
    note_address(note.type, number, info);
    return rc;
}

/* How much room its name has, and how long its descriptor is. */
/*@ requires inside(notes, at, NOTE_HEADER_BYTES);
    assigns \nothing;
    ensures room: rounded(\result, le32(notes, at));
*/
static size_t note_name_room(const struct kbytes *notes, size_t at)
{
    return round4(kbytes_le32(notes, at));
}

/*@ requires inside(notes, at, NOTE_HEADER_BYTES);
    assigns \nothing;
    ensures len: \result == le32(notes, at + 4);
*/
static size_t note_len(const struct kbytes *notes, size_t at)
{
    return kbytes_le32(notes, at + 4);
}

/* Whether a name and a descriptor of these sizes fit between the header there and the end. */
/*@ requires at + NOTE_HEADER_BYTES <= end;
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures fits: \result == 1 <==> at + NOTE_HEADER_BYTES + name_room + len <= end;
*/
static int note_fits(size_t at, size_t end, uint64_t name_room, uint64_t len)
{
    uint64_t left = end - at - NOTE_HEADER_BYTES;

    return name_room <= left && len <= left - name_room;
}

/*@ requires inside(notes, at, NOTE_HEADER_BYTES + name_room + le32(notes, at + 4)) && name_room >= 0;
    assigns \nothing;
    ensures is: \result.type == le32(notes, at + 8) && \result.len == le32(notes, at + 4) &&
      \result.at == at + NOTE_HEADER_BYTES + name_room;
    ensures in: note_in(notes, \result);
*/
static struct note note_read(const struct kbytes *notes, size_t at, size_t name_room)
{
    struct note note;

    note.type = kbytes_le32(notes, at + 8);
    note.len = kbytes_le32(notes, at + 4);
    note.at = at + NOTE_HEADER_BYTES + name_room;
    return note;
}

/* Whether its owner is "Xen", with a 0. */
/*@ requires inside(notes, at, NOTE_HEADER_BYTES + le32(notes, at));
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures is: \result == 1 <==> le32(notes, at) == 4 && notes->bytes[at + 12] == 'X' &&
      notes->bytes[at + 13] == 'e' && notes->bytes[at + 14] == 'n' && notes->bytes[at + 15] == 0;
*/
static int note_is_xen(const struct kbytes *notes, size_t at)
{
    size_t name_at = at + NOTE_HEADER_BYTES;

    return kbytes_le32(notes, at) == 4 && notes->bytes[name_at] == 'X' && notes->bytes[name_at + 1] == 'e' &&
           notes->bytes[name_at + 2] == 'n' && notes->bytes[name_at + 3] == 0;
}

/* Where the next one begins, or the end. */
/*@ requires note.at + note.len <= end && note.len <= UINT32_MAX;
    assigns \nothing;
    ensures next: \result == end || rounded(\result - note.at, note.len);
    ensures behind: note.at + note.len <= \result <= end;
*/
static size_t note_next(struct note note, size_t end)
{
    uint64_t room = round4(note.len);

    return room <= end - note.at ? note.at + (size_t)room : end;
}

int knotes_parse(const struct kbytes *notes, size_t from, size_t len, struct kimage_info *info, uint32_t *found)
{
    size_t end = from + len, at = from;
    int rc = 0;

    /*@ assert end: end == from + len; */
    /*@ loop invariant at: from <= at <= end;
        loop invariant same: notes->nr == \at(notes->nr, Pre) && end <= notes->nr;
        loop invariant rc == 0 || rc == -XEN_ENOEXEC;
        loop invariant found: \at(*found, Pre) <= *found && *found + (end - at) <= UINT32_MAX;
        loop invariant counted: (*found - \at(*found, Pre)) * NOTE_HEADER_BYTES <= at - from;
        loop invariant texts: texts_end(info);
        loop invariant required: required_grow{Pre, Here}(info);
        loop assigns at, rc, *found, info->virt_entry, info->hypercall_page, info->virt_base, info->paddr_offset,
          info->init_p2m, info->hv_start_low, info->phys32_entry, info->l1_mfn_valid_mask, info->l1_mfn_valid_value,
          info->features_required, info->features_supported, info->pae, info->mod_start_pfn, info->suspend_cancel,
          info->bsd_symtab, info->guest_os[0 .. 31], info->guest_version[0 .. 31], info->xen_version[0 .. 31],
          info->loader[0 .. 31];
        loop variant end - at;
    */
    while (rc == 0 && end - at >= NOTE_HEADER_BYTES) {
        size_t name_room = note_name_room(notes, at), desc_len = note_len(notes, at), next;
        struct note note;

        if (!note_fits(at, end, name_room, desc_len))
            return kimage_fail(-XEN_ENOEXEC, "ELF: a note runs past its segment");
        /*@ assert fits: at + NOTE_HEADER_BYTES + name_room + desc_len <= end; */
        /*@ assert inside: inside(notes, at, NOTE_HEADER_BYTES + name_room + le32(notes, at + 4)); */
        note = note_read(notes, at, name_room);
        /*@ assert room: note.at == at + NOTE_HEADER_BYTES + name_room && note.len == desc_len; */
        /*@ assert in: note.at + note.len <= end && note_in(notes, note); */
        next = note_next(note, end);
        /*@ assert next: at + NOTE_HEADER_BYTES <= next <= end; */
        if (note_is_xen(notes, at)) {
            (*found)++;
            rc = note_take(notes, note, info);
        }
        at = next;
    }
    return rc;
}
