/* SPDX-License-Identifier: MIT */
/* The feature names of XEN_ELFNOTE_FEATURES; bits as in the Xen public header features.h. */
#include <xen/features.h>
#include "internal.h"

#define FEATURE_NAME_MAX 32u

struct feature {
    uint32_t bit;
    char name[FEATURE_NAME_MAX];
    uint32_t nr SC_RANGE(0, 32);
};

static const struct feature features[] = {
    { XENFEAT_writable_page_tables, KTEXT("writable_page_tables") },
    { XENFEAT_writable_descriptor_tables, KTEXT("writable_descriptor_tables") },
    { XENFEAT_auto_translated_physmap, KTEXT("auto_translated_physmap") },
    { XENFEAT_supervisor_mode_kernel, KTEXT("supervisor_mode_kernel") },
    { XENFEAT_pae_pgdir_above_4gb, KTEXT("pae_pgdir_above_4gb") },
    { XENFEAT_hvm_callback_vector, KTEXT("hvm_callback_vector") },
    { XENFEAT_dom0, KTEXT("dom0") },
};

#define NR_FEATURES (sizeof(features) / sizeof(features[0]))

/* One name, with its '!' if it had one. A name that nobody knows may be wished for, not required. */
static int feature_take(const struct kbytes *text, size_t at, size_t len, struct kimage_info *info)
{
    int required = len > 0 && text->bytes[at] == '!';
    size_t skip = required ? 1 : 0;

    for (size_t i = 0; i < NR_FEATURES; i++)
        if (kbytes_equal(text, at + skip, len - skip, features[i].name, features[i].nr)) {
            info->features_supported |= UINT32_C(1) << features[i].bit;
            if (required)
                info->features_required |= UINT32_C(1) << features[i].bit;
            return 0;
        }
    if (required)
        return kimage_fail(-XEN_ENOEXEC, "the kernel requires a feature that is not known");
    return 0;
}

int kfeatures_parse(const struct kbytes *text, size_t at, size_t len, struct kimage_info *info)
{
    size_t from = 0;
    int rc = 0;

    for (size_t i = 0; i <= len && rc == 0; i++) {
        int ends = i == len || text->bytes[at + i] == 0;

        if (!ends && text->bytes[at + i] != '|')
            continue;
        rc = feature_take(text, at + from, i - from, info);
        from = i + 1;
        if (ends)
            break;
    }
    return rc;
}
