/* SPDX-License-Identifier: MIT */
/* xen_version (Xen public header version.h). */
#include "core/domain.h"

#include <xen/features.h>
#include <xen/version.h>

#include "core/cmdline.h"
#include "core/guest.h"
#include "core/image.h"
#include "core/layout.h"
#include "xen-compat/hypercalls.h"

/* The ABI is Xen 4.17's; extraversion says who answers. */
#define ABI_MAJOR 4
#define ABI_MINOR 17

static const xen_extraversion_t extraversion = ".safehype";
static const xen_capabilities_info_t capabilities = "xen-3.0-x86_64 ";
static const xen_changeset_info_t changeset = "safehype";

struct compile_info {
    char compiler[64], compile_by[16], compile_domain[32], compile_date[32];
};
static const struct compile_info compile_info = { "clang " __clang_version__, "safehype", "safehype", "reproducible" };
_Static_assert(sizeof(struct compile_info) == sizeof(struct xen_compile_info), "the ABI's size");

static uint32_t features_of(const struct domain *d, uint32_t index)
{
    uint32_t f;

    if (index != 0)
        return 0;
    f = 1U << XENFEAT_memory_op_vnode_supported | 1U << XENFEAT_mmu_pt_update_preserve_ad |
        1U << XENFEAT_highmem_assist | 1U << XENFEAT_gnttab_map_avail_bits;
    if ((d->vm_assist & 1U << VMASST_TYPE_pae_extended_cr3) != 0)
        f |= 1U << XENFEAT_pae_pgdir_above_4gb;
    if (d->privileged)
        f |= 1U << XENFEAT_dom0;
    return f;
}

static long get_features(struct vcpu *v, gva_t arg)
{
    struct xen_feature_info fi;

    if (guest_get(fi, arg) != 0)
        return -EFAULT;
    fi.submap = features_of(v->domain, fi.submap_idx);
    if (fi.submap_idx >= XENFEAT_NR_SUBMAPS)
        return -EINVAL;
    return guest_put(arg, fi);
}

/* The linker's note: a header of 16 bytes ("GNU"), then the id. */

/* What an unprivileged domain is told instead, as Xen does. */
static const char denied[sizeof(opt_line)] = "<denied>";

static long get_build_id(gva_t arg)
{
    uint8_t id[64];
    uint64_t nr = min_u64(image.build_id_end - image.build_id_start - BUILD_ID_AT, sizeof(id));
    uint32_t room;

    if (arg.v == 0)
        return (long)nr;
    if (guest_get(room, arg) != 0)
        return -EFAULT;
    if (room == 0)
        return -EINVAL;
    if (room < nr)
        return -ENOBUFS;
    for (uint32_t i = 0; i < sizeof(id); i++)
        id[i] = image_build_id_byte(BUILD_ID_AT + i);
    return guest_write(gva_add(arg, sizeof(room)), id, nr) != 0 ? -EFAULT : (long)nr;
}

long hc_xen_version(struct vcpu *v, uint64_t cmd, uint64_t arg, uint64_t a3, uint64_t a4, uint64_t a5)
{
    gva_t at = gva(arg);

    switch ((uint32_t)cmd) {
    case XENVER_version: return ABI_MAJOR << 16 | ABI_MINOR;
    case XENVER_extraversion: return guest_put(at, extraversion);
    case XENVER_compile_info: return guest_put(at, compile_info);
    case XENVER_capabilities: return guest_put(at, capabilities);
    case XENVER_changeset: return guest_put(at, changeset);
    case XENVER_platform_parameters: {
        xen_platform_parameters_t p = { .virt_start = HV_VIRT_START };

        return guest_put(at, p);
    }
    case XENVER_get_features: return get_features(v, at);
    case XENVER_pagesize: return arg != 0 ? -EINVAL : (long)PAGE_SIZE;
    case XENVER_guest_handle: {
        static const xen_domain_handle_t handle;

        return guest_put(at, handle);
    }
    case XENVER_commandline: return guest_write(at, v->domain->privileged ? opt_line : denied, sizeof(opt_line));
    case XENVER_build_id: return v->domain->privileged ? get_build_id(at) : -EPERM;
    default: return -ENOSYS;
    }
}
