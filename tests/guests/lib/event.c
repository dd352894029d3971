// Event channels (2-level) and the hypervisor's time.
#include "guest.h"

volatile u32 event_count[4096], upcalls[VCPUS_MAX];
u8 event_owner[4096];
void (*event_hook)(u32 vcpu, u32 port);
void (*upcall_hook)(u32 vcpu);

extern char failsafe_entry[], syscall_entry[];

void events_install(void)
{
    struct callback_register event = { CALLBACKTYPE_event, 0, entry_of_event[0] };
    struct callback_register failsafe = { CALLBACKTYPE_failsafe, 0, (u64)failsafe_entry };
    struct callback_register system_call = { CALLBACKTYPE_syscall, CALLBACKF_mask_events, (u64)syscall_entry };

    if (HC(callback_op, CALLBACKOP_register, &event) != 0 || HC(callback_op, CALLBACKOP_register, &failsafe) != 0 ||
        HC(callback_op, CALLBACKOP_register, &system_call) != 0)
        fatal("callback_op refused the test's own entries");
}

static void deliver(u32 vcpu, u32 port)
{
    event_clear(port);
    event_count[port]++;
    if (event_hook != NULL)
        event_hook(vcpu, port);
}

void guest_event(u32 vcpu)
{
    struct vcpu_info *info = &shared->vcpu_info[vcpu];

    upcalls[vcpu]++;
    if (upcall_hook != NULL) {
        upcall_hook(vcpu);
        return;
    }
    while (__atomic_exchange_n(&info->evtchn_upcall_pending, 0, __ATOMIC_SEQ_CST) != 0) {
        u64 words = __atomic_exchange_n(&info->evtchn_pending_sel, 0, __ATOMIC_SEQ_CST);

        for (u32 word = 0; word < 64; word++) {
            if ((words >> word & 1) == 0)
                continue;
            u64 bits = shared->evtchn_pending[word] & ~shared->evtchn_mask[word];

            for (u32 bit = 0; bit < 64; bit++)
                if ((bits >> bit & 1) != 0 && event_owner[word * 64 + bit] == vcpu)
                    deliver(vcpu, word * 64 + bit);
        }
    }
}

void events_enable(void)
{
    shared->vcpu_info[0].evtchn_upcall_mask = 0;
    __asm__ volatile("" : : : "memory");
    if (shared->vcpu_info[0].evtchn_upcall_pending != 0)
        HC(xen_version, XENVER_version, NULL); // any hypercall delivers what came while masked
}

bool events_enabled(void)
{
    return shared->vcpu_info[0].evtchn_upcall_mask == 0;
}

void events_disable(void)
{
    shared->vcpu_info[0].evtchn_upcall_mask = 1;
    __asm__ volatile("" : : : "memory");
}

static volatile u64 *word_of(volatile void *words, u32 port)
{
    return (volatile u64 *)words + port / 64;
}

bool event_pending(u32 port)
{
    return (*word_of(shared->evtchn_pending, port) >> (port % 64) & 1) != 0;
}

bool event_masked(u32 port)
{
    return (*word_of(shared->evtchn_mask, port) >> (port % 64) & 1) != 0;
}

void event_clear(u32 port)
{
    __atomic_and_fetch(word_of(shared->evtchn_pending, port), ~(1UL << (port % 64)), __ATOMIC_SEQ_CST);
}

void event_unmask(u32 port)
{
    struct evtchn_unmask unmask = { port };

    if (evtchn_op(EVTCHNOP_unmask, &unmask) != 0)
        fatal("unmask of port %u", port);
}

long evtchn_op(u32 op, void *arg)
{
    return HC(event_channel_op, op, arg);
}

long evtchn_send(u32 port)
{
    struct evtchn_send send = { port };

    return evtchn_op(EVTCHNOP_send, &send);
}

long evtchn_close(u32 port)
{
    struct evtchn_close close = { port };

    return evtchn_op(EVTCHNOP_close, &close);
}

u32 bind_ipi(u32 vcpu)
{
    struct evtchn_bind_ipi bind = { vcpu, 0 };
    long ret = evtchn_op(EVTCHNOP_bind_ipi, &bind);

    if (ret != 0)
        fatal("bind_ipi to vcpu %u: %ld", vcpu, ret);
    event_owner[bind.port] = (u8)vcpu;
    event_unmask(bind.port);
    return bind.port;
}

u32 bind_virq(u32 virq, u32 vcpu)
{
    struct evtchn_bind_virq bind = { virq, vcpu, 0 };
    long ret = evtchn_op(EVTCHNOP_bind_virq, &bind);

    if (ret != 0)
        fatal("bind_virq %u to vcpu %u: %ld", virq, vcpu, ret);
    event_owner[bind.port] = (u8)vcpu;
    event_unmask(bind.port);
    return bind.port;
}

u64 rdtsc(void)
{
    u32 low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return low | (u64)high << 32;
}

u64 time_ns(u32 vcpu)
{
    volatile struct vcpu_time_info *time = &shared->vcpu_info[vcpu].time;

    for (;;) {
        u32 version = __atomic_load_n(&time->version, __ATOMIC_ACQUIRE);
        u64 delta = rdtsc() - time->tsc_timestamp;
        int shift = time->tsc_shift;

        delta = shift < 0 ? delta >> -shift : delta << shift;
        u64 now = time->system_time + (u64)(((unsigned __int128)delta * time->tsc_to_system_mul) >> 32);

        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        if ((version & 1) == 0 && version == time->version)
            return now;
    }
}

u64 now_ns(void)
{
    return time_ns(0);
}

long block(void)
{
    return HC(sched_op, SCHEDOP_block, NULL);
}

long yield(void)
{
    return HC(sched_op, SCHEDOP_yield, NULL);
}

bool wait_for(volatile u32 *counter, u32 above, u64 timeout_ns)
{
    u64 until = now_ns() + timeout_ns;

    while (*counter <= above && now_ns() < until) {
        events_enable();
        yield();
    }
    return *counter > above;
}
