/*
 * callback_op: register and unregister each kind of callback.
 *
 * Checks: event, failsafe, syscall, nmi, sysenter, syscall32 with and without CALLBACKF_mask_events; addresses that are not canonical or in
 *   the hypervisor, unknown types and operations, bad pointers; unregistering what can be; set_callbacks.
 */
#include "guest.h"

extern char event_entry_0[], failsafe_entry[], syscall_entry[], syscall32_entry[];

static long put(u16 type, u16 flags, u64 address)
{
    struct callback_register callback = { type, flags, address };

    return HC(callback_op, CALLBACKOP_register, &callback);
}

static long take(u16 type)
{
    struct callback_unregister callback = { type, 0 };

    return HC(callback_op, CALLBACKOP_unregister, &callback);
}

void test_main(void)
{
    check_eq("event", put(CALLBACKTYPE_event, 0, (u64)event_entry_0), 0);
    check_eq("failsafe", put(CALLBACKTYPE_failsafe, 0, (u64)failsafe_entry), 0);
    check_eq("failsafe_mask", put(CALLBACKTYPE_failsafe, CALLBACKF_mask_events, (u64)failsafe_entry), 0);
    check_eq("syscall", put(CALLBACKTYPE_syscall, CALLBACKF_mask_events, (u64)syscall_entry), 0);
    check_eq("syscall32", put(CALLBACKTYPE_syscall32, CALLBACKF_mask_events, (u64)syscall32_entry), 0);
    check_eq("sysenter", put(CALLBACKTYPE_sysenter, CALLBACKF_mask_events, (u64)syscall32_entry), 0);
    check_eq("nmi", put(CALLBACKTYPE_nmi, 0, (u64)event_entry_0), 0);
    check_eq("unknown_type", put(6, 0, (u64)event_entry_0), -XEN_ENOSYS);
    check("type_max", put(0xffff, 0, (u64)event_entry_0) < 0);
    for (u16 type = CALLBACKTYPE_event; type <= CALLBACKTYPE_syscall32; type++)
        if (type != 1)
            check_eq("non_canonical", put(type, 0, NON_CANONICAL), -XEN_EINVAL);
    check_eq("bad_pointer", HC(callback_op, CALLBACKOP_register, HYPERVISOR_PRIVATE), -XEN_EFAULT);
    check_eq("null", HC(callback_op, CALLBACKOP_register, NULL), -XEN_EFAULT);
    check_eq("unknown_operation", HC(callback_op, 9, NULL), -XEN_ENOSYS);

    check_eq("take_event", take(CALLBACKTYPE_event), -XEN_EINVAL);
    check_eq("take_failsafe", take(CALLBACKTYPE_failsafe), -XEN_EINVAL);
    check_eq("take_syscall", take(CALLBACKTYPE_syscall), -XEN_EINVAL);
    check_eq("take_nmi", take(CALLBACKTYPE_nmi), 0);
    check_eq("take_unknown", take(77), -XEN_ENOSYS);
    check_eq("take_bad_pointer", HC(callback_op, CALLBACKOP_unregister, HYPERVISOR_PRIVATE), -XEN_EFAULT);

    check_eq("set_callbacks", HC(set_callbacks, event_entry_0, failsafe_entry, syscall_entry), 0);
    check_either("set_callbacks_non_canonical", HC(set_callbacks, NON_CANONICAL, failsafe_entry, syscall_entry), -XEN_EINVAL, 0);
    check_eq("event_again", put(CALLBACKTYPE_event, 0, (u64)event_entry_0), 0);
    check_eq("failsafe_again", put(CALLBACKTYPE_failsafe, 0, (u64)failsafe_entry), 0);
    check_eq("syscall_again", put(CALLBACKTYPE_syscall, CALLBACKF_mask_events, (u64)syscall_entry), 0);

    u32 port = bind_ipi(0);
    events_enable();
    evtchn_send(port);
    check_eq("event_delivered", (long)event_count[port], 1);
}
