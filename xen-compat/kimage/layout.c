/* SPDX-License-Identifier: MIT */
/* Defaults and checks that need everything at once; the rules are those that Xen 4.17 states in its messages. */
#include "internal.h"

void klayout_unset(struct kimage_info *info)
{
    const struct kimage_info unset = {
        .virt_base = KIMAGE_NONE,
        .paddr_offset = KIMAGE_NONE,
        .virt_entry = KIMAGE_NONE,
        .hypercall_page = KIMAGE_NONE,
        .init_p2m = KIMAGE_NONE,
        .hv_start_low = KIMAGE_NONE,
        .phys32_entry = KIMAGE_NONE,
        .has_notes = 1,
    };

    *info = unset;
}

static int text_begins(const char text[KIMAGE_TEXT_MAX], const char *start SC_COUNT(nr), size_t nr)
{
    for (size_t i = 0; i < nr; i++)
        if (text[i] != start[i])
            return 0;
    return 1;
}

static int kind_check(const struct kimage_info *info)
{
    if (!text_begins(info->loader, KTEXT("generic")) && !text_begins(info->guest_os, KTEXT("linux")))
        return kimage_fail(-XEN_ENOEXEC, "neither LOADER=generic nor GUEST_OS=linux");
    if (!text_begins(info->xen_version, KTEXT("xen-3.0")))
        return kimage_fail(-XEN_ENOEXEC, "not built for xen-3.0");
    return 0;
}

/* Older Xens took physical addresses in the ELF headers to be virtual ones; hence the legacy default. */
static int defaults_set(const struct kelf *elf, struct kimage_info *info)
{
    if (info->paddr_offset != KIMAGE_NONE && info->virt_base == KIMAGE_NONE)
        return kimage_fail(-XEN_ENOEXEC, "PADDR_OFFSET without VIRT_BASE");
    if (info->virt_base == KIMAGE_NONE)
        info->virt_base = 0;
    if (info->paddr_offset == KIMAGE_NONE)
        info->paddr_offset = info->has_notes ? 0 : info->virt_base;
    if (info->virt_entry == KIMAGE_NONE)
        info->virt_entry = elf->entry;
    return 0;
}

#define PAGE_BYTES 4096u

static int bounds_check(const struct kimage_info *info)
{
    if (info->virt_base % PAGE_BYTES != 0)
        return kimage_fail(-XEN_ENOEXEC, "VIRT_BASE is not on a page boundary");
    if (info->virt_kstart > info->virt_kend || info->virt_base > info->virt_kstart)
        return kimage_fail(-XEN_ENOEXEC, "the kernel lies below VIRT_BASE or wraps around");
    if (info->virt_entry < info->virt_kstart || info->virt_entry >= info->virt_kend)
        return kimage_fail(-XEN_ENOEXEC, "the entry point lies outside the kernel");
    if (info->init_p2m != KIMAGE_NONE && info->init_p2m >= info->virt_kstart && info->init_p2m < info->virt_kend)
        return kimage_fail(-XEN_ENOEXEC, "INIT_P2M lies inside the kernel");
    return 0;
}

int klayout_check(const struct kelf *elf, struct kimage_info *info)
{
    uint64_t shift;
    int rc = kind_check(info);

    if (rc == 0)
        rc = defaults_set(elf, info);
    if (rc != 0)
        return rc;
    shift = info->virt_base - info->paddr_offset; /* modulo 2^64, as the addresses are */
    info->paddr_start = elf->paddr_start;
    info->paddr_end = elf->paddr_end;
    info->virt_kstart = elf->paddr_start + shift;
    info->virt_kend = elf->paddr_end + shift;
    return bounds_check(info);
}
