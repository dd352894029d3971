/*
 * An unprivileged domain tries what only the first domain may.
 *
 * Checks: each privileged hypercall answers as Xen 4.17; another's frames, free frames, device memory and the hypervisor's cannot be mapped, pinned,
 *   read by a grant copy or given back; ports and model-specific registers are not the machine's; no say over other domains.
 * Expect: no change for the first domain, which checks a page of its own at the end.
 * Domain: memory=16M
 */
#include "grant.h"
#include "peer.h"
#define __XEN_TOOLS__
#include <xen/platform.h>

static u64 secret[512] PAGE, window[512] PAGE;
static char text[1024];

static void machine_calls(void)
{
    static struct xen_platform_op op = { .cmd = XENPF_settime64, .interface_version = XENPF_INTERFACE_VERSION };
    struct xen_memory_map memory_map = { .nr_entries = 8 };
    struct sched_remote_shutdown remote = { 0, SHUTDOWN_crash };
    domid_t first = 0;

    check_eq("platform_op", HC(platform_op, &op), -XEN_EPERM);
    check_eq("machine_memory_map", HC(memory_op, XENMEM_machine_memory_map, &memory_map), -XEN_EPERM);
    check_eq("memory_map", HC(memory_op, XENMEM_memory_map, &memory_map), -XEN_ENOSYS);
    check_eq("reservation_of_first", HC(memory_op, XENMEM_current_reservation, &first), -XEN_EPERM);
    check_eq("remote_shutdown", HC(sched_op, SCHEDOP_remote_shutdown, &remote), -XEN_EPERM);
    check_eq("console_read", HC(console_io, CONSOLEIO_read, 10, text), -XEN_EPERM);
    check_eq("commandline", HC(xen_version, XENVER_commandline, text), 0);
    check("commandline_denied", memcmp(text, "<denied>", 9) == 0);
    check_eq("build_id", HC(xen_version, XENVER_build_id, NULL), -XEN_EPERM);
    struct xen_feature_info features = { 0, 0 };

    check_eq("features", HC(xen_version, XENVER_get_features, &features), 0);
    check("not_dom0", (features.submap >> XENFEAT_dom0 & 1) == 0);
    check_eq("machine_check", hypercall_raw(__HYPERVISOR_arch_0, (u64)text, 0, 0, 0, 0), -XEN_EPERM);
    check_eq("flush_cache", mmuext(MMUEXT_FLUSH_CACHE, 0, 0), -XEN_EACCES);
    check("sysctl", hypercall_raw(__HYPERVISOR_sysctl, (u64)text, 0, 0, 0, 0) < 0);
    check("domctl", hypercall_raw(__HYPERVISOR_domctl, (u64)text, 0, 0, 0, 0) < 0);
    check("kexec", hypercall_raw(__HYPERVISOR_kexec_op, 0, (u64)text, 0, 0, 0) < 0);
}

static void device_calls(void)
{
    struct physdev_apic apic = { .apic_physbase = 0xfec00000, .reg = 1 };
    struct physdev_irq vector = { .irq = 3 };
    struct physdev_map_pirq pirq = { .domid = DOMID_SELF, .type = MAP_PIRQ_TYPE_GSI, .index = 4, .pirq = 4 };
    struct physdev_pci_device_add add = { 0 };
    struct physdev_manage_pci manage = { 0, 0 };
    struct physdev_setup_gsi gsi = { 9, 1, 1 };
    struct physdev_unmap_pirq un = { DOMID_SELF, 4 };
    struct evtchn_bind_pirq bind = { 4, 0, 0 };
    struct physdev_get_free_pirq free_pirq = { .type = MAP_PIRQ_TYPE_GSI };
    struct physdev_set_iopl iopl = { 3 };

    check_eq("apic_read", HC(physdev_op, PHYSDEVOP_apic_read, &apic), -XEN_EPERM);
    check_eq("apic_write", HC(physdev_op, PHYSDEVOP_apic_write, &apic), -XEN_EPERM);
    check_eq("alloc_irq_vector", HC(physdev_op, PHYSDEVOP_alloc_irq_vector, &vector), -XEN_EPERM);
    check_eq("map_pirq", HC(physdev_op, PHYSDEVOP_map_pirq, &pirq), -XEN_EPERM);
    check_eq("unmap_pirq", HC(physdev_op, PHYSDEVOP_unmap_pirq, &un), -XEN_EPERM);
    check_eq("get_free_pirq", HC(physdev_op, PHYSDEVOP_get_free_pirq, &free_pirq), -XEN_EPERM);
    check_eq("setup_gsi", HC(physdev_op, PHYSDEVOP_setup_gsi, &gsi), -XEN_EPERM);
    check_eq("pci_device_add", HC(physdev_op, PHYSDEVOP_pci_device_add, &add), -XEN_EPERM);
    check_eq("manage_pci_add", HC(physdev_op, PHYSDEVOP_manage_pci_add, &manage), -XEN_EPERM);
    check("bind_pirq", evtchn_op(EVTCHNOP_bind_pirq, &bind) < 0);
    // I/O privilege is its own business; behind it there are no ports.
    check_eq("set_iopl", HC(physdev_op, PHYSDEVOP_set_iopl, &iopl), 0);
    u8 value = 0;

    __asm__ volatile("mov $0x71, %%edx; inb %%dx, %0" : "=a"(value) : : "edx");
    check_eq("inb_of_nothing", value, 0xff);
    __asm__ volatile("mov $0xcf9, %%edx; mov $6, %%eax; outb %%al, %%dx" : : : "eax", "edx"); // would reset the machine
    __asm__ volatile("mov $0x604, %%edx; mov $0x2000, %%eax; outw %%ax, %%dx" : : : "eax", "edx"); // would power it off
    check_eq("rdmsr_platform", (long)TRY("mov $0x17, %%ecx; rdmsr", : : : "eax", "ecx", "edx"), 13);
    check_eq("wrmsr_mtrr", (long)TRY("mov $0x200, %%ecx; xor %%eax, %%eax; xor %%edx, %%edx; wrmsr", : : : "eax", "ecx", "edx"), 13);
}

static long copy_from_frame(domid_t domain, u64 frame)
{
    struct gnttab_copy op = { .len = 64 };

    op.source.domid = domain;
    op.source.u.gmfn = frame;
    op.dest.domid = DOMID_SELF;
    op.dest.u.gmfn = mfn_of(window);
    return grant_op(GNTTABOP_copy, &op, 1) != 0 ? -1000 : op.status;
}

// A frame that the first domain has told: not ours, by whatever way.
static void frame_calls(u64 frame)
{
    struct xen_memory_reservation back = { .nr_extents = 1, .domid = DOMID_SELF };
    u64 pte = frame << 12 | RW_PTE, l1 = entry_maddr(window, 1);

    check_eq("map", va_update(window, pte, UVMF_INVLPG), -XEN_EINVAL);
    check_eq("map_read_only", va_update(window, frame << 12 | RO_PTE, UVMF_INVLPG), -XEN_EINVAL);
    check_eq("mmu_update", mmu_update1(l1, pte), -XEN_EINVAL);
    check_eq("mmu_update_foreign", mmu_update_dom(l1, pte, 0), -XEN_EPERM);
    check_eq("mmu_update_foreign_table", mmu_update_dom(l1, pte, 1 << 16 | DOMID_SELF), -XEN_EPERM);
    check_eq("mmu_update_io", mmu_update_dom(l1, 0xfee00000 | RW_PTE, DOMID_IO), -XEN_EPERM);
    check_eq("va_mapping_otherdomain", HC(update_va_mapping_otherdomain, window, pte, 0, 0), -XEN_EPERM);
    check_eq("map_apic", va_update(window, 0xfee00000 | RW_PTE, UVMF_INVLPG), -XEN_EPERM);
    check_eq("map_vga", va_update(window, 0xa0000 | RW_PTE, UVMF_INVLPG), -XEN_EPERM);
    check("map_hypervisor", va_update(window, 0x200000 | RO_PTE, UVMF_INVLPG) < 0);
    check("machphys", mmu_update1(frame << 12 | MMU_MACHPHYS_UPDATE, 5) < 0);
    check("pin", mmuext(MMUEXT_PIN_L1_TABLE, frame, 0) < 0);
    check("unpin", mmuext(MMUEXT_UNPIN_TABLE, frame, 0) < 0);
    check("new_baseptr", mmuext(MMUEXT_NEW_BASEPTR, frame, 0) < 0);
    check("clear_page", mmuext(MMUEXT_CLEAR_PAGE, frame, 0) < 0);
    check_eq("mmuext_foreign", mmuext_dom(MMUEXT_UNPIN_TABLE, frame, 0, 0), -XEN_EPERM);
    set_xen_guest_handle(back.extent_start, &frame);
    check_eq("decrease_reservation", HC(memory_op, XENMEM_decrease_reservation, &back), 0);
    back.domid = 0;
    check_eq("decrease_of_first", HC(memory_op, XENMEM_decrease_reservation, &back), -XEN_EPERM);
    check("copy_frame_as_ours", copy_from_frame(DOMID_SELF, frame) < 0);
    check_eq("copy_frame_of_first", copy_from_frame(0, frame), GNTST_permission_denied);
    check("gdt", HC(set_gdt, &frame, 512) < 0);
}

void test_main(void)
{
    u32 handle;

    grant_setup();
    if (!first_domain()) {
        u32 port = peer_offer(0);

        peer_wait(port, 0);
        // How the first domain tells its frame: in a page that it granted.
        unmap(window);
        if (grant_map(8, window, GNTMAP_host_map | GNTMAP_readonly, 0, &handle) != GNTST_okay)
            fatal("cannot map the first domain's page");
        u64 frame = window[0];

        check_eq("granted_writable", grant_map(8, window, GNTMAP_host_map, 0, &handle), GNTST_general_error);
        check_eq("granted_frame_plainly", va_update(secret, frame << 12 | RO_PTE, UVMF_INVLPG), -XEN_EINVAL);
        grant_unmap(handle, window);
        frame_calls(frame);
        machine_calls();
        device_calls();
        return;
    }
    secret[0] = mfn_of(secret);
    grant_give(8, mfn_of(secret), GTF_readonly);
    grant(8)->domid = 1;
    peer_finish(peer_bind(1));
    check("page_as_it_was", secret[0] == mfn_of(secret) && secret[1] == 0);
    check("machine_is_ours", HC(xen_version, XENVER_commandline, text) == 0 && strstr(text, "console=com1") != NULL);
}
