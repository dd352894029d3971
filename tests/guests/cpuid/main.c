/*
 * cpuid by forced emulation (ud2; "xen"; cpuid), as PV kernels call it, and native.
 *
 * Checks: leaf 0 and 1 are plausible and consistent with PV (no VMX, SVM, no MTRR-only features that PV cannot have), the hypervisor's leaves
 *   0x40000000 to 0x40000002 name Xen and the hypercall interface, 0x40000005 the width of addresses of memory; extended leaves, leaves out of
 *   range, the prefix elsewhere.
 */
#include "guest.h"

struct leaf {
    u32 a, b, c, d;
};

static struct leaf forced(u32 leaf, u32 sub)
{
    struct leaf r = { leaf, 0, sub, 0 };

    if (TRY(".byte 0x0f, 0x0b; .ascii \"xen\"; cpuid", : "+a"(r.a), "=b"(r.b), "+c"(r.c), "=d"(r.d) : : "memory") != NO_TRAP)
        fatal("forced emulation of cpuid trapped: vector %lu", last_trap.vector);
    return r;
}

static void user_forced(u64 leaf)
{
    u32 a = (u32)leaf, b, c = 0, d;

    __asm__ volatile(".byte 0x0f, 0x0b; .ascii \"xen\"; cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    user_exit(b);
}

void test_main(void)
{
    struct leaf zero = forced(0, 0), one = forced(1, 0), xen = forced(0x40000000, 0), version, page;
    u32 a = 0, b = 0, c = 0, d = 0;

    check_range("maximum_leaf", zero.a, 1, 0x40);
    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    check_eq("vendor_as_native", (long)(zero.b ^ b) | (zero.c ^ c) | (zero.d ^ d), 0);
    check_eq("features_fpu_tsc_msr_cx8", (long)(one.d & 0x131), 0x131);
    check_eq("features_sse2", (long)(one.d >> 25 & 3), 3);
    check_eq("hypervisor_bit", (long)(one.c >> 31), 1);
    check_eq("no_vmx", (long)(one.c >> 5 & 1), 0);

    check_range("xen_leaves", xen.a, 0x40000002, 0x400000ff);
    check_eq("xen_signature_b", (long)xen.b, 0x566e6558);
    check_eq("xen_signature_c", (long)xen.c, 0x65584d4d);
    check_eq("xen_signature_d", (long)xen.d, 0x4d4d566e);
    version = forced(0x40000001, 0);
    check_eq("xen_version_leaf", (long)version.a, HC(xen_version, XENVER_version, NULL));
    page = forced(0x40000002, 0);
    check_eq("xen_hypercall_pages", (long)page.a, 1);
    check("xen_features_mmu_update_preserve_ad", (page.c & 1) != 0);
    // Linux chooses its grant table's version by it: of memory there is, not of what the CPU could have.
    u64 last = (u64)HC(memory_op, XENMEM_maximum_ram_page, NULL);
    u32 width = forced(0x40000005, 0).b;

    check_range("xen_address_width", width, 20, 52);
    check_eq("xen_address_width_of_memory", (long)(last >> (width - 13)), 1);

    struct leaf extended = forced(0x80000000, 0), features = forced(0x80000001, 0);

    check_range("extended_leaves", extended.a, 0x80000001, 0x80000040);
    check_eq("long_mode", (long)(features.d >> 29 & 1), 1);
    check_eq("no_svm", (long)(features.c >> 2 & 1), 0);
    struct leaf beyond = forced(0x40000fff, 0);
    check_eq("beyond_xen_leaves", (long)(beyond.a | beyond.b | beyond.c | beyond.d), 0);
    beyond = forced(0x80001234, 0);
    check_eq("beyond_extended_leaves", (long)(beyond.a | beyond.b | beyond.c | beyond.d), 0);
    for (u32 leaf = 0; leaf < 0x40; leaf++)
        forced(leaf, 0xffffffff); // ends the test when it traps
    check_eq("after_any_sub_leaf", (long)forced(0, 0).b, (long)zero.b);
    check_eq("from_user_mode", run_user(user_forced, 0x40000000), 0x566e6558);
    check_eq("prefix_before_another", (long)TRY(".byte 0x0f, 0x0b; .ascii \"xen\"; nop", : : : "memory"), 6);
    check_eq("wrong_prefix", (long)TRY(".byte 0x0f, 0x0b; .ascii \"xeo\"; cpuid", : : : "rax", "rbx", "rcx", "rdx", "memory"), 6);
}
