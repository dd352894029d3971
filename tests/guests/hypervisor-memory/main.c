/*
 * The hypervisor's addresses are out of the guest's reach.
 *
 * Checks: reads, writes and jumps all over the hypervisor's 8 TiB fault in the guest with the right address, from guest kernel and user mode;
 *   hypercalls that take pointers refuse hypervisor addresses; descriptor-table instructions do not leak writable addresses.
 */
#include "guest.h"

static void user_touch(u64 at)
{
    *(volatile u64 *)at = 1;
    user_exit(5);
}

void test_main(void)
{
    u64 seed = 12345, faults = 0, addresses = 0, right_cr2 = 0;

    for (u32 i = 0; i < 200; i++) {
        seed = seed * 6364136223846793005UL + 1442695040888963407UL;
        u64 at = i < 64 ? HYPERVISOR_PRIVATE + i * ((HYPERVISOR_END - HYPERVISOR_PRIVATE) / 64)
                        : HYPERVISOR_PRIVATE + (seed >> 16) % (HYPERVISOR_END - HYPERVISOR_PRIVATE - 8);

        addresses += 3;
        faults += try_read((void *)at) == 14;
        right_cr2 += last_trap.cr2 - at < 8;
        faults += try_write((void *)at, seed) == 14;
        right_cr2 += last_trap.cr2 - at < 8;
        faults += try_call((void *)at) == 14;
        right_cr2 += last_trap.cr2 - at < 8;
    }
    check_eq("every_access_faults", (long)faults, (long)addresses);
    check_eq("fault_addresses", (long)right_cr2, (long)addresses);

    struct {
        u16 limit;
        u64 base;
    } __attribute__((packed)) table;
    u64 vector = TRY("sgdt %[table]", : [table] "=m"(table) : : "memory");

    if (vector == NO_TRAP)
        check_eq("gdt_not_writable", (long)try_write((void *)table.base, 0), 14);
    vector = TRY("sidt %[table]", : [table] "=m"(table) : : "memory");
    if (vector == NO_TRAP) {
        check_eq("idt_not_writable", (long)try_write((void *)table.base, 0), 14);
        check_eq("idt_not_readable", (long)try_read((void *)table.base), 14);
    }
    check_eq("user_write", run_user(user_touch, HYPERVISOR_PRIVATE), -1);
    check_eq("user_write_faults", (long)last_trap.vector, 14);
    check_eq("user_write_error", (long)last_trap.error & 6, 6);

    const u64 bad[] = { HYPERVISOR_START, HYPERVISOR_PRIVATE, HYPERVISOR_END - 8, HYPERVISOR_PRIVATE + (1UL << 40), NON_CANONICAL };

    for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
        check("set_trap_table", HC(set_trap_table, bad[i]) < 0 || bad[i] == HYPERVISOR_START);
        check("set_gdt", HC(set_gdt, bad[i], 16) < 0);
        check("mmu_update", HC(mmu_update, bad[i], 1, NULL, DOMID_SELF) < 0);
        check("mmuext_op", HC(mmuext_op, bad[i], 1, NULL, DOMID_SELF) < 0);
        check("multicall", HC(multicall, bad[i], 1) < 0);
        check("event_channel_op", HC(event_channel_op, EVTCHNOP_alloc_unbound, bad[i]) < 0);
        check("sched_op", HC(sched_op, SCHEDOP_poll, bad[i]) < 0);
        check("vcpu_op", HC(vcpu_op, VCPUOP_get_runstate_info, 0, bad[i]) < 0);
        check("grant_table_op", HC(grant_table_op, GNTTABOP_query_size, bad[i], 1) < 0);
        check_either("console_io_read", HC(console_io, CONSOLEIO_read, 16, bad[i]), -XEN_EFAULT, 0);
        check("physdev_op", HC(physdev_op, PHYSDEVOP_apic_read, bad[i]) < 0);
        check("callback_op", HC(callback_op, CALLBACKOP_register, bad[i]) < 0);
    }
}
