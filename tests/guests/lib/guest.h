// What a test guest can use. A test is a folder with main.c, which defines test_main() and includes this.
#pragma once
#include "hypercall.h"

#define PAGE_SIZE 4096UL
#define PAGE __attribute__((aligned(4096)))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define VIRT_BASE 0xffffffff80000000UL
#define KERNEL_CS 0xe033
#define KERNEL_SS 0xe02b
#define VCPUS_MAX 8 // vcpus that the library knows
#define HYPERVISOR_START 0xffff800000000000UL
#define HYPERVISOR_PRIVATE 0xffff820000000000UL // past the tables that guests may read
#define HYPERVISOR_END 0xffff880000000000UL
#define NON_CANONICAL 0x8000000000000000UL

// Page-table bits
#define PTE_P 0x001UL
#define PTE_RW 0x002UL
#define PTE_US 0x004UL
#define PTE_PWT 0x008UL
#define PTE_PCD 0x010UL
#define PTE_A 0x020UL
#define PTE_D 0x040UL
#define PTE_PS 0x080UL
#define PTE_NX (1UL << 63)
#define PTE_MFN(pte) (((pte) & 0x000ffffffffff000UL) >> 12)
#define RW_PTE (PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D)
#define RO_PTE (PTE_P | PTE_US | PTE_A)
#define TABLE_PTE (PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D)

// ---- test.c: results and text
extern const char test_name[];
#ifdef TEST_NAME
__attribute__((weak)) const char test_name[] = TEST_NAME;
#endif
void test_main(void);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void check(const char *what, bool good);
void check_eq(const char *what, long got, long want);
// Two answers are right: a refusal, or acceptance of what does no harm.
void check_either(const char *what, long got, long one, long other);
void check_range(const char *what, u64 got, u64 low, u64 high);
// xen-differs: want is what SafeHype must answer; on Xen (word on_xen on the command line) xen is right instead.
void check_differs(const char *what, long got, long want, long xen);
bool on_xen(void);
u64 argument(const char *name, u64 otherwise); // name=number on the guest's command line
__attribute__((noreturn)) void test_end(void);
__attribute__((noreturn)) void fatal(const char *format, ...) __attribute__((format(printf, 1, 2)));

// ---- string.c
void *memset(void *to, int value, size_t size);
void *memcpy(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *s);
int strncmp(const char *a, const char *b, size_t size);
const char *strstr(const char *in, const char *what);

// ---- trap.c: exceptions
struct regs {
    u64 r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    u64 vector, error, rip, cs, rflags, rsp, ss;
};
enum { ENTRY_SYSCALL = 256, ENTRY_SYSCALL32 = 257, ENTRY_EVENT = 512, ENTRY_FAILSAFE = 1024, NO_TRAP = 9999 };
struct trap {
    u64 vector, error, cr2, rip, cs, rflags, count;
};
extern volatile struct trap last_trap; // vector is NO_TRAP when TRY met none
extern volatile u64 try_resume;
extern bool (*trap_hook)(struct regs *); // true: handled, resume the frame
void traps_install(void);
bool from_user(const struct regs *regs);
// Executes one or more instructions; a trap ends them and is left in last_trap. Evaluates to the vector or NO_TRAP.
#define TRY(instructions, ...)                                                                              \
    ({                                                                                                      \
        last_trap.vector = NO_TRAP;                                                                         \
        __asm__ volatile("movq $77f, try_resume\n\t" instructions "\n77: movq $0, try_resume" __VA_ARGS__); \
        last_trap.vector;                                                                                   \
    })
u64 try_read(const volatile void *at);             // the vector, or NO_TRAP
u64 try_write(volatile void *at, u64 value);       // eight bytes
u64 try_call(const void *at);                      // executes there; a trap comes back
u64 try_far(u16 selector);                         // far return to selector:0
extern volatile u64 try_value;                     // what try_read read

// ---- mm.c: page tables
extern start_info_t *si;
extern struct shared_info *shared;
static inline u64 *m2p(void) { return (u64 *)HYPERVISOR_START; }
u64 mfn_of(const void *va);
u64 maddr_of(const void *va);
void *va_of_mfn(u64 mfn);
u64 *entry_of(const void *va, int level);   // the entry of that level (1..4) that maps va, as the guest sees it
u64 entry_maddr(const void *va, int level); // its machine address
long va_update(const void *va, u64 pte, u64 flags);
void map(const void *va, u64 mfn, u64 flags); // fatal when refused
void map_ro(const void *va);
void map_rw(const void *va);
void unmap(const void *va);
long mmu_update1(u64 ptr, u64 val);
long mmu_update_dom(u64 ptr, u64 val, u32 domid);
long mmuext(u32 cmd, u64 arg1, u64 arg2);
long mmuext_dom(u32 cmd, u64 arg1, u64 arg2, u32 domid);
u64 free_page_va(void); // an address below VIRT_BASE's mapped part with a level-1 table and nothing mapped

// ---- event.c: event channels, 2-level, and time
extern volatile u32 event_count[4096]; // upcalls seen per port
extern volatile u32 upcalls[VCPUS_MAX]; // per vcpu
extern void (*event_hook)(u32 vcpu, u32 port);
extern void (*upcall_hook)(u32 vcpu);  // replaces the 2-level scan (FIFO tests)
void guest_event(u32 vcpu);            // what an upcall does
// Which vcpu a port is bound to, so that another does not take its event (0; bind_ipi and bind_virq say it themselves).
extern u8 event_owner[4096];
void events_install(void);
void events_enable(void);
void events_disable(void);
bool events_enabled(void);
bool event_pending(u32 port);
bool event_masked(u32 port);
void event_unmask(u32 port);
void event_clear(u32 port);
long evtchn_op(u32 op, void *arg);
long evtchn_send(u32 port);
long evtchn_close(u32 port);
u32 bind_ipi(u32 vcpu);
u32 bind_virq(u32 virq, u32 vcpu);
u64 now_ns(void); // the hypervisor's system time, read as a guest reads it
u64 time_ns(u32 vcpu);
long block(void);
long yield(void);
bool wait_for(volatile u32 *counter, u32 above, u64 timeout_ns); // blocks until *counter > above
u64 rdtsc(void);

// ---- vcpu.c: other vcpus, and user mode
extern void (*vcpu_function[VCPUS_MAX])(u32 vcpu);
extern u64 entry_of_event[VCPUS_MAX]; // each vcpu's event entry
u32 this_vcpu(void);
long vcpu_context(u32 vcpu, struct vcpu_guest_context *context); // a context that calls vcpu_function[vcpu]
long vcpu_start(u32 vcpu, void (*function)(u32));
void vcpu_main(u32 vcpu);
// Runs function(argument) in user mode until it calls user_exit or traps; gives the exit value, or -1 after a trap (last_trap).
long run_user(void (*function)(u64), u64 argument);
long run_user_frame(u64 rip, u64 rsp, u64 rflags, u64 cs, u64 argument);
extern long (*user_syscall)(struct regs *); // for system calls but user_exit; sets the result
__attribute__((noreturn)) void user_exit(u64 value);
long user_call(u64 number, u64 argument);
