/*
 * in and out of guest kernel and user mode.
 *
 * Checks: without I/O privilege #GP, after physdev_op set_iopl they work for the kernel of the first domain; the hypervisor's own ports (its UART)
 *   do not answer; string forms, 8, 16 and 32 bits; set_iobitmap; user mode only with privilege 3.
 */
#include "guest.h"

static u8 bitmap[8192] PAGE;

static void set_iopl(u32 level)
{
    struct physdev_set_iopl iopl = { level };

    check_eq("set_iopl", HC(physdev_op, PHYSDEVOP_set_iopl, &iopl), 0);
}

static u64 in8(u16 port, u8 *value)
{
    u8 got = 0x5a;
    u64 vector = TRY("inb %%dx, %%al", : "+a"(got) : "d"(port) : "memory");

    *value = got;
    return vector;
}

static u32 in32(u16 port)
{
    u32 got = 0;

    TRY("inl %%dx, %%eax", : "+a"(got) : "d"(port) : "memory");
    return got;
}

static void user_in(u64 port)
{
    u8 value;

    __asm__ volatile("inb %%dx, %%al" : "=a"(value) : "d"((u16)port));
    user_exit(value + 1000UL);
}

void test_main(void)
{
    u8 value = 0, buffer[4] = { 0 };
    struct physdev_set_iopl bad = { 4 };
    void *to = buffer;
    u64 count = 1;

    set_iopl(0);
    check_eq("no_privilege_in", (long)in8(0x71, &value), 13);
    check_eq("no_privilege_out", (long)TRY("outb %%al, %%dx", : : "a"(0), "d"(0x80) : "memory"), 13);
    set_iopl(1);
    check_eq("rtc_index", (long)TRY("outb %%al, %%dx", : : "a"(0x0d), "d"(0x70) : "memory"), NO_TRAP);
    check_eq("rtc_read", (long)in8(0x71, &value), NO_TRAP);
    check_eq("rtc_valid", value & 0x7f, 0);
    check_eq("in16", (long)TRY("inw %%dx, %%ax", : : "d"(0x1234) : "rax", "memory"), NO_TRAP);
    check_eq("in32", (long)TRY("inl %%dx, %%eax", : : "d"(0xcf8) : "rax", "memory"), NO_TRAP);
    check_eq("ins", (long)TRY("insb", : "+D"(to), "+c"(count) : "d"(0x71) : "memory"), NO_TRAP);
    check_eq("ins_advances", (long)((u8 *)to - buffer), 1);
    check_eq("in_immediate", (long)TRY("inb $0x71, %%al", : : : "rax", "memory"), NO_TRAP);
    in8(0x3fd, &value);
    check_eq("hypervisors_uart_silent", value, 0xff);
    check_eq("straddling_reads_nothing", (long)in32(0x3f5), 0xffffffff);
    TRY("outb %%al, %%dx", : : "a"(0), "d"(0x3f9) : "memory"); // would turn its interrupts off
    check_eq("user_with_privilege_1", run_user(user_in, 0x71), -1);
    check_eq("user_with_privilege_1_vector", (long)last_trap.vector, 13);
    set_iopl(3);
    check("user_with_privilege_3", run_user(user_in, 0x71) >= 1000);
    set_iopl(0);
    check_eq("iopl_4", HC(physdev_op, PHYSDEVOP_set_iopl, &bad), -XEN_EINVAL);

    struct physdev_set_iobitmap map_op = { .nr_ports = 0x80 };
    set_xen_guest_handle(map_op.bitmap, bitmap);
    check_eq("set_iobitmap", HC(physdev_op, PHYSDEVOP_set_iobitmap, &map_op), 0);
    check("user_by_bitmap", run_user(user_in, 0x71) >= 1000);
    bitmap[0x71 / 8] = 0xff;
    check_eq("user_denied_by_bitmap", run_user(user_in, 0x71), -1);
    check_eq("user_beyond_bitmap", run_user(user_in, 0x80), -1);
    map_op.nr_ports = 65537;
    check_eq("bitmap_too_long", HC(physdev_op, PHYSDEVOP_set_iobitmap, &map_op), -XEN_EINVAL);
    map_op.nr_ports = 65536;
    set_xen_guest_handle(map_op.bitmap, (u8 *)HYPERVISOR_PRIVATE);
    HC(physdev_op, PHYSDEVOP_set_iobitmap, &map_op);
    check_eq("bitmap_in_hypervisor", run_user(user_in, 0x71), -1);
    map_op.nr_ports = 0;
    set_xen_guest_handle(map_op.bitmap, NULL);
    check_eq("bitmap_none", HC(physdev_op, PHYSDEVOP_set_iobitmap, &map_op), 0);
}
