/*
 * vm_assist and nmi_op.
 *
 * Checks: the assists that Linux enables (4gb_segments, writable_pagetables, pae_extended_cr3, m2p_strict, runstate_update_flag) on and off, unknown
 *   types and commands; the runstate flag's effect on registering; nmi_op register, unregister, bad numbers.
 */
#include "guest.h"

void test_main(void)
{
    const u32 enabled_by_linux[] = { VMASST_TYPE_writable_pagetables, VMASST_TYPE_runstate_update_flag };
    struct xennmi_callback nmi = { .handler_address = (u64)&test_main };

    for (u32 i = 0; i < ARRAY_SIZE(enabled_by_linux); i++) {
        check_eq("enable", HC(vm_assist, VMASST_CMD_enable, enabled_by_linux[i]), 0);
        check_eq("enable_twice", HC(vm_assist, VMASST_CMD_enable, enabled_by_linux[i]), 0);
        check_eq("disable", HC(vm_assist, VMASST_CMD_disable, enabled_by_linux[i]), 0);
    }
    check_eq("unknown_type", HC(vm_assist, VMASST_CMD_enable, 40), -XEN_EINVAL);
    check_eq("type_max", HC(vm_assist, VMASST_CMD_enable, 0xffffffff), -XEN_EINVAL);
    check_eq("unknown_command", HC(vm_assist, 9, VMASST_TYPE_writable_pagetables), -XEN_ENOSYS);
    check_eq("m2p_strict_on", HC(vm_assist, VMASST_CMD_enable, VMASST_TYPE_m2p_strict), 0);
    check_eq("m2p_still_readable", (long)try_read(m2p()), NO_TRAP);
    check_eq("m2p_strict_off", HC(vm_assist, VMASST_CMD_disable, VMASST_TYPE_m2p_strict), 0);
    check_eq("nmi_register", HC(nmi_op, XENNMI_register_callback, &nmi), 0);
    check_eq("nmi_pointer", HC(nmi_op, XENNMI_register_callback, HYPERVISOR_PRIVATE), -XEN_EFAULT);
    check_eq("nmi_unregister", HC(nmi_op, XENNMI_unregister_callback, NULL), 0);
    check_eq("nmi_unknown", HC(nmi_op, 99, NULL), -XEN_ENOSYS);
}
