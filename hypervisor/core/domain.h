/* SPDX-License-Identifier: MIT */
/*
 * domain.h - domains and vcpus.
 *
 * Fields stand in groups by what protects them.  A module's state of a domain
 * hangs off a typed pointer whose type only that module defines.
 */
#ifndef CORE_DOMAIN_H
#define CORE_DOMAIN_H

#include "core/addr.h"

#include <xen/xen.h>
#include <xen/vcpu.h>

#include "core/cont.h"
#include "core/count.h"
#include "core/frame.h"
#include "core/layout.h"
#include "core/lock.h"
#include "core/percpu.h"
#include "core/rcu.h"

struct evtchn_domain;
struct evtchn_vcpu;
struct gnttab_domain;
struct console_domain;
struct fpu_state;

/* A guest's handler for one exception (Xen public: struct trap_info). */
struct vcpu_trap {
    uint64_t address;
    uint16_t cs;
    uint8_t flags; /* bits 0-1: least privileged level that may raise it; bit 2: mask events */
};

#define TRAP_DPL(flags) ((flags) & 3)
#define TRAP_MASKS_EVENTS 4

struct vcpu_callbacks {
    uint64_t event, failsafe, syscall, syscall32, sysenter, nmi;
    bool syscall_masks, failsafe_masks, syscall32_masks, sysenter_masks;
};

enum vcpu_block { VCPU_RUNNABLE = 0, VCPU_BLOCKED, VCPU_POLLING };

struct sched_vcpu {
    struct vcpu *next SC_NULLABLE; /* links of the list it is in */
    struct vcpu *prev SC_NULLABLE;
    uint16_t list;     /* that list's number; 0: none */
    bool running;      /* picked, and not yet given up */
    bool yielded;      /* gave its turn away */
    bool boosted;      /* sched_rr: queued before its equals, woken by an event */
    uint64_t since_ns; /* when it last began to run, or was charged */
    uint64_t ran_ns;   /* how long it has run since it last stood behind its equals: its turn */
    uint64_t affinity; /* bit a CPU: where it may run */
    uint64_t likes;    /* bit a CPU: where it runs if it can; 0: anywhere */
    bool moved;        /* sched_fair: from another queue: vtime_ns is its distance */
    uint64_t vtime_ns; /* sched_fair: what it has run, over its weight; modulo 2^64 */
    uint64_t until_ns; /* sched_fair: parked until then */
};

/* sched_fair's, of a domain. */
struct sched_domain {
    uint32_t weight;       /* atomic */
    uint32_t rate;         /* atomic: virtual time for run time, in 1/65536 */
    uint32_t cap;          /* atomic: percent of a CPU; 0: none */
    uint64_t cap_clock_ns; /* atomic: system time up to which its cap is used up */
};

struct vcpu {
    /* Read by assembly: keep first (asserted in arch/asm_offsets.c). */
    struct domain *domain SC_CORE;
    uint32_t id SC_CORE;
    bool kernel_mode; /* the guest runs its kernel */
    uint64_t kernel_sp;
    uint64_t kernel_ss;
    struct vcpu_info *info SC_CORE; /* live; pinned by info_ref or the shared_info page */

    struct guest_regs regs; /* while not running */
    struct vcpu_callbacks cb;
    struct continuation cont;

    /* Address space.  Each non-zero reference is held. */
    fref_t kernel_pt SC_CORE; /* L4 of the guest kernel */
    fref_t user_pt SC_CORE;   /* L4 of guest user mode; may be none */

    /* Segments and CPU state, valid while the vcpu is not running. */
    uint64_t fs_base, gs_base_kernel, gs_base_user;
    uint16_t ds, es, fs, gs;
    uint64_t cr0_guest; /* TS is the only bit that changes */
    uint64_t cr4_guest;
    uint64_t debugreg[8];
    struct fpu_state *fpu SC_CORE;
    mfn_t fpu_frame SC_CORE;
    uint64_t xcr0;
    uint32_t spec_ctrl; /* its IA32_SPEC_CTRL */

    fref_t gdt_ref[GDT_GUEST_PAGES] SC_CORE;
    uint16_t gdt_entries;
    uint32_t ldt_entries;
    uint64_t ldt_base;
    uint16_t ldt_mapped; /* bit a page of the LDT mapped */
    fref_t ldt_ref[LDT_PAGES] SC_CORE;

    uint8_t iopl;
    struct vcpu_trap traps[256];

    /* vcpu_info, runstate, time areas */
    fref_t info_ref SC_CORE;
    struct vcpu_info *info_before SC_NULLABLE SC_CORE; /* until it registered one; null: settled */
    mfn_t info_frame SC_CORE;                          /* what that is in, of a high vcpu; or 0 */
    struct rcu_item info_left;
    uint64_t runstate_gva;
    spinlock_t runstate_lock;
    struct vcpu_runstate_info runstate SC_GUARDED_BY(runstate_lock);

    struct timer singleshot, periodic, poll;
    uint64_t periodic_ns; /* atomic: 0 stopped */

    /* scheduling */
    uint32_t cpu; /* atomic: where it runs, ran last, or is queued */
    bool online;  /* VCPUOP_up */
    bool initialised;
    uint8_t initialising; /* atomic: a vcpu is at it, or at its vcpu_info */
    bool paused;
    uint8_t block;  /* atomic: enum vcpu_block */
    uint8_t on_cpu; /* atomic: a CPU holds its registers */
    bool nmi_pending;
    struct sched_vcpu sched;

    struct evtchn_vcpu *evtchn;                            /* module evtchn's */
    struct evtchn_vcpu *evtchn_before SC_NULLABLE SC_CORE; /* while its state is converted: core/module_state.c */
    uint32_t virq_port[NR_VIRQS];                          /* per-vcpu and global VIRQs; 0 when unbound */
    uint32_t poll_port;                                    /* port polled while VCPU_POLLING; 0 several, see evtchn */
    mfn_t home SC_CORE;                                    /* the first of the frames that this struct is in */
};

struct domain {
    domid_t id SC_CORE;
    bool privileged SC_CORE; /* the hardware and control domain */
    bool xpti SC_CORE;       /* core/speculation.h */
    bool shut_down, paused;
    bool stopped;   /* it ends: no vcpu of it runs any more ... */
    bool dying;     /* ... and it gets nothing more */
    uint8_t ending; /* atomic: somebody shuts it down */
    uint8_t shutdown_code;
    uint32_t max_vcpus SC_CORE;
    uint32_t nodes;       /* bit a node: where its memory is, and its vcpus like to be */
    uint64_t vnuma_pages; /* pages that it began with, if it is told of its nodes (core/vnuma.h); 0: it is not */
    struct vcpu *vcpu[MAX_VCPUS] SC_CORE;

    struct shared_info *shared SC_CORE; /* live */
    mfn_t shared_mfn SC_CORE;
    fref_t shared_ref SC_CORE; /* of that frame, for the domain's life */

    spinlock_t page_lock;
    uint64_t nr_frames SC_GUARDED_BY(page_lock);
    uint64_t max_frames;
    uint64_t addr_bits; /* frames must be below 2^addr_bits */

    uint64_t loaded_on SC_CORE; /* atomic: bit a CPU that has had an address space of it */
    uint64_t vm_assist;
    mfn_t perdom_l3 SC_CORE;
    mfn_t perdom_l2 SC_CORE;
    mfn_t perdom_l1[MAX_VCPUS * PERDOM_VCPU_PAGES / 512] SC_CORE;

#define NR_WATCHDOGS 2
    struct timer watchdog[NR_WATCHDOGS];

    uint64_t wallclock_offset_ns;

    /* vcpus with block == VCPU_POLLING.  Counted up (locked) before the poller's last look at its
     * ports and down when it is unblocked: evtchn looks for pollers only while it is not 0. */
    uint32_t nr_polling;

    struct evtchn_domain *evtchn; /* module evtchn's */
    struct gnttab_domain *gnttab; /* module gnttab's */
    /* While their state is converted (core/module_state.c): what was there before. */
    struct evtchn_domain *evtchn_before SC_NULLABLE SC_CORE;
    struct gnttab_domain *gnttab_before SC_NULLABLE SC_CORE;
    struct physdev_domain *physdev;  /* module physdev's */
    struct console_domain *console;  /* module console's */
    struct domain *next SC_NULLABLE; /* the list of domains */
    struct sched_domain sched;
    struct domain_counts counts;
    uint8_t hv_event; /* atomic: d has sent to its port of the hypervisor's; the console looks */
    char name[16];

    /* Its end (core/domain_end.c). */
    spinlock_t end_lock;
    uint8_t pauses SC_GUARDED_BY(end_lock); /* XEN_DOMCTL_pausedomain less unpausedomain */
    uint8_t end SC_GUARDED_BY(end_lock);    /* enum end_step */
    uint64_t end_at SC_GUARDED_BY(end_lock);
    uint64_t end_grace SC_GUARDED_BY(end_lock);
    uint64_t nr_left; /* atomic: frames that others hold still, and 1 until the last step; 0 before that */
    bool dead;        /* all steps are done */
    struct rcu_item gone;
    mfn_t home SC_CORE; /* the first of the frames that this struct is in */
};

/* The domain with this id (DOMID_SELF: the caller's), or null.  Inside an RCU read section. */
SC_NULLABLE struct domain *domain_find(struct domain *self SC_NULLABLE, domid_t id);
/* vcpu id of d, or null. */
SC_NULLABLE SC_INLINE struct vcpu *domain_vcpu(const struct domain *d, uint32_t id)
{
    return id < d->max_vcpus && id < MAX_VCPUS ? d->vcpu[id] : NULL;
}
/* Kill the domain for a reason: a dump of the current vcpu, then shutdown(crash). */
void domain_crash(struct domain *d, const char *why, ...) __attribute__((format(printf, 2, 3)));
/* d has sent to the port whose other end is the hypervisor: its console is looked at on the way to a guest. */
void domain_hv_event(struct domain *d);
/* The guest asked for shutdown, or was killed: SHUTDOWN_* of xen/sched.h. */
void domain_shutdown(struct domain *d, uint8_t reason);

/* No vcpu of d runs on, no timer of it is set any more; the CPUs' exit paths pick others.  For who has made it so that
 * they are not runnable. */
SC_CORE void domain_vcpus_stop(struct domain *d);
/*
 * XEN_DOMCTL_destroydomain: a piece of the end of d, at a preemption point.  -EAGAIN: call again after one, if d is
 * still to be found then.  0: done; what others hold of d's frames they keep, and d with its id until they let go.
 * -EINVAL: the caller's own domain, or the hardware domain.  Takes d->end_lock.
 */
SC_NODISCARD int domain_destroy(struct domain *d);
/*
 * XEN_DOMCTL_pausedomain, counted; and the other way.  domain_pause waits as domain_destroy does: *grace is 0 at first
 * and kept between the calls.  -EINVAL: the caller's own domain, or one that is not paused; -EOVERFLOW; -EAGAIN.
 */
SC_NODISCARD int domain_pause(struct domain *d, uint64_t *grace);
SC_NODISCARD int domain_unpause(struct domain *d);
/* Frames that d has, or that others hold still of what it had. */
uint64_t domain_nr_frames(struct domain *d);
/* How much memory is free, into the log. */
void domain_log_memory(void);
/* Off the list, if it is there still: domain_find knows it no more.  Takes domlist. */
SC_CORE bool domain_unlink(struct domain *d);
/* Softirq: the domains that have ended, and of which nobody holds anything. */
SC_CORE void domains_reap(void);
/* Then, after a grace period: free what d is made of. */
SC_CORE void domain_free(struct domain *d);
/* Domains that are on their way from the one to the other: with all that hangs off them, and not on the list. */
SC_CORE uint32_t domains_leaving(void);
/* The memory of a domain, and its vcpus, that nobody knows. */
SC_CORE void domain_memory_free(struct domain *d);

/* A new domain with max_vcpus vcpu slots for these nodes (bit a node), no memory, not yet to be found; or null. */
SC_NULLABLE struct domain *domain_create(domid_t id, uint32_t max_vcpus, bool privileged, uint32_t nodes);
/* From now on domain_find knows d.  Takes domlist. */
void domain_publish(struct domain *d);
/* Undo domain_create of a domain that was not published and has given back its memory. */
void domain_discard(struct domain *d);
/* A vcpu of d, not initialised, not online; 0, -EINVAL, -EEXIST, -ENOMEM. */
SC_NODISCARD int vcpu_create(struct domain *d, uint32_t id);
/* The idle vcpu of a CPU; or null. */
SC_CORE SC_NULLABLE struct vcpu *vcpu_create_idle(struct cpu *cpu);
/* A frame that the caller has cleared, as a new domain's start_info page. */
SC_INLINE struct start_info *frame_start_info(mfn_t m)
{
    SC_REQUIRE(frame_is_plain(m));
    SC_UNSAFE("DEV-16: start_info is smaller than a frame, and aligned at its start")
    {
        return (struct start_info *)(void *)frame_bytes(m);
    }
}

/*
 * What the machine reads of a vcpu's frames: the vcpu owns the references, and where one is not what it must be the
 * module fails (SC_REQUIRE).  core/vcpu_holds.c.
 */

/* v's L4, sealed, for its kernel or its users (who may have none; not while they run): yields the one before.
 * CR3 follows. */
SC_OWNED fref_t vcpu_set_base(struct vcpu *v, bool user, SC_OWNED fref_t l4);
/* A page of descriptors (KIND_SEG) in the GDT, page below GDT_GUEST_PAGES, or the LDT, below LDT_PAGES, where there is
 * none yet. */
void vcpu_map_gdt(struct vcpu *v, unsigned page, SC_OWNED fref_t held);
void vcpu_map_ldt(struct vcpu *v, unsigned page, SC_OWNED fref_t held);
/* Out of it; perhaps none.  The caller flushes the TLB before the frame is used otherwise. */
SC_OWNED fref_t vcpu_unmap_gdt(struct vcpu *v, unsigned page);
SC_OWNED fref_t vcpu_unmap_ldt(struct vcpu *v, unsigned page);
/* The live vcpu_info of v changes, once, to another place: offset in a frame held RW (VCPUOP_register_vcpu_info). */
void vcpu_set_info(struct vcpu *v, SC_OWNED fref_t held, uint32_t offset);

/* For the end of a domain, none of whose vcpus is on a CPU: v's L4, as vcpu_set_base; and its vcpu_info is where nobody
 * reads it. */
SC_OWNED fref_t vcpu_drop_base(struct vcpu *v, bool user);
void vcpu_drop_info(struct vcpu *v);

/* After a grace period: an event that was still told where v->info was before is told again; that page is freed. */
SC_CORE void vcpu_info_settle(struct vcpu *v);

/* An entry of the per-domain area: pages 0-15 of v's GDT, then its LDT's from LDT_FIRST_PAGE on. */
SC_CORE void perdom_map(const struct vcpu *v, unsigned page, uint64_t pte);
/* A GDT of zeroes. */
SC_CORE void perdom_init_gdt(const struct vcpu *v);

/* Read with slot_read(). */
extern struct domain *domain_list SC_SLOT;
extern struct domain *hardware_domain SC_BOOT;

#endif
