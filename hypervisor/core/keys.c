/* SPDX-License-Identifier: MIT */
/* Keys for the hypervisor (Ctrl-a three times), with Xen's letters. */
#include "core/fuel.h"
#include "core/atomic.h"
#include "core/segments.h"
#include "core/log.h"
#include "core/machine.h"
#include "core/numa.h"
#include "core/schedule.h"
#include "core/sites.h"
#include "core/trap.h"
#include "ports/console.h"
#include "ports/evtchn.h"
#include "ports/gnttab.h"
#include "ports/pagealloc.h"
#include "ports/sched.h"

static void key_help(void)
{
    log_err("'d' registers of the running vcpu    'h' this help");
    log_err("'m' memory                           'n' NMI to dom0");
    log_err("'q' domains and vcpus                'r' run queues");
    log_err("'R' reboot the machine               't' time");
    log_err("'M' modules that failed a check      'u' nodes, and domains' memory on them");
    log_err("'p' counts of each domain");
}

SC_STRING static const char *vcpu_state(const struct vcpu *v)
{
    if (!v->online)
        return "down";
    if (atomic_read8(&v->block) == VCPU_BLOCKED)
        return "blocked";
    if (atomic_read8(&v->block) == VCPU_POLLING)
        return "polling";
    return atomic_read8(&v->on_cpu) != 0 ? "running" : "runnable";
}

static void key_domains(void)
{
    for (struct domain *d = slot_read(domain_list); d != NULL; d = slot_read(d->next)) {
        log_err("domain %u%s: %lu of at most %lu frames, %u vcpus%s%s%s", d->id, d->privileged ? " (hardware)" : "",
                domain_nr_frames(d), d->max_frames, d->max_vcpus, d->paused ? ", paused" : "",
                d->shut_down ? ", shut down" : "", d->dying ? ", dying" : "");
        for (uint32_t i = 0; i < d->max_vcpus; i++) {
            const struct vcpu *v = domain_vcpu(d, i);

            if (v != NULL)
                log_err("    vcpu %u: cpu %u, %s, upcall pending %u masked %u", i, v->cpu, vcpu_state(v),
                        v->info->evtchn_upcall_pending, v->info->evtchn_upcall_mask);
        }
    }
}

static void key_counts(void)
{
    for (struct domain *d = slot_read(domain_list); d != NULL; d = slot_read(d->next)) {
        const struct domain_counts *c = &d->counts;

        log_err("domain %u: runs %lu, events %lu, kicks %lu, grants mapped %lu, copied %lu, given and in use %u", d->id,
                counts_sum(c, COUNT_RUN), counts_sum(c, COUNT_EVENT), counts_sum(c, COUNT_KICK),
                counts_sum(c, COUNT_MAP), counts_sum(c, COUNT_COPY), gnttab_domain_pins(d));
    }
}

void keys_handle(char c)
{
    struct vcpu *v = this_cpu()->last_ctx;

    *fuel_word() = INT64_MAX; /* the operator may ask for much */
    log_err("'%c' pressed", c);
    switch (c) {
    case 'h': key_help(); break;
    case 'd':
        if (v != NULL)
            dump_guest(v, guest_regs());
        break;
    case 'm':
        log_err("%lu of %lu frames free, %lu in pools", pagealloc_nr_free(), pagealloc_nr_total(), pools_nr_frames());
        break;
    case 'M': sites_log(); break;
    case 'p': key_counts(); break;
    case 'q': key_domains(); break;
    case 'u': numa_log(); break;
    case 'r':
        log_err("scheduler: %s; current %s", sched_name(), this_cpu()->current == this_cpu()->idle ? "idle" : "busy");
        break;
    case 't': log_err("system time %lu ns", now_ns()); break;
    case 'R': machine_reset();
    case 'n':
        if (hardware_domain != NULL) {
            hardware_domain->vcpu[0]->nmi_pending = true;
            cpu_pend(&cpus[hardware_domain->vcpu[0]->cpu % MAX_CPUS], SOFTIRQ_SCHEDULE);
        }
        break;
    default: log_err("unknown; 'h' lists the keys"); break;
    }
}
