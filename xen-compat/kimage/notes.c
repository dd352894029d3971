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

static uint64_t round4(uint64_t value)
{
    return (value + 3) & ~UINT64_C(3);
}

/* A number in 1, 2, 4 or 8 bytes at index; 0 when the descriptor is of another size or too short. */
static uint64_t note_number(const struct kbytes *notes, const struct note *note, size_t unit, size_t index)
{
    size_t at = note->at + index * unit;

    if ((index + 1) * unit > note->len)
        return 0;
    switch (unit) {
    case 1: return notes->bytes[at];
    case 2: return kbytes_le16(notes, at);
    case 4: return kbytes_le32(notes, at);
    case 8: return kbytes_le64(notes, at);
    default: return 0;
    }
}

static enum kimage_pae note_pae(const struct kbytes *notes, const struct note *note)
{
    size_t len = kbytes_text_len(notes, note->at, note->len);

    if (kbytes_hold(notes, note->at, len, KTEXT("bimodal")))
        return KIMAGE_PAE_BIMODAL;
    return kbytes_begin(notes, note->at, len, KTEXT("yes")) ? KIMAGE_PAE_EXTENDED_CR3 : KIMAGE_PAE_NO;
}

static void note_text(const struct kbytes *notes, const struct note *note, struct kimage_info *info)
{
    switch (note->type) {
    case XEN_ELFNOTE_GUEST_OS: kbytes_text(notes, note->at, note->len, info->guest_os); break;
    case XEN_ELFNOTE_GUEST_VERSION: kbytes_text(notes, note->at, note->len, info->guest_version); break;
    case XEN_ELFNOTE_XEN_VERSION: kbytes_text(notes, note->at, note->len, info->xen_version); break;
    case XEN_ELFNOTE_LOADER: kbytes_text(notes, note->at, note->len, info->loader); break;
    default: break;
    }
}

static int note_take(const struct kbytes *notes, const struct note *note, struct kimage_info *info)
{
    uint64_t number = note_number(notes, note, note->len, 0);
    size_t text_len = kbytes_text_len(notes, note->at, note->len);

    switch (note->type) {
    case XEN_ELFNOTE_ENTRY: info->virt_entry = number; break;
    case XEN_ELFNOTE_HYPERCALL_PAGE: info->hypercall_page = number; break;
    case XEN_ELFNOTE_VIRT_BASE: info->virt_base = number; break;
    case XEN_ELFNOTE_PADDR_OFFSET: info->paddr_offset = number; break;
    case XEN_ELFNOTE_INIT_P2M: info->init_p2m = number; break;
    case XEN_ELFNOTE_HV_START_LOW: info->hv_start_low = number; break;
    case XEN_ELFNOTE_PHYS32_ENTRY: info->phys32_entry = number; break;
    case XEN_ELFNOTE_SUSPEND_CANCEL: info->suspend_cancel = number != 0; break;
    case XEN_ELFNOTE_MOD_START_PFN: info->mod_start_pfn = number != 0; break;
    case XEN_ELFNOTE_BSD_SYMTAB:
        info->bsd_symtab = (uint8_t)kbytes_equal(notes, note->at, text_len, KTEXT("yes"));
        break;
    case XEN_ELFNOTE_PAE_MODE: info->pae = note_pae(notes, note); break;
    case XEN_ELFNOTE_FEATURES: return kfeatures_parse(notes, note->at, note->len, info);
    case XEN_ELFNOTE_SUPPORTED_FEATURES: info->features_supported |= (uint32_t)note_number(notes, note, 4, 0); break;
    case XEN_ELFNOTE_L1_MFN_VALID: /* pairs of mask and value; x86-64 kernels give one */
        info->l1_mfn_valid_mask = note_number(notes, note, 8, 0);
        info->l1_mfn_valid_value = note_number(notes, note, 8, 1);
        break;
    default: note_text(notes, note, info); break;
    }
    return 0;
}

int knotes_parse(const struct kbytes *notes, size_t from, size_t len, struct kimage_info *info, uint32_t *found)
{
    uint64_t end = from + len;
    uint64_t at = from;
    int rc = 0;

    while (rc == 0 && end - at >= NOTE_HEADER_BYTES) {
        uint64_t name_len = kbytes_le32(notes, at);
        uint64_t desc_len = kbytes_le32(notes, at + 4);
        uint64_t name_at = at + NOTE_HEADER_BYTES;
        uint64_t desc_at = name_at + round4(name_len);
        struct note note = { kbytes_le32(notes, at + 8), (size_t)desc_at, (size_t)desc_len };

        if (desc_at > end || desc_len > end - desc_at)
            return kimage_fail(-XEN_ENOEXEC, "ELF: a note runs past its segment");
        if (name_len == 4 && kbytes_begin(notes, name_at, 4, KTEXT("Xen")) && notes->bytes[name_at + 3] == 0) {
            rc = note_take(notes, &note, info);
            (*found)++;
        }
        at = desc_at + round4(desc_len);
        if (at > end)
            break;
    }
    return rc;
}
