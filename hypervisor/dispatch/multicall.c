/* SPDX-License-Identifier: MIT */
/* multicall (Xen public header xen.h): several calls in one entry. */
#include "core/cont.h"
#include "core/guest.h"
#include "core/log.h"
#include "dispatch/hypercall.h"

_Static_assert(sizeof(struct multicall_entry) == 64, "the ABI's size");
_Static_assert(offsetof(struct multicall_entry, result) == 8, "the ABI's offset");

/* The call of an entry.  Calls that change the frame, or nest, are refused. */
static long entry_call(struct vcpu *v, const struct multicall_entry *e)
{
    if (e->op == __HYPERVISOR_multicall)
        return -EINVAL;
    if (e->op >= NR_HYPERCALLS || e->op == __HYPERVISOR_iret)
        return -ENOSYS;
    SC_UNSAFE("DEV-72: a multicall in a multicall is refused above, so that calls do not nest")
    {
        return hypercall_call(v, e->op, e->args);
    }
}

/* Every how many entries the list looks whether something waits. */
#define ENTRIES_LOOK 32
/* In place of an entry's call: it has not been read yet. */
#define ENTRY_UNREAD UINT64_MAX

static long entries_wait(struct vcpu *v, uint64_t index)
{
    v->cont.active = true;
    v->cont.in_multicall = true;
    v->cont.op = __HYPERVISOR_multicall;
    v->cont.mc_index = (uint32_t)index;
    v->cont.mc_args[0] = ENTRY_UNREAD;
    return HC_CONTINUE;
}

static long entries_run(struct vcpu *v, uint64_t list, uint64_t first, uint64_t count)
{
    struct multicall_entry e;
    long rc;

    for (uint64_t i = first; i < count; i++) {
        gva_t at = guest_elem(gva(list), i, sizeof(e));

        if (i % ENTRIES_LOOK == ENTRIES_LOOK - 1 && !v->cont.active && preempt_needed())
            return entries_wait(v, i);
        if (v->cont.active) {
            /* The entry was read once; its arguments are in the record. */
            e.op = v->cont.mc_args[0];
            for (unsigned k = 0; k < 5; k++)
                e.args[k] = v->cont.mc_args[k + 1];
        } else if (guest_read(&e, at, offsetof(struct multicall_entry, args) + 5 * sizeof(e.args[0])) != 0) {
            return -EFAULT;
        }
        rc = entry_call(v, &e);
        if (unlikely(rc == HC_CONTINUE)) {
            v->cont.in_multicall = true;
            v->cont.mc_index = (uint32_t)i;
            v->cont.mc_args[0] = e.op;
            for (unsigned k = 0; k < 5; k++)
                v->cont.mc_args[k + 1] = e.args[k];
            return HC_CONTINUE;
        }
        v->cont.in_multicall = false;
        if (guest_write_u64(gva_add(at, offsetof(struct multicall_entry, result)), (uint64_t)rc) != 0)
            return -EFAULT;
        if (v->domain->shut_down)
            break;
    }
    return 0;
}

long hc_multicall(struct vcpu *v, uint64_t list, uint64_t count, uint64_t a3, uint64_t a4, uint64_t a5)
{
    uint64_t first = 0;

    if (v->cont.active && v->cont.in_multicall) {
        first = v->cont.mc_index;
        if (v->cont.mc_args[0] == ENTRY_UNREAD) {
            v->cont.active = false;
            v->cont.in_multicall = false;
            if (first < (uint32_t)count && preempt_needed())
                return entries_wait(v, first);
        }
    }
    return entries_run(v, list, first, (uint32_t)count);
}
