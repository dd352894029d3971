/*
 * xen_version: every sub-operation that a guest may ask.
 *
 * Checks: version 4.x, extraversion, compile_info, capabilities names xen-3.0-x86_64, changeset, platform_parameters,
 *   feature words, pagesize, commandline; unknown sub-operations and bad pointers are refused.
 */
#include "guest.h"

static char text[1024];
static struct xen_compile_info compile_info;

void test_main(void)
{
    long version = HC(xen_version, XENVER_version, NULL);

    check_range("version", (u64)version, 4 << 16, (4 << 16) + 99);
    check_eq("version_ignores_pointer", HC(xen_version, XENVER_version, NON_CANONICAL), version);
    check_eq("extraversion", HC(xen_version, XENVER_extraversion, text), 0);
    check("extraversion_ends", strlen(text) < sizeof(xen_extraversion_t));
    check_eq("extraversion_bad_pointer", HC(xen_version, XENVER_extraversion, HYPERVISOR_PRIVATE), -XEN_EFAULT);
    check_eq("extraversion_null", HC(xen_version, XENVER_extraversion, NULL), -XEN_EFAULT);
    check_eq("compile_info", HC(xen_version, XENVER_compile_info, &compile_info), 0);
    check("compile_info_text", strlen(compile_info.compiler) > 0 && strlen(compile_info.compiler) < 64);
    check_eq("compile_info_bad_pointer", HC(xen_version, XENVER_compile_info, NON_CANONICAL), -XEN_EFAULT);
    memset(text, 0, sizeof(text));
    check_eq("capabilities", HC(xen_version, XENVER_capabilities, text), 0);
    check("capabilities_pv64", strstr(text, "xen-3.0-x86_64") != NULL);
    check_eq("changeset", HC(xen_version, XENVER_changeset, text), 0);
    check_eq("commandline", HC(xen_version, XENVER_commandline, text), 0);
    check("commandline_text", strstr(text, "console=com1") != NULL);

    struct xen_platform_parameters parameters = { 0 };

    check_eq("platform_parameters", HC(xen_version, XENVER_platform_parameters, &parameters), 0);
    check_eq("virt_start", (long)parameters.virt_start, (long)HYPERVISOR_START);
    check_eq("pagesize", HC(xen_version, XENVER_pagesize, NULL), 4096);

    struct xen_feature_info features = { 0, 0 };

    check_eq("get_features", HC(xen_version, XENVER_get_features, &features), 0);
    check("features_dom0", (features.submap >> XENFEAT_dom0 & 1) != 0);
    check("features_mmu_pt_update_preserve_ad", (features.submap >> XENFEAT_mmu_pt_update_preserve_ad & 1) != 0);
    check("features_not_auto_translated", (features.submap >> XENFEAT_auto_translated_physmap & 1) == 0);
    features.submap_idx = 1;
    check_eq("get_features_word_1", HC(xen_version, XENVER_get_features, &features), -XEN_EINVAL);
    features.submap_idx = 0xffffffff;
    check_eq("get_features_far_word", HC(xen_version, XENVER_get_features, &features), -XEN_EINVAL);
    check_eq("get_features_bad_pointer", HC(xen_version, XENVER_get_features, HYPERVISOR_PRIVATE), -XEN_EFAULT);

    check_eq("guest_handle", HC(xen_version, XENVER_guest_handle, text), 0);
    check_eq("unknown_subop", HC(xen_version, 99, text), -XEN_ENOSYS);
    check_eq("unknown_subop_negative", HC(xen_version, -1, text), -XEN_ENOSYS);
    check_eq("build_id_length_query", HC(xen_version, XENVER_build_id, NULL) > 0, 1);
}
