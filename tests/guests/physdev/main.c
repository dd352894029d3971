/*
 * physdev_op and platform_op: what the first domain asks when it boots.
 *
 * Checks: set_iopl, apic_read, irq_status_query, pirq_eoi_gmfn, unknown operations, bad pointers; platform_op get_cpuinfo, firmware_info,
 *   settime, with a wrong interface version.
 */
#include "guest.h"
#define __XEN_TOOLS__
#include <xen/platform.h>

static struct xen_platform_op op;
static u8 eoi_page[PAGE_SIZE] PAGE;

static long platform(u32 cmd)
{
    op.cmd = cmd;
    op.interface_version = XENPF_INTERFACE_VERSION;
    return HC(platform_op, &op);
}

void test_main(void)
{
    struct physdev_set_iopl iopl = { 1 };
    struct physdev_apic apic = { .apic_physbase = 0xfec00000, .reg = 1 };
    struct physdev_irq_status_query query = { 1, 0 };
    struct physdev_pirq_eoi_gmfn eoi = { mfn_of(eoi_page) };

    check_eq("set_iopl", HC(physdev_op, PHYSDEVOP_set_iopl, &iopl), 0);
    check_eq("set_iopl_pointer", HC(physdev_op, PHYSDEVOP_set_iopl, HYPERVISOR_PRIVATE), -XEN_EFAULT);
    check_eq("apic_read", HC(physdev_op, PHYSDEVOP_apic_read, &apic), 0);
    check_range("apic_version", apic.value & 0xff, 0x10, 0x20);
    check_eq("irq_status_query", HC(physdev_op, PHYSDEVOP_irq_status_query, &query), 0);
    query.irq = 0xffffffff;
    check_eq("irq_status_query_far", HC(physdev_op, PHYSDEVOP_irq_status_query, &query), -XEN_EINVAL);
    check_eq("pirq_eoi_gmfn", HC(physdev_op, PHYSDEVOP_pirq_eoi_gmfn_v2, &eoi), 0);
    check_eq("pirq_eoi_gmfn_twice", HC(physdev_op, PHYSDEVOP_pirq_eoi_gmfn_v2, &eoi), -XEN_EBUSY);
    check_eq("unknown", HC(physdev_op, 99, &query), -XEN_ENOSYS);
    check_eq("unknown_null", HC(physdev_op, 0xffff, NULL), -XEN_ENOSYS);

    memset(&op, 0, sizeof(op));
    op.u.pcpu_info.xen_cpuid = 0;
    check_eq("get_cpuinfo", platform(XENPF_get_cpuinfo), 0);
    check("get_cpuinfo_online", (op.u.pcpu_info.flags & XEN_PCPU_FLAGS_ONLINE) != 0);
    memset(&op, 0, sizeof(op));
    op.u.firmware_info.type = XEN_FW_KBD_SHIFT_FLAGS;
    check_eq("firmware_info", platform(XENPF_firmware_info), 0);
    memset(&op, 0, sizeof(op));
    op.cmd = XENPF_get_cpuinfo;
    op.interface_version = 1;
    check_eq("wrong_version", HC(platform_op, &op), -XEN_EACCES);
    check_eq("platform_unknown", platform(9999), -XEN_ENOSYS);
    check_eq("platform_pointer", HC(platform_op, HYPERVISOR_PRIVATE), -XEN_EFAULT);
    check_eq("platform_null", HC(platform_op, NULL), -XEN_EFAULT);
}
