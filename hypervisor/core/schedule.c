/* SPDX-License-Identifier: MIT */
/* Switching between vcpus: the core's half of the scheduler port. */
#include "arch/cpu.h"
#include "core/fpu.h"
#include "core/segments.h"
#include "core/tlb.h"
#include "core/atomic.h"
#include "core/domain.h"
#include "core/guest.h"
#include "core/log.h"
#include "core/schedule.h"
#include "core/speculation.h"
#include "ports/sched.h"

/* Account the time spent in the old state and enter the new one. */
SC_HOLDS(v->runstate_lock) static void runstate_change_locked(struct vcpu *v, int state, uint64_t now)
{
    struct vcpu_runstate_info *r = &v->runstate;

    if (now > r->state_entry_time) {
        r->time[r->state & 3] += now - r->state_entry_time;
        r->state_entry_time = now;
    }
    r->state = state;
}

static int runstate_idle_state(const struct vcpu *v)
{
    if (vcpu_runnable(v))
        return RUNSTATE_runnable;
    return atomic_read8(&v->block) != VCPU_RUNNABLE ? RUNSTATE_blocked : RUNSTATE_offline;
}

static void runstate_run(struct vcpu *v, uint64_t now)
{
    spin_lock(&v->runstate_lock);
    runstate_change_locked(v, RUNSTATE_running, now);
    spin_unlock(&v->runstate_lock);
}

/* What keeps v from running is looked at with the lock held: who changes it comes here afterwards. */
static void runstate_leave(struct vcpu *v, uint64_t now)
{
    spin_lock(&v->runstate_lock);
    runstate_change_locked(v, runstate_idle_state(v), now);
    spin_unlock(&v->runstate_lock);
}

void runstate_look(struct vcpu *v)
{
    spin_lock(&v->runstate_lock);
    if (v->runstate.state != RUNSTATE_running)
        runstate_change_locked(v, runstate_idle_state(v), now_ns());
    spin_unlock(&v->runstate_lock);
}

void runstate_publish(struct vcpu *v)
{
    struct vcpu_runstate_info r;
    int rc;

    if (v->runstate_gva == 0)
        return;
    spin_lock(&v->runstate_lock);
    r = v->runstate;
    spin_unlock(&v->runstate_lock);
    /* The area is in the kernel's half; a vcpu stopped in user mode has the other table. */
    if (!v->kernel_mode)
        write_cr3(v->kernel_pt.v & PAGE_MASK);
    rc = guest_put(gva(v->runstate_gva), r);
    if (!v->kernel_mode)
        write_cr3(v->user_pt.v & PAGE_MASK);
    if (rc != 0)
        v->runstate_gva = 0; /* the guest took the page away */
}

void runstate_now(struct vcpu *v, struct vcpu_runstate_info *out)
{
    uint64_t now;

    spin_lock(&v->runstate_lock);
    now = now_ns();
    *out = v->runstate;
    spin_unlock(&v->runstate_lock);
    if (now > out->state_entry_time)
        out->time[out->state & 3] += now - out->state_entry_time;
}

/* What the machine holds of v goes into v. */
static void machine_save(struct cpu *cpu, struct vcpu *v)
{
    v->regs = *guest_regs();
    segments_save(v);
    fpu_save(v);
}

/* The machine's registers become next's; prev's have been saved. */
static void machine_load(struct cpu *cpu, struct vcpu *prev SC_NULLABLE, struct vcpu *next)
{
    if ((atomic_read64(&next->domain->loaded_on) >> cpu->id & 1) == 0)
        atomic_or64(&next->domain->loaded_on, 1UL << cpu->id);
    slot_publish(cpu->last_ctx, next);
    *guest_regs() = next->regs;
    perdom_map(next, GDT_GUEST_PAGES, cpu_gdt_pte(cpu));
    cr3_load(mfn_to_maddr(fref_mfn(next->kernel_mode ? next->kernel_pt : next->user_pt)).v);
    speculation_switch(cpu, next);
    segments_load(next, prev);
    fpu_switch(next);
}

/* It holds nobody's: only the hypervisor's own. */
static void machine_clear(struct cpu *cpu)
{
    cr3_load(mfn_to_maddr(hv_l4).v);
    segments_load_hv(cpu);
    slot_publish(cpu->last_ctx, NULL);
}

static void context_switch(struct cpu *cpu, struct vcpu *prev, struct vcpu *next)
{
    uint64_t now = now_ns();

    if (prev != cpu->idle) {
        runstate_leave(prev, now);
        machine_save(cpu, prev);
    }
    slot_publish(cpu->current, next);
    cpu_top()->current = next;
    if (next == cpu->idle) {
        machine_clear(cpu);
    } else {
        atomic_write8(&next->on_cpu, 1);
        counts_add(&next->domain->counts, COUNT_RUN);
        machine_load(cpu, prev != cpu->idle ? prev : NULL, next);
        runstate_run(next, now);
        runstate_publish(next);
    }
    atomic_write8(&prev->on_cpu, 0); /* from here on another CPU may run it */
}

/* On a CPU that goes out of service: always the idle vcpu. */
static struct vcpu *quit(struct cpu *cpu, struct vcpu *prev, uint64_t now, uint64_t *slice_ns)
{
    if (prev != cpu->idle)
        sched_quit(cpu, prev, now);
    *slice_ns = 0;
    return cpu->idle;
}

void schedule(void)
{
    struct cpu *cpu = this_cpu();
    struct vcpu *prev = cpu->current, *next;
    struct timer *slice = &cpu->slice;
    uint64_t now = now_ns(), slice_ns;

    if (likely(cpu_in_service(cpu->id)))
        next = sched_pick(cpu, prev, now, &slice_ns);
    else
        next = quit(cpu, prev, now, &slice_ns);
    if (slice_ns != 0) {
        slice->kind = TIMER_SCHED;
        timer_set(slice, now + slice_ns);
    } else {
        timer_stop(slice);
    }
    if (next != prev)
        context_switch(cpu, prev, next);
}

void vcpu_unblock(struct vcpu *v)
{
    uint8_t was = atomic_xchg8(&v->block, VCPU_RUNNABLE);

    if (was == VCPU_RUNNABLE)
        return;
    if (was == VCPU_POLLING)
        atomic_add32(&v->domain->nr_polling, (uint32_t)-1);
    timer_stop(&v->poll);
    runstate_look(v);
    if (vcpu_runnable(v))
        sched_wake(v);
}

/* The upcall byte was set with a full barrier, as v's CPU makes one between taking v and its last look at the byte. */
void vcpu_kick(struct vcpu *v)
{
    struct cpu *cpu = &cpus[atomic_read32(&v->cpu) % MAX_CPUS];

    if (atomic_read8(&v->block) != VCPU_RUNNABLE) {
        counts_add(&v->domain->counts, COUNT_KICK);
        vcpu_unblock(v);
    } else if (cpu != this_cpu() && slot_read(cpu->current) == v) {
        counts_add(&v->domain->counts, COUNT_KICK);
        cpu_look(cpu); /* on this CPU it looks on the way out anyway */
    }
}
