/* SPDX-License-Identifier: MIT */
/* The `__xen_guest` section of kernels older than the ELF notes: "NAME=value,NAME=value,...", ended by a 0. */
#include "internal.h"

#define PAGE_BYTES 4096u

enum keyword {
    KEY_LOADER,
    KEY_GUEST_OS,
    KEY_GUEST_VER,
    KEY_XEN_VER,
    KEY_VIRT_BASE,
    KEY_VIRT_ENTRY,
    KEY_ELF_PADDR_OFFSET,
    KEY_HYPERCALL_PAGE,
    KEY_BSD_SYMTAB,
    KEY_PAE,
    KEY_FEATURES,
    KEYS
};

/* A name and its value. */
struct item {
    uint32_t key; /* KEYS: none that is known */
    size_t value_at;
    size_t value_len; /* the value is its end */
};

#define KEY_TEXT_MAX 32u
static const struct {
    char text[KEY_TEXT_MAX];
    uint8_t nr SC_RANGE(0, 32);
} keys[KEYS] = {
    [KEY_LOADER] = { KTEXT("LOADER") },
    [KEY_GUEST_OS] = { KTEXT("GUEST_OS") },
    [KEY_GUEST_VER] = { KTEXT("GUEST_VER") },
    [KEY_XEN_VER] = { KTEXT("XEN_VER") },
    [KEY_VIRT_BASE] = { KTEXT("VIRT_BASE") },
    [KEY_VIRT_ENTRY] = { KTEXT("VIRT_ENTRY") },
    [KEY_ELF_PADDR_OFFSET] = { KTEXT("ELF_PADDR_OFFSET") },
    [KEY_HYPERCALL_PAGE] = { KTEXT("HYPERCALL_PAGE") },
    [KEY_BSD_SYMTAB] = { KTEXT("BSD_SYMTAB") },
    [KEY_PAE] = { KTEXT("PAE") },
    [KEY_FEATURES] = { KTEXT("FEATURES") },
};

/*@ predicate item_in(struct kbytes *text, struct item item) = inside(text, item.value_at, item.value_len);
    predicate key_is(struct kbytes *text, integer at, integer len, integer key) =
      len == keys[key].nr && text_is(text, at, &keys[key].text[0], keys[key].nr);
    predicate key_known(struct kbytes *text, integer at, integer len) =
      \exists integer k; 0 <= k < KEYS && key_is(text, at, len, k);
    predicate item_ends(struct kbytes *text, integer i) = text->bytes[i] == 0 || text->bytes[i] == ',';
    predicate item_is(struct kbytes *text, integer at, integer end) = at <= end <= text->nr &&
      (end == text->nr || item_ends(text, end)) && \forall integer i; at <= i < end ==> !item_ends(text, i);
    logic integer item_end(struct item item) = item.value_at + item.value_len;
    logic integer page_base(struct kimage_info *info) = info->virt_base == KIMAGE_NONE ? 0 : info->virt_base;
    predicate number_said(struct item item, integer key, integer now, integer was) =
      item.key == key ? (item.value_len == 0 ==> now == 0) : now == was;
    predicate text_of{A, B}(struct kbytes *text, struct item item, char *out) = \forall integer i;
      0 <= i < KIMAGE_TEXT_MAX && \at(out[i], B) != 0 ==>
      i < item.value_len && \at(out[i], B) == (char)\at(text->bytes[item.value_at + i], A);
    predicate text_said{A, B}(struct kbytes *text, struct item item, integer key, char *out) =
      item.key == key ? text_of{A, B}(text, item, out) : \at(out[0], B) == \at(out[0], A);
*/
/*@ lemma features_are_words: \forall integer s, r, t, u; features_grow(s, r, t, u) ==> words_grow(s, r, t, u);
    lemma words_twice: \forall integer s, r, t, u, v, w;
      words_grow(s, r, t, u) && words_grow(t, u, v, w) ==> words_grow(s, r, v, w);
*/

/*@ requires inside(text, at, len) && key < KEYS;
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures is: \result == 1 <==> key_is(text, at, len, key);
*/
static int is_key(const struct kbytes *text, size_t at, size_t len, uint32_t key)
{
    return kbytes_equal(text, at, len, keys[key].text, keys[key].nr);
}

/* The one of that name, or KEYS. */
/*@ requires inside(text, at, len);
    assigns \nothing;
    ensures found: \result < KEYS ==> key_is(text, at, len, \result);
    ensures known: \result < KEYS <==> key_known(text, at, len);
    ensures one_of: \result <= KEYS;
*/
static uint32_t key_find(const struct kbytes *text, size_t at, size_t len)
{
    uint32_t key;

    /*@ loop invariant 0 <= key <= KEYS;
        loop invariant \forall integer k; 0 <= k < key ==> !key_is(text, at, len, k);
        loop assigns key;
        loop variant KEYS - key;
    */
    for (key = 0; key < KEYS; key++)
        if (is_key(text, at, len, key))
            break;
    return key;
}

/*@ requires item_in(text, item);
    assigns \nothing;
    ensures one_of: \result == KIMAGE_PAE_EXTENDED_CR3 || \result == KIMAGE_PAE_YES || \result == KIMAGE_PAE_NO;
    ensures short: item.value_len < 3 ==> \result == KIMAGE_PAE_NO;
    ensures cr3: \result == KIMAGE_PAE_EXTENDED_CR3 ==> item.value_len >= 17;
*/
static enum kimage_pae item_pae(const struct kbytes *text, struct item item)
{
    if (kbytes_begin(text, item.value_at, item.value_len, KTEXT("yes[extended-cr3]")))
        return KIMAGE_PAE_EXTENDED_CR3;
    return kbytes_begin(text, item.value_at, item.value_len, KTEXT("yes")) ? KIMAGE_PAE_YES : KIMAGE_PAE_NO;
}

/* The item's value where that is its name, else what it was. */
/*@ requires item_in(text, item);
    assigns \nothing;
    ensures said: number_said(item, key, \result, was);
*/
static uint64_t item_number(const struct kbytes *text, struct item item, uint32_t key, uint64_t was)
{
    return item.key == key ? kbytes_number(text, item.value_at, item.value_len) : was;
}

/*@ requires item_in(text, item) && \separated(text, out + (0 .. KIMAGE_TEXT_MAX - 1));
    requires out[KIMAGE_TEXT_MAX - 1] == 0;
    assigns out[0 .. KIMAGE_TEXT_MAX - 1];
    ensures ends: out[KIMAGE_TEXT_MAX - 1] == 0;
    ensures other: item.key != key ==>
      \forall integer i; 0 <= i < KIMAGE_TEXT_MAX ==> out[i] == \old(out[i]);
    ensures same: item.key == key ==> text_of{Pre, Post}(text, item, out);
*/
static void item_text(const struct kbytes *text, struct item item, uint32_t key, char out[KIMAGE_TEXT_MAX])
{
    if (item.key == key)
        kbytes_text(text, item.value_at, item.value_len, out);
}

/* hypercall_page holds a page number until the base is known. */
/*@ requires item_in(text, item) && \separated(text, info);
    assigns info->virt_base, info->virt_entry, info->paddr_offset, info->hypercall_page;
    ensures base: number_said(item, KEY_VIRT_BASE, info->virt_base, \old(info->virt_base));
    ensures entry: number_said(item, KEY_VIRT_ENTRY, info->virt_entry, \old(info->virt_entry));
    ensures offset: number_said(item, KEY_ELF_PADDR_OFFSET, info->paddr_offset, \old(info->paddr_offset));
    ensures page: number_said(item, KEY_HYPERCALL_PAGE, info->hypercall_page, \old(info->hypercall_page));
*/
static void item_numbers(const struct kbytes *text, struct item item, struct kimage_info *info)
{
    info->virt_base = item_number(text, item, KEY_VIRT_BASE, info->virt_base);
    info->virt_entry = item_number(text, item, KEY_VIRT_ENTRY, info->virt_entry);
    info->paddr_offset = item_number(text, item, KEY_ELF_PADDR_OFFSET, info->paddr_offset);
    info->hypercall_page = item_number(text, item, KEY_HYPERCALL_PAGE, info->hypercall_page);
}

/*@ requires item_in(text, item) && \separated(text, info);
    requires texts_end(info);
    assigns info->guest_os[0 .. 31], info->guest_version[0 .. 31], info->xen_version[0 .. 31], info->loader[0 .. 31];
    ensures texts: texts_end(info);
    ensures os: text_said{Pre, Post}(text, item, KEY_GUEST_OS, &info->guest_os[0]);
    ensures version: text_said{Pre, Post}(text, item, KEY_GUEST_VER, &info->guest_version[0]);
    ensures xen: text_said{Pre, Post}(text, item, KEY_XEN_VER, &info->xen_version[0]);
    ensures loader: text_said{Pre, Post}(text, item, KEY_LOADER, &info->loader[0]);
*/
static void item_texts(const struct kbytes *text, struct item item, struct kimage_info *info)
{
    item_text(text, item, KEY_GUEST_OS, info->guest_os);
    item_text(text, item, KEY_GUEST_VER, info->guest_version);
    item_text(text, item, KEY_XEN_VER, info->xen_version);
    item_text(text, item, KEY_LOADER, info->loader);
}

/*@ requires item_in(text, item) && \separated(text, info);
    assigns info->bsd_symtab, info->pae;
    ensures symtab: item.key == KEY_BSD_SYMTAB ? info->bsd_symtab == 1 :
      info->bsd_symtab == \old(info->bsd_symtab);
    ensures pae: item.key == KEY_PAE ? (item.value_len < 3 ==> info->pae == KIMAGE_PAE_NO) :
      info->pae == \old(info->pae);
*/
static void item_flags(const struct kbytes *text, struct item item, struct kimage_info *info)
{
    if (item.key == KEY_PAE)
        info->pae = item_pae(text, item);
    if (item.key == KEY_BSD_SYMTAB)
        info->bsd_symtab = 1;
}

/*@ requires item_in(text, item) && \separated(text, info);
    assigns info->features_required, info->features_supported;
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures error: \result != 0 <==> item.key == KEY_FEATURES && !features_good(text, item.value_at, item.value_len);
    ensures required: required_grow{Pre, Post}(info);
*/
static int item_features(const struct kbytes *text, struct item item, struct kimage_info *info)
{
    return item.key == KEY_FEATURES ? kfeatures_parse(text, item.value_at, item.value_len, info) : 0;
}

/*@ requires item_in(text, item) && \separated(text, info);
    requires texts_end(info);
    assigns info->virt_base, info->virt_entry, info->paddr_offset, info->hypercall_page, info->bsd_symtab, info->pae,
      info->features_required, info->features_supported, info->guest_os[0 .. 31], info->guest_version[0 .. 31],
      info->xen_version[0 .. 31], info->loader[0 .. 31];
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures error: \result != 0 <==> item.key == KEY_FEATURES &&
      !\old(features_good(text, item.value_at, item.value_len));
    ensures texts: texts_end(info);
    ensures required: required_grow{Pre, Post}(info);
    ensures base: number_said(item, KEY_VIRT_BASE, info->virt_base, \old(info->virt_base));
    ensures entry: number_said(item, KEY_VIRT_ENTRY, info->virt_entry, \old(info->virt_entry));
    ensures offset: number_said(item, KEY_ELF_PADDR_OFFSET, info->paddr_offset, \old(info->paddr_offset));
    ensures page: number_said(item, KEY_HYPERCALL_PAGE, info->hypercall_page, \old(info->hypercall_page));
    ensures symtab: item.key == KEY_BSD_SYMTAB ? info->bsd_symtab == 1 :
      info->bsd_symtab == \old(info->bsd_symtab);
    ensures pae: item.key == KEY_PAE ? (item.value_len < 3 ==> info->pae == KIMAGE_PAE_NO) :
      info->pae == \old(info->pae);
    ensures os: text_said{Pre, Post}(text, item, KEY_GUEST_OS, &info->guest_os[0]);
    ensures version: text_said{Pre, Post}(text, item, KEY_GUEST_VER, &info->guest_version[0]);
    ensures xen: text_said{Pre, Post}(text, item, KEY_XEN_VER, &info->xen_version[0]);
    ensures loader: text_said{Pre, Post}(text, item, KEY_LOADER, &info->loader[0]);
*/
static int item_take(const struct kbytes *text, struct item item, struct kimage_info *info)
{
    int rc = item_features(text, item, info);

    item_numbers(text, item, info);
    item_texts(text, item, info);
    item_flags(text, item, info);
    return rc;
}

/* Where the item that begins at `at` ends: at a ',', a 0, or all of it. */
/*@ requires at <= text->nr;
    assigns \nothing;
    ensures is: item_is(text, at, \result);
*/
static size_t item_find_end(const struct kbytes *text, size_t at)
{
    size_t end = at;

    /*@ loop invariant at <= end <= text->nr;
        loop invariant \forall integer i; at <= i < end ==> !item_ends(text, i);
        loop assigns end;
        loop variant text->nr - end;
    */
    while (end < text->nr && text->bytes[end] != 0 && text->bytes[end] != ',')
        end++;
    return end;
}

/* Where its name ends: at a '=', or its end. */
/*@ requires at <= end <= text->nr;
    assigns \nothing;
    ensures between: at <= \result <= end && (\result == end || text->bytes[\result] == '=');
    ensures first: \forall integer i; at <= i < \result ==> text->bytes[i] != '=';
*/
static size_t item_name_end(const struct kbytes *text, size_t at, size_t end)
{
    size_t equals = at;

    /*@ loop invariant at <= equals <= end;
        loop invariant \forall integer i; at <= i < equals ==> text->bytes[i] != '=';
        loop assigns equals;
        loop variant end - equals;
    */
    while (equals < end && text->bytes[equals] != '=')
        equals++;
    return equals;
}

/* The item there. */
/*@ requires at <= equals <= end <= text->nr;
    assigns \nothing;
    ensures key: \result.key < KEYS <==> key_known(text, at, equals - at);
    ensures found: \result.key < KEYS ==> key_is(text, at, equals - at, \result.key);
    ensures value: \result.value_at == (equals < end ? equals + 1 : end);
    ensures end: item_end(\result) == end;
*/
static struct item item_make(const struct kbytes *text, size_t at, size_t equals, size_t end)
{
    struct item item;

    item.key = key_find(text, at, equals - at);
    item.value_at = equals < end ? equals + 1 : end;
    item.value_len = end - item.value_at;
    return item;
}

/*@ requires at <= text->nr;
    assigns \nothing;
    ensures in: item_in(text, \result) && at <= \result.value_at;
    ensures ends: item_is(text, at, item_end(\result));
    ensures behind: \result.value_at > at && text->bytes[\result.value_at - 1] == '=' || \result.value_len == 0;
*/
static struct item item_find(const struct kbytes *text, size_t at)
{
    size_t end = item_find_end(text, at);

    return item_make(text, at, item_name_end(text, at, end), end);
}

/*@ assigns info->hypercall_page;
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures none: \old(info->hypercall_page) == KIMAGE_NONE ==> \result == 0 && info->hypercall_page == KIMAGE_NONE;
    ensures placed: \old(info->hypercall_page) != KIMAGE_NONE && \result == 0 ==>
      info->hypercall_page == page_base(info) + \old(info->hypercall_page) * PAGE_BYTES;
    ensures refused: \result != 0 ==>
      page_base(info) + \old(info->hypercall_page) * PAGE_BYTES > UINT64_MAX &&
      info->hypercall_page == \old(info->hypercall_page);
*/
static int hypercall_page_place(struct kimage_info *info)
{
    uint64_t base = info->virt_base == KIMAGE_NONE ? 0 : info->virt_base;

    if (info->hypercall_page == KIMAGE_NONE)
        return 0;
    if (info->hypercall_page > (UINT64_MAX - base) / PAGE_BYTES)
        return kimage_fail(-XEN_ENOEXEC, "__xen_guest: HYPERCALL_PAGE is out of bounds");
    info->hypercall_page = base + info->hypercall_page * PAGE_BYTES;
    return 0;
}

int kguestinfo_parse(const struct kbytes *text, struct kimage_info *info)
{
    size_t at = 0;
    int rc = 0;

    /*@ loop invariant 0 <= at <= text->nr;
        loop invariant rc == 0 || rc == -XEN_ENOEXEC;
        loop invariant texts: texts_end(info);
        loop invariant required: required_grow{Pre, Here}(info);
        loop assigns at, rc, info->virt_base, info->virt_entry, info->paddr_offset, info->hypercall_page,
          info->bsd_symtab, info->pae, info->features_required, info->features_supported, info->guest_os[0 .. 31],
          info->guest_version[0 .. 31], info->xen_version[0 .. 31], info->loader[0 .. 31];
        loop variant text->nr - at;
    */
    while (rc == 0 && at < text->nr && text->bytes[at] != 0) {
        struct item item = item_find(text, at);
        size_t end = item.value_at + item.value_len;

        /*@ assert end: at <= end <= text->nr; */
        rc = item_take(text, item, info);
        at = end < text->nr && text->bytes[end] == ',' ? end + 1 : text->nr;
    }
    return rc == 0 ? hypercall_page_place(info) : rc;
}
