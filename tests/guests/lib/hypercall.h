// Hypercalls through the hypercall page, and the Xen public headers that the tests use.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#define __XEN_INTERFACE_VERSION__ 0x00040e00
#include <xen/xen.h>
#include <xen/callback.h>
#include <xen/event_channel.h>
#include <xen/grant_table.h>
#include <xen/io/console.h>
#include <xen/memory.h>
#include <xen/nmi.h>
#include <xen/physdev.h>
#include <xen/sched.h>
#include <xen/vcpu.h>
#include <xen/version.h>
#include <xen/errno.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

// Any number at all, also one that has no slot in the hypercall page.
static inline long hypercall_raw(u64 nr, u64 a, u64 b, u64 c, u64 d, u64 e)
{
    long ret = (long)nr;
    register u64 r10 __asm__("r10") = d;
    register u64 r8 __asm__("r8") = e;

    __asm__ volatile("syscall" : "+a"(ret), "+D"(a), "+S"(b), "+d"(c), "+r"(r10), "+r"(r8) : : "rcx", "r11", "memory", "cc");
    return ret;
}

// A number with a slot: called as a real guest calls it.
static inline long hypercall(u32 nr, u64 a, u64 b, u64 c, u64 d, u64 e)
{
    extern char hypercall_page[];
    long ret;
    void *target = hypercall_page + nr * 32;
    register u64 r10 __asm__("r10") = d;
    register u64 r8 __asm__("r8") = e;

    __asm__ volatile("call *%[target]" : "=a"(ret), "+D"(a), "+S"(b), "+d"(c), "+r"(r10), "+r"(r8)
                     : [target] "0"(target) : "rcx", "r11", "memory", "cc");
    return ret;
}

#define HC_PICK(_1, _2, _3, _4, _5, _6, name, ...) name
#define HC1(n) hypercall(__HYPERVISOR_##n, 0, 0, 0, 0, 0)
#define HC2(n, a) hypercall(__HYPERVISOR_##n, (u64)(a), 0, 0, 0, 0)
#define HC3(n, a, b) hypercall(__HYPERVISOR_##n, (u64)(a), (u64)(b), 0, 0, 0)
#define HC4(n, a, b, c) hypercall(__HYPERVISOR_##n, (u64)(a), (u64)(b), (u64)(c), 0, 0)
#define HC5(n, a, b, c, d) hypercall(__HYPERVISOR_##n, (u64)(a), (u64)(b), (u64)(c), (u64)(d), 0)
#define HC6(n, a, b, c, d, e) hypercall(__HYPERVISOR_##n, (u64)(a), (u64)(b), (u64)(c), (u64)(d), (u64)(e))
// HC(memory_op, XENMEM_x, &argument): up to five arguments.
#define HC(...) HC_PICK(__VA_ARGS__, HC6, HC5, HC4, HC3, HC2, HC1)(__VA_ARGS__)
