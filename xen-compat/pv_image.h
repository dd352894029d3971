/* SPDX-License-Identifier: MIT */
/*
 * pv_image.h - a new domain's kernel: unpacked into contiguous pieces of the
 * domain's memory, one image at a time.
 */
#ifndef XEN_COMPAT_PV_IMAGE_H
#define XEN_COMPAT_PV_IMAGE_H

#include "core/boot_info.h"
#include "core/domain.h"
#include "xen-compat/kimage/kimage.h"

#define PV_CHUNK_ORDER 10 /* 4 MiB */

/* Unpack kernel into memory of d.  0, -ENOMEM, or kimage's error; the log says why. */
SC_NODISCARD int pv_image_load(struct domain *d, const struct boot_module *kernel, struct kimage_info *info);
/* Pages of the image last loaded, and those of the pieces that hold it. */
uint64_t pv_image_pages(void);
uint64_t pv_image_room(void);
/* The frame of page i of the pieces, i below pv_image_room(). */
mfn_t pv_image_mfn(uint64_t i);

#endif
