/* SPDX-License-Identifier: MIT */
/*
 * cpu_change.h - a CPU goes out of service or comes back: platform_op and sysctl wait for it.
 *
 * The handler of such a call begins with cpu_change_continues(): what the guest asked is in the record, and not read
 * again.
 */
#ifndef XEN_COMPAT_CPU_CHANGE_H
#define XEN_COMPAT_CPU_CHANGE_H

#include "core/cpus.h"
#include "core/domain.h"

SC_INLINE long cpu_change_step(struct vcpu *v, uint8_t op, uint32_t id, bool online, uint64_t step)
{
    int rc = online ? cpu_online(id, &step) : cpu_offline(id, &step);

    v->cont.active = rc == -EAGAIN;
    if (rc != -EAGAIN)
        return rc;
    v->cont.op = op;
    v->cont.version = 1;
    v->cont.word[0] = step;
    v->cont.word[1] = id;
    v->cont.word[2] = online;
    v->cont.word[12] = 0; /* not livepatch_op's: livepatch.c */
    if (!preempt_needed())
        softirq_raise(SOFTIRQ_CONTINUE); /* the exit path comes back only when something is pending */
    return HC_CONTINUE;
}

/* 0, an error of core/cpus.h, or HC_CONTINUE: hypercall op is called again. */
SC_INLINE long cpu_change(struct vcpu *v, uint8_t op, uint32_t id, bool online)
{
    return cpu_change_step(v, op, id, online, 0);
}

SC_INLINE bool cpu_change_continues(const struct vcpu *v, uint8_t op)
{
    return v->cont.active && v->cont.op == op;
}

SC_INLINE long cpu_change_continue(struct vcpu *v)
{
    return cpu_change_step(v, v->cont.op, (uint32_t)v->cont.word[1], v->cont.word[2] != 0, v->cont.word[0]);
}

#endif
