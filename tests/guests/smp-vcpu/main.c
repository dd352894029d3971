/*
 * vcpu_op on vcpus that run on other CPUs.
 *
 * Checks: two vcpus initialise the same third at once, one of them succeeds and its context it is that runs; up, down, is_up and
 *   get_runstate_info of running vcpus in loops by three vcpus, at the end one that is up goes on and one that is down stands still; NMIs to a vcpu
 *   that spins, makes hypercalls or blocks, each comes; vcpu_info of a running vcpu is not to be moved by another, runstate areas
 *   follow; the times of a runstate add up to the time that passed, never back, whoever asks.
 * Run: vcpus=8 smp=4
 */
#include "smp.h"

#define HAMMERS 3 // vcpus 0 to 2 act on the others
#define VICTIM 3
#define FIRST_RACED 4
#define ROUNDS 1500
#define NMIS 90
#define SLACK_NS 1000 // rounding

static volatile u64 beats[VCPUS_MAX], started_by[VCPUS_MAX];
static volatile u32 phase_wrong, back_and_forth, nmis, nmi_mode, ending;
static volatile long results[VCPUS_MAX][2];
static struct vcpu_runstate_info area[VCPUS_MAX];
static u8 info_page[PAGE_SIZE] PAGE;

static void beat(u32 vcpu)
{
    for (;;) {
        beats[vcpu]++;
        if (beats[vcpu] % 1024 == 0)
            yield();
    }
}

static long op(u32 command, u32 vcpu)
{
    return HC(vcpu_op, command, vcpu, NULL);
}

// ---- two initialise one
static void raced(u32 vcpu)
{
    u64 mark;

    __asm__ volatile("mov %%r15, %[mark]" : [mark] "=r"(mark));
    started_by[vcpu] = mark;
    beat(vcpu);
}

static void initialise_all(u32 who)
{
    static struct vcpu_guest_context contexts[2];

    for (u32 vcpu = FIRST_RACED; vcpu < VCPUS_MAX; vcpu++) {
        vcpu_context(vcpu, &contexts[who]);
        contexts[who].user_regs.r15 = 100 + who;
        vcpu_function[vcpu] = raced;
        smp_barrier(2);
        results[vcpu][who] = HC(vcpu_op, VCPUOP_initialise, vcpu, &contexts[who]);
        smp_barrier(2);
    }
}

static void check_initialised(void)
{
    u32 winners = 0, wrong_context = 0, odd = 0;

    for (u32 vcpu = FIRST_RACED; vcpu < VCPUS_MAX; vcpu++) {
        for (u32 who = 0; who < 2; who++) {
            winners += results[vcpu][who] == 0;
            odd += results[vcpu][who] != 0 && results[vcpu][who] != -XEN_EEXIST && results[vcpu][who] != -XEN_EBUSY;
        }
        check_eq("raced_up", op(VCPUOP_up, vcpu), 0);
        smp_wait((volatile u32 *)&started_by[vcpu], 1, "a vcpu's start");
        wrong_context += results[vcpu][started_by[vcpu] - 100] != 0;
        check_eq("raced_down", op(VCPUOP_down, vcpu), 0);
    }
    check_eq("one_initialises", winners, VCPUS_MAX - FIRST_RACED);
    check_eq("the_other_is_refused", odd, 0);
    check_eq("its_context_runs", wrong_context, 0);
}

// ---- up and down
static u64 total(const struct vcpu_runstate_info *of)
{
    return of->time[0] + of->time[1] + of->time[2] + of->time[3];
}

// The times of a runstate against what passed between two questions. Each asker has its own memory of the vcpu.
static void follow(u32 me, u32 vcpu)
{
    static struct memory {
        u64 total, before, after;
    } memories[HAMMERS][VCPUS_MAX];
    struct memory *was = &memories[me][vcpu], now;
    struct vcpu_runstate_info info;

    now.before = time_ns(me);
    if (HC(vcpu_op, VCPUOP_get_runstate_info, vcpu, &info) != 0)
        add32(&phase_wrong, 1);
    now.after = time_ns(me);
    now.total = total(&info);
    if (was->total != 0 && (now.total + SLACK_NS < was->total + (now.before - was->after) ||
                            now.total > was->total + (now.after - was->before) + SLACK_NS))
        add32(&back_and_forth, 1);
    *was = now;
}

static void hammer(u32 me)
{
    for (u32 i = 0; i < ROUNDS; i++) {
        u32 vcpu = VICTIM + (u32)below(VCPUS_MAX - VICTIM);
        long is_up;

        switch (below(4)) {
        case 0: phase_wrong += op(VCPUOP_up, vcpu) != 0; break;
        case 1: phase_wrong += op(VCPUOP_down, vcpu) != 0; break;
        case 2:
            is_up = op(VCPUOP_is_up, vcpu);
            phase_wrong += is_up != 0 && is_up != 1;
            break;
        default: follow(me, vcpu); break;
        }
        if (i % 64 == 0)
            follow(me, (u32)below(HAMMERS));
    }
}

// More vcpus than CPUs are up, so that some are taken down while they run and some while they wait.
static void check_hammered(void)
{
    u64 until = now_ns() + PATIENCE_S * 1000000000UL;

    check_eq("calls_refused", phase_wrong, 0);
    check_eq("runstate_times_add_up", back_and_forth, 0);
    for (u32 vcpu = VICTIM; vcpu < VCPUS_MAX; vcpu++) {
        check_eq("up", op(VCPUOP_up, vcpu), 0);
        check_eq("is_up", op(VCPUOP_is_up, vcpu), 1);
    }
    for (u32 vcpu = VICTIM; vcpu < VCPUS_MAX; vcpu++)
        for (u64 beat = beats[vcpu]; beats[vcpu] == beat; yield())
            if (now_ns() > until)
                fatal("vcpu %u is up and does not run", vcpu);
    for (u32 vcpu = VICTIM; vcpu < VCPUS_MAX; vcpu++) {
        check_eq("down", op(VCPUOP_down, vcpu), 0);
        check_eq("is_down", op(VCPUOP_is_up, vcpu), 0);
    }
    for (u32 vcpu = VICTIM; vcpu < VCPUS_MAX; vcpu++) {
        struct vcpu_runstate_info info = { .state = RUNSTATE_running };

        while (info.state != RUNSTATE_offline && now_ns() < until)
            HC(vcpu_op, VCPUOP_get_runstate_info, vcpu, &info);
        check_eq("offline", info.state, RUNSTATE_offline);
        u64 beat = beats[vcpu];
        for (u32 i = 0; i < 100; i++)
            yield();
        check("stands_still", beats[vcpu] == beat);
    }
}

// ---- shared places
static void check_places(void)
{
    struct vcpu_register_vcpu_info place = { .mfn = mfn_of(info_page), .offset = 64 };
    struct vcpu_register_runstate_memory_area register_area;

    check_eq("up_again", op(VCPUOP_up, VICTIM), 0);
    check_eq("info_of_a_running_vcpu", HC(vcpu_op, VCPUOP_register_vcpu_info, VICTIM, &place), -XEN_EINVAL);
    area[VICTIM].state = 99;
    register_area.addr.v = &area[VICTIM];
    check_eq("area_of_a_running_vcpu", HC(vcpu_op, VCPUOP_register_runstate_memory_area, VICTIM, &register_area), 0);
    u64 until = now_ns() + PATIENCE_S * 1000000000UL, entered = area[VICTIM].state_entry_time;
    while (*(volatile u64 *)&area[VICTIM].state_entry_time == entered && now_ns() < until) {
        op(VCPUOP_down, VICTIM);
        yield();
        op(VCPUOP_up, VICTIM);
        yield();
    }
    check("area_follows", area[VICTIM].state_entry_time != entered);
    check_eq("area_running", area[VICTIM].state, RUNSTATE_running);
    register_area.addr.v = (void *)HYPERVISOR_PRIVATE;
    check("area_in_the_hypervisor", HC(vcpu_op, VCPUOP_register_runstate_memory_area, VICTIM, &register_area) < 0);
    check_eq("info_of_a_vcpu_that_is_down", HC(vcpu_op, VCPUOP_register_vcpu_info, FIRST_RACED, &place), 0);
    check_eq("info_twice", HC(vcpu_op, VCPUOP_register_vcpu_info, FIRST_RACED, &place), -XEN_EINVAL);
}

// ---- NMIs from vcpu 1 to vcpu 0
static bool on_trap(struct regs *regs)
{
    if (regs->vector == 2)
        add32(&nmis, 1);
    return regs->vector == 2;
}

static void send_nmis(void)
{
    for (u32 i = 0; i < NMIS; i++) {
        u32 before = nmis;

        nmi_mode = i % 3;
        phase_wrong += op(VCPUOP_send_nmi, 0) != 0;
        smp_wait(&nmis, before + 1, "an NMI");
    }
    ending = 1;
    evtchn_send(1);
}

static void take_nmis(void)
{
    while (ending == 0) {
        if (nmi_mode == 0)
            relax();
        else if (nmi_mode == 1)
            HC(xen_version, XENVER_version, NULL);
        else
            HC(vcpu_op, VCPUOP_is_up, 1, NULL);
    }
}

static void work(u32 vcpu)
{
    if (vcpu == VICTIM)
        beat(vcpu);
    if (vcpu < 2)
        initialise_all(vcpu);
    smp_barrier(HAMMERS);
    if (vcpu == 0)
        check_initialised();
    smp_barrier(HAMMERS);
    hammer(vcpu);
    smp_barrier(HAMMERS);
    if (vcpu == 0) {
        check_hammered();
        check_places();
    }
    smp_barrier(HAMMERS);
    if (vcpu == 0)
        take_nmis();
    else if (vcpu == 1)
        send_nmis();
}

void test_main(void)
{
    extern u64 entry_of_vector[21];
    struct xennmi_callback nmi = { entry_of_vector[2], 0 };

    trap_hook = on_trap;
    check_eq("nmi_callback", HC(nmi_op, XENNMI_register_callback, &nmi), 0);
    smp_start(VICTIM + 1, work);
    work(0);
    check_eq("nmis", (long)nmis, NMIS);
    check_eq("nmis_refused", phase_wrong, 0);
}
