/* SPDX-License-Identifier: MIT */
/*
 * A boot module's bytes become a placed PV kernel: bzImage or ELF, compressed or not, streamed to the domain's
 * memory. What a kernel says of itself: Xen public header elfnote.h; the older `__xen_guest` string.
 * Errors are -XEN_Exxx of <xen/errno.h>.
 */
#ifndef KIMAGE_H
#define KIMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "../../hypervisor/ports/safe.h"

#define KIMAGE_NONE UINT64_MAX /* an address that the kernel did not give */
#define KIMAGE_TEXT_MAX 32

enum kimage_pae { KIMAGE_PAE_NO, KIMAGE_PAE_YES, KIMAGE_PAE_EXTENDED_CR3, KIMAGE_PAE_BIMODAL };

struct kimage_info {
    /* Guest-physical, of the PT_LOAD segments: first byte, and one past the last. */
    uint64_t paddr_start;
    uint64_t paddr_end;
    /* Virtual: paddr + virt_base - paddr_offset. */
    uint64_t virt_kstart;
    uint64_t virt_kend;
    uint64_t virt_base;
    uint64_t paddr_offset;
    uint64_t virt_entry;
    uint64_t hypercall_page; /* virtual, or KIMAGE_NONE */
    uint64_t init_p2m;       /* virtual, or KIMAGE_NONE: the p2m list belongs behind the boot stack */
    uint64_t hv_start_low;   /* or KIMAGE_NONE; 32-bit kernels only */
    uint64_t phys32_entry;   /* or KIMAGE_NONE; PVH only */
    uint64_t l1_mfn_valid_mask;
    uint64_t l1_mfn_valid_value;
    uint32_t features_required; /* bits are XENFEAT_* */
    uint32_t features_supported;
    enum kimage_pae pae;
    uint8_t has_notes; /* 0: the legacy string spoke */
    uint8_t mod_start_pfn;
    uint8_t suspend_cancel;
    uint8_t bsd_symtab;
    char guest_os[KIMAGE_TEXT_MAX]; /* the four end in a 0 */
    char guest_version[KIMAGE_TEXT_MAX];
    char xen_version[KIMAGE_TEXT_MAX];
    char loader[KIMAGE_TEXT_MAX];
};

/*
 * Parses src, streams its segments to the sink and fills *out. Under lib_call(), with an arena set (unpack.h).
 * -ENOEXEC not a kernel that can run; -EINVAL corrupt compressed data; -EOPNOTSUPP a compression that is not built
 * in; -ENOMEM arena (see unpack_arena_wanted()) or sink; else what the sink returned. On error *out is undefined and
 * what was written stays written.
 */
int kimage_load(const uint8_t *src SC_COUNT(len), size_t len, struct kimage_info *out);

/* After an error of kimage_load(): what is wrong, in English, without a newline. */
SC_STRING const char *kimage_error(void);

#endif
