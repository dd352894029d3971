/* SPDX-License-Identifier: MIT */
/* The `__xen_guest` section of kernels older than the ELF notes: "NAME=value,NAME=value,...", ended by a 0. */
#include "internal.h"

#define PAGE_SHIFT 12u

struct item {
    size_t name_at;
    size_t name_len;
    size_t value_at;
    size_t value_len;
};

static int is_name(const struct kbytes *text, const struct item *item, const char *name SC_COUNT(nr), size_t nr)
{
    return kbytes_equal(text, item->name_at, item->name_len, name, nr);
}

static enum kimage_pae item_pae(const struct kbytes *text, const struct item *item)
{
    if (kbytes_begin(text, item->value_at, item->value_len, KTEXT("yes[extended-cr3]")))
        return KIMAGE_PAE_EXTENDED_CR3;
    return kbytes_begin(text, item->value_at, item->value_len, KTEXT("yes")) ? KIMAGE_PAE_YES : KIMAGE_PAE_NO;
}

/* hypercall_page holds a page number until the base is known. */
static int item_take(const struct kbytes *text, const struct item *item, struct kimage_info *info)
{
    uint64_t number = kbytes_number(text, item->value_at, item->value_len);

    if (is_name(text, item, KTEXT("LOADER")))
        kbytes_text(text, item->value_at, item->value_len, info->loader);
    else if (is_name(text, item, KTEXT("GUEST_OS")))
        kbytes_text(text, item->value_at, item->value_len, info->guest_os);
    else if (is_name(text, item, KTEXT("GUEST_VER")))
        kbytes_text(text, item->value_at, item->value_len, info->guest_version);
    else if (is_name(text, item, KTEXT("XEN_VER")))
        kbytes_text(text, item->value_at, item->value_len, info->xen_version);
    else if (is_name(text, item, KTEXT("VIRT_BASE")))
        info->virt_base = number;
    else if (is_name(text, item, KTEXT("VIRT_ENTRY")))
        info->virt_entry = number;
    else if (is_name(text, item, KTEXT("ELF_PADDR_OFFSET")))
        info->paddr_offset = number;
    else if (is_name(text, item, KTEXT("HYPERCALL_PAGE")))
        info->hypercall_page = number;
    else if (is_name(text, item, KTEXT("BSD_SYMTAB")))
        info->bsd_symtab = 1;
    else if (is_name(text, item, KTEXT("PAE")))
        info->pae = item_pae(text, item);
    else if (is_name(text, item, KTEXT("FEATURES")))
        return kfeatures_parse(text, item->value_at, item->value_len, info);
    return 0;
}

/* The item that begins at `at`; returns where it ends: at a ',', a 0, or all of it. */
static size_t item_find(const struct kbytes *text, size_t at, struct item *item)
{
    size_t end = at;
    size_t equals;

    while (end < text->nr && text->bytes[end] != 0 && text->bytes[end] != ',')
        end++;
    equals = at;
    while (equals < end && text->bytes[equals] != '=')
        equals++;
    item->name_at = at;
    item->name_len = equals - at;
    item->value_at = equals < end ? equals + 1 : end;
    item->value_len = end - item->value_at;
    return end;
}

static int hypercall_page_place(struct kimage_info *info)
{
    uint64_t base = info->virt_base == KIMAGE_NONE ? 0 : info->virt_base;

    if (info->hypercall_page == KIMAGE_NONE)
        return 0;
    if (info->hypercall_page > (UINT64_MAX >> PAGE_SHIFT) || info->hypercall_page << PAGE_SHIFT > UINT64_MAX - base)
        return kimage_fail(-XEN_ENOEXEC, "__xen_guest: HYPERCALL_PAGE is out of bounds");
    info->hypercall_page = base + (info->hypercall_page << PAGE_SHIFT);
    return 0;
}

int kguestinfo_parse(const struct kbytes *text, struct kimage_info *info)
{
    size_t at = 0;
    int rc = 0;

    while (rc == 0 && at < text->nr && text->bytes[at] != 0) {
        struct item item;
        size_t end = item_find(text, at, &item);

        rc = item_take(text, &item, info);
        at = end < text->nr && text->bytes[end] == ',' ? end + 1 : text->nr;
    }
    return rc == 0 ? hypercall_page_place(info) : rc;
}
