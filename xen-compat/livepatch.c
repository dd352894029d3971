/* SPDX-License-Identifier: MIT */
/* livepatch_op (Xen public header sysctl.h), as Debian's xen-livepatch calls it. */
#define __XEN_TOOLS__ 1
#include "xen-compat/livepatch.h"

#include <xen/sysctl.h>

#include "core/cont.h"
#include "core/log.h"
#include "core/module_ops.h"
#include "xen-compat/hypercalls.h"
#include "xen-compat/raw.h"

_Static_assert(XEN_LIVEPATCH_NAME_SIZE == MODULE_NAME_BYTES, "a name's size");
_Static_assert(sizeof(struct xen_sysctl) == LIVEPATCH_RAW_BYTES, "all of it is read");

#define AT(field) offsetof(struct xen_sysctl, u.livepatch.field)

/* The word of the continuation that tells it from those of other sysctls. */
#define WORD_KIND 12
#define KIND_LIVEPATCH 1

static int name_read(const uint8_t op[LIVEPATCH_RAW_BYTES], char name[MODULE_NAME_BYTES])
{
    uint64_t from = raw_u64(op, AT(u.upload.name.name));
    uint16_t nr = raw_u16(op, AT(u.upload.name.size));

    for (uint32_t i = 0; i < 3; i++) {
        if (raw_u16(op, AT(u.upload.name.pad) + 2 * i) != 0)
            return -EINVAL;
    }
    if (nr == 0 || nr > MODULE_NAME_BYTES)
        return -EINVAL;
    if (guest_read(name, gva(from), nr) != 0)
        return -EFAULT;
    if (name[nr - 1] != '\0')
        return -EINVAL;
    for (uint32_t i = nr; i < MODULE_NAME_BYTES; i++)
        name[i] = '\0';
    return 0;
}

/* Xen's tools know the errors of <xen/errno.h> only. */
static long as_xen(long rc)
{
    return rc == -MODULE_EKEYREJECTED ? -EPERM : rc == -MODULE_EREMOTEIO ? -EIO : rc;
}

/* The call is made again until it is done. */
static long ended(struct vcpu *v, int rc)
{
    v->cont.active = rc == -EAGAIN;
    if (rc != -EAGAIN)
        return as_xen(rc);
    v->cont.op = __HYPERVISOR_sysctl;
    v->cont.word[WORD_KIND] = KIND_LIVEPATCH;
    softirq_raise(SOFTIRQ_CONTINUE);
    return HC_CONTINUE;
}

static long op_upload(struct vcpu *v, const uint8_t op[LIVEPATCH_RAW_BYTES])
{
    struct module_order order = { .acts = MODULE_UPLOAD,
                                  .buffer = gva(raw_u64(op, AT(u.upload.payload))),
                                  .size = raw_u64(op, AT(u.upload.size)) };
    int rc = name_read(op, order.name);

    return rc != 0 ? rc : ended(v, module_op(&order));
}

static uint32_t state_of(const struct module *m)
{
    return m->order != 0 ? LIVEPATCH_STATE_APPLIED : LIVEPATCH_STATE_CHECKED;
}

static long op_get(const uint8_t op[LIVEPATCH_RAW_BYTES], gva_t at)
{
    struct xen_livepatch_status status = { .rc = 0 };
    char name[MODULE_NAME_BYTES] = { 0 };
    const struct module *m;
    int rc = name_read(op, name);

    if (rc != 0)
        return rc;
    m = module_named(name);
    if (m == NULL || !m->at_run_time)
        return -ENOENT;
    status.state = state_of(m);
    return guest_put(gva_add(at, AT(u.get.status)), status);
}

static uint32_t name_length(const struct module *m)
{
    uint32_t nr = 0;

    while (nr < MODULE_NAME_BYTES - 1 && m->name[nr] != '\0')
        nr++;
    return nr + 1;
}

static int totals_put(gva_t at, uint32_t left, uint32_t names)
{
    uint32_t version = modules_version(), none = 0;

    return guest_put(gva_add(at, AT(u.list.version)), version) != 0 ||
                   guest_put(gva_add(at, AT(u.list.nr)), left) != 0 ||
                   guest_put(gva_add(at, AT(u.list.name_total_size)), names) != 0 ||
                   guest_put(gva_add(at, AT(u.list.metadata_total_size)), none) != 0
               ? -EFAULT
               : 0;
}

/* Those that were loaded at run time, from the idx-th on; nr of them have room. */
static long op_list(const uint8_t op[LIVEPATCH_RAW_BYTES], gva_t at)
{
    uint32_t idx = raw_u32(op, AT(u.list.idx)), room = raw_u32(op, AT(u.list.nr)), seen = 0, given = 0, names = 0;
    gva_t status = gva(raw_u64(op, AT(u.list.status))), name = gva(raw_u64(op, AT(u.list.name)));
    gva_t len = gva(raw_u64(op, AT(u.list.len))), metadata_len = gva(raw_u64(op, AT(u.list.metadata_len)));

    if (raw_u32(op, AT(u.list.pad)) != 0 || room > MODULES_MAX)
        return -EINVAL;
    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        const struct module *m = module_get(i);
        struct xen_livepatch_status s = { .rc = 0 };
        uint32_t nr, none = 0;

        if (m == NULL || !m->linked || !m->at_run_time)
            continue;
        nr = name_length(m);
        if (seen++ >= idx && given < room) {
            s.state = state_of(m);
            if (guest_put(gva_add(status, given * sizeof(s)), s) != 0 ||
                guest_write(gva_add(name, names), m->name, nr) != 0 ||
                guest_put(gva_add(len, given * sizeof(nr)), nr) != 0 ||
                guest_put(gva_add(metadata_len, given * sizeof(none)), none) != 0)
                return -EFAULT;
            given++;
        }
        names += nr;
    }
    return totals_put(at, room == 0 ? seen : seen - (uint32_t)min_u64(idx, seen) - given, names) != 0 ? -EFAULT
                                                                                                      : (long)given;
}

/* What an action does; 0: there is no such. */
static uint32_t acts_of(uint32_t action)
{
    switch (action) {
    case LIVEPATCH_ACTION_UNLOAD: return MODULE_FORGET;
    case LIVEPATCH_ACTION_REVERT: return MODULE_WITHDRAW;
    case LIVEPATCH_ACTION_APPLY: return MODULE_SERVE;
    case LIVEPATCH_ACTION_REPLACE: return MODULE_SERVE | MODULE_ALONE;
    default: return 0;
    }
}

static long op_action(struct vcpu *v, const uint8_t op[LIVEPATCH_RAW_BYTES])
{
    struct module_order order = { .acts = acts_of(raw_u32(op, AT(u.action.cmd))),
                                  .timeout_ns = raw_u32(op, AT(u.action.timeout)) };
    char name[MODULE_NAME_BYTES] = { 0 };
    int rc = name_read(op, name);

    if (rc != 0)
        return rc;
    if (raw_u32(op, AT(u.action.pad)) != 0)
        return -EINVAL;
    order.module = module_named(name);
    if (order.module == NULL || !order.module->at_run_time)
        return -ENOENT;
    return order.acts == 0 ? -EOPNOTSUPP : ended(v, module_op(&order));
}

bool livepatch_continues(const struct vcpu *v)
{
    return v->cont.active && v->cont.op == __HYPERVISOR_sysctl && v->cont.word[WORD_KIND] == KIND_LIVEPATCH;
}

long livepatch_continue(struct vcpu *v)
{
    return ended(v, module_op_go_on());
}

long livepatch_op(struct vcpu *v, const uint8_t op[LIVEPATCH_RAW_BYTES], gva_t at)
{
    if (raw_u32(op, AT(pad)) != 0)
        return -EINVAL;
    switch (raw_u32(op, AT(cmd))) {
    case XEN_SYSCTL_LIVEPATCH_UPLOAD: return op_upload(v, op);
    case XEN_SYSCTL_LIVEPATCH_GET: return op_get(op, at);
    case XEN_SYSCTL_LIVEPATCH_LIST: return op_list(op, at);
    case XEN_SYSCTL_LIVEPATCH_ACTION: return op_action(v, op);
    default: return -EOPNOTSUPP;
    }
}
