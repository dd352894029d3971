/* SPDX-License-Identifier: MIT */
/* Defaults and checks that need everything at once; the rules are those that Xen 4.17 states in its messages. */
#include "internal.h"

/*@ assigns text[0 .. 31];
    ensures text[31] == 0;
*/
static void text_unset(char text[KIMAGE_TEXT_MAX])
{
    /*@ loop invariant 0 <= i <= 32 && \forall integer k; 0 <= k < i ==> text[k] == 0;
        loop assigns i, text[0 .. 31];
        loop variant 32 - i;
    */
    for (uint32_t i = 0; i < KIMAGE_TEXT_MAX; i++)
        text[i] = '\0';
}

void klayout_unset(struct kimage_info *info)
{
    *info = (struct kimage_info){ 0 };
    info->virt_base = KIMAGE_NONE;
    info->paddr_offset = KIMAGE_NONE;
    info->virt_entry = KIMAGE_NONE;
    info->hypercall_page = KIMAGE_NONE;
    info->init_p2m = KIMAGE_NONE;
    info->hv_start_low = KIMAGE_NONE;
    info->phys32_entry = KIMAGE_NONE;
    info->features_required = 0;
    info->features_supported = 0;
    info->has_notes = 1;
    text_unset(info->guest_os);
    text_unset(info->guest_version);
    text_unset(info->xen_version);
    text_unset(info->loader);
}

struct word {
    char text[8];
    uint32_t nr SC_RANGE(0, 8);
};

/*@ requires word.nr <= 8;
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures \result == 1 <==> \forall integer i; 0 <= i < word.nr ==> text[i] == word.text[i];
*/
static int text_begins(const char text[KIMAGE_TEXT_MAX], struct word word)
{
    /*@ loop invariant 0 <= i <= word.nr;
        loop invariant \forall integer k; 0 <= k < i ==> text[k] == word.text[k];
        loop assigns i;
        loop variant word.nr - i;
    */
    for (uint32_t i = 0; i < word.nr; i++)
        if (text[i] != word.text[i])
            return 0;
    return 1;
}

/*@ assigns \nothing;
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures known: \result == 0 <==> kernel_known(info);
*/
static int kind_check(const struct kimage_info *info)
{
    const struct word generic = { "generic", 7 }, linux_os = { "linux", 5 }, xen_3 = { "xen-3.0", 7 };

    if (!text_begins(info->loader, generic) && !text_begins(info->guest_os, linux_os))
        return kimage_fail(-XEN_ENOEXEC, "neither LOADER=generic nor GUEST_OS=linux");
    if (!text_begins(info->xen_version, xen_3))
        return kimage_fail(-XEN_ENOEXEC, "not built for xen-3.0");
    return 0;
}

/* Older Xens took physical addresses in the ELF headers to be virtual ones; hence the legacy default. */
/*@ requires \separated(elf, info);
    assigns info->virt_base, info->paddr_offset, info->virt_entry;
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures given: \result == 0 <==> \old(base_given(info));
    ensures base: \result == 0 ==> default_is(\old(info->virt_base), info->virt_base, 0);
    ensures offset: \result == 0 ==>
      default_is(\old(info->paddr_offset), info->paddr_offset, info->has_notes != 0 ? 0 : info->virt_base);
    ensures entry: \result == 0 ==> default_is(\old(info->virt_entry), info->virt_entry, elf->entry);
*/
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

/*@ assigns \nothing;
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures good: \result == 0 <==> layout_good(info);
*/
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

/* Modulo 2^64, as the addresses are. */
/*@ assigns \nothing;
    ensures \result == moved(paddr, base, offset);
*/
static uint64_t virt_of(uint64_t paddr, uint64_t base, uint64_t offset)
{
    return paddr + (base - offset);
}

int klayout_check(const struct kelf *elf, struct kimage_info *info)
{
    int rc = kind_check(info);

    if (rc == 0)
        rc = defaults_set(elf, info);
    if (rc != 0)
        return rc;
    info->paddr_start = elf->paddr_start;
    info->paddr_end = elf->paddr_end;
    info->virt_kstart = virt_of(elf->paddr_start, info->virt_base, info->paddr_offset);
    info->virt_kend = virt_of(elf->paddr_end, info->virt_base, info->paddr_offset);
    return bounds_check(info);
}
