/*
 * vcpu_op: other vcpus.
 *
 * Checks: is_up, initialise, up, down of vcpu 1 to 3, their stacks and arguments, initialise twice, with hostile contexts (table of others, bad
 *   selectors, addresses not canonical), register_vcpu_info once and twice, bad vcpu numbers and operations.
 * Run: vcpus=4
 */
#include "guest.h"

static volatile u32 ran[4], may_end;
static struct vcpu_guest_context context;
static u8 info_page[PAGE_SIZE] PAGE;

static void secondary(u32 vcpu)
{
    ran[vcpu]++;
    while (may_end == 0)
        yield();
    HC(vcpu_op, VCPUOP_down, vcpu, NULL);
    ran[vcpu] += 100; // when it is brought up again
}

static void wait_vcpu(u32 vcpu, u32 value)
{
    u64 until = now_ns() + 2000000000UL;

    while (ran[vcpu] < value && now_ns() < until)
        yield();
}

static void wait_state(u32 vcpu, long value)
{
    u64 until = now_ns() + 2000000000UL;

    while (HC(vcpu_op, VCPUOP_is_up, vcpu, NULL) != value && now_ns() < until)
        yield();
}

static void check_hostile_contexts(void)
{
    vcpu_context(1, &context);
    context.ctrlreg[3] = xen_pfn_to_cr3(mfn_of(&context));
    check("table_is_memory", HC(vcpu_op, VCPUOP_initialise, 1, &context) < 0);
    context.ctrlreg[3] = xen_pfn_to_cr3(1UL << 40);
    check("table_nobodys", HC(vcpu_op, VCPUOP_initialise, 1, &context) < 0);
    vcpu_context(1, &context);
    context.event_callback_eip = NON_CANONICAL;
    check("callback_non_canonical", HC(vcpu_op, VCPUOP_initialise, 1, &context) < 0);
    vcpu_context(1, &context);
    context.gdt_ents = 0xffff;
    check("gdt_too_long", HC(vcpu_op, VCPUOP_initialise, 1, &context) < 0);
    vcpu_context(1, &context);
    context.gdt_ents = 512;
    context.gdt_frames[0] = mfn_of((void *)si->pt_base);
    check("gdt_is_page_table", HC(vcpu_op, VCPUOP_initialise, 1, &context) < 0);
    vcpu_context(1, &context);
    context.ldt_ents = 8193;
    check("ldt_too_long", HC(vcpu_op, VCPUOP_initialise, 1, &context) < 0);
    check_eq("context_pointer", HC(vcpu_op, VCPUOP_initialise, 1, HYPERVISOR_PRIVATE), -XEN_EFAULT);
    check_eq("up_uninitialised", HC(vcpu_op, VCPUOP_up, 1, NULL), -XEN_EINVAL);
}

static void check_register_info(void)
{
    struct vcpu_register_vcpu_info info = { .mfn = mfn_of(info_page), .offset = 4090 };

    check_eq("info_crosses_page", HC(vcpu_op, VCPUOP_register_vcpu_info, 3, &info), -XEN_ENXIO);
    info.offset = 64;
    info.mfn = mfn_of((void *)si->pt_base);
    check("info_is_page_table", HC(vcpu_op, VCPUOP_register_vcpu_info, 3, &info) < 0);
    info.mfn = ~0UL;
    check("info_nobodys", HC(vcpu_op, VCPUOP_register_vcpu_info, 3, &info) < 0);
    info.mfn = mfn_of(info_page);
    check_eq("info", HC(vcpu_op, VCPUOP_register_vcpu_info, 3, &info), 0);
    check("info_twice", HC(vcpu_op, VCPUOP_register_vcpu_info, 3, &info) < 0);
    check_eq("info_pointer", HC(vcpu_op, VCPUOP_register_vcpu_info, 2, HYPERVISOR_PRIVATE), -XEN_EFAULT);
    check_eq("info_pending_at_start", ((struct vcpu_info *)(info_page + 64))->evtchn_upcall_pending, 1);
}

void test_main(void)
{
    check_eq("is_up_self", HC(vcpu_op, VCPUOP_is_up, 0, NULL), 1);
    for (u32 vcpu = 1; vcpu < 4; vcpu++)
        check_eq("is_up_others", HC(vcpu_op, VCPUOP_is_up, vcpu, NULL), 0);
    check_eq("is_up_absent", HC(vcpu_op, VCPUOP_is_up, 4, NULL), -XEN_ENOENT);
    check_eq("is_up_far", HC(vcpu_op, VCPUOP_is_up, 8191, NULL), -XEN_ENOENT);
    check_eq("is_up_max", HC(vcpu_op, VCPUOP_is_up, 0xffffffff, NULL), -XEN_ENOENT);
    check("unknown", HC(vcpu_op, 99, 0, NULL) == -XEN_ENOSYS);
    check_hostile_contexts();
    check_register_info();
    for (u32 vcpu = 1; vcpu < 4; vcpu++) {
        check_eq("start", vcpu_start(vcpu, secondary), 0);
        wait_vcpu(vcpu, 1);
        check_eq("runs", ran[vcpu], 1);
        check_eq("is_up", HC(vcpu_op, VCPUOP_is_up, vcpu, NULL), 1);
    }
    vcpu_context(2, &context);
    check_eq("initialise_twice", HC(vcpu_op, VCPUOP_initialise, 2, &context), -XEN_EEXIST);
    check_eq("initialise_self", HC(vcpu_op, VCPUOP_initialise, 0, &context), -XEN_EEXIST);
    check_eq("up_twice", HC(vcpu_op, VCPUOP_up, 2, NULL), 0);
    may_end = 1;
    for (u32 vcpu = 1; vcpu < 4; vcpu++) {
        wait_state(vcpu, 0);
        check_eq("down", HC(vcpu_op, VCPUOP_is_up, vcpu, NULL), 0);
        check_eq("up_again", HC(vcpu_op, VCPUOP_up, vcpu, NULL), 0);
        wait_vcpu(vcpu, 101);
        check_eq("goes_on", ran[vcpu], 101);
    }
    check_eq("down_other", HC(vcpu_op, VCPUOP_down, 1, NULL), 0);
    check_eq("down_other_is_down", HC(vcpu_op, VCPUOP_is_up, 1, NULL), 0);
    check("send_nmi_absent", HC(vcpu_op, VCPUOP_send_nmi, 77, NULL) == -XEN_ENOENT);
}
