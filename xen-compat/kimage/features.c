/* SPDX-License-Identifier: MIT */
/* What XEN_ELFNOTE_FEATURES says. */
#include "internal.h"

/* One name, with its '!' if it had one. A name that nobody knows may be wished for, not required. */
static int feature_take(const struct kbytes *text, size_t at, size_t len, struct kimage_info *info)
{
    int required = len > 0 && text->bytes[at] == '!';
    size_t skip = required ? 1 : 0;
    size_t f = kfeature_find(text, at + skip, len - skip);

    if (f < KFEATURES) {
        info->features_supported |= UINT32_C(1) << kfeature_bit(f);
        if (required)
            info->features_required |= UINT32_C(1) << kfeature_bit(f);
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
