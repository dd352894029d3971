/* SPDX-License-Identifier: MIT */
/* A module that would change what the core and its islands rest on. */
#include "core/domain.h"
#include "core/tlb.h"

void promote(struct domain *d);
void promote(struct domain *d)
{
    d->privileged = true;            // expect: SC-21
    d->max_vcpus++;                  // expect: SC-21
    d->vcpu[0] = d->vcpu[1];         // expect: SC-21
}

static void set(bool *b)
{
    *b = true;
}

void by_address(struct domain *d);
void by_address(struct domain *d)
{
    set(&d->privileged);             // expect: SC-21
}

static struct vcpu **first(struct vcpu **list)
{
    return list;
}

struct vcpu **by_decay(struct domain *d);
struct vcpu **by_decay(struct domain *d)
{
    return first(d->vcpu);           // expect: SC-21
}

void by_copy(struct vcpu *v, const struct vcpu *other);
void by_copy(struct vcpu *v, const struct vcpu *other)
{
    *v = *other;                     // expect: SC-12 SC-21
}

void by_memory(struct vcpu *v);
void by_memory(struct vcpu *v)
{
    memset(v, 0, sizeof(*v));        // expect: SC-02 SC-21
}

void the_cpus(void);
void the_cpus(void)
{
    this_cpu()->cr3 = 0;             // expect: SC-21
    this_cpu()->timerq.armed_ns = 0; // expect: SC-21
}

/* Reading is for all. */
bool look(const struct domain *d);
bool look(const struct domain *d)
{
    const bool *p = &d->privileged;

    return *p && d->max_vcpus != 0 && this_cpu()->cr3 != 0;
}
