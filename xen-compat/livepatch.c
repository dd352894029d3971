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

/* Words of the continuation; WORD_KIND tells it from those of other sysctls. */
enum { WORD_STEP, WORD_MODULE, WORD_WAY, WORD_KEEP, WORD_KIND = 12 };
#define KIND_LIVEPATCH 1
enum way { WAY_APPLY = 1, WAY_REVERT, WAY_REPLACE, WAY_REVERT_OTHERS };

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

static long op_upload(const uint8_t op[LIVEPATCH_RAW_BYTES])
{
    char name[MODULE_NAME_BYTES] = { 0 }, problem[MODULE_TEXT_BYTES] = { 0 };
    struct module *m;
    int rc = name_read(op, name);

    if (rc == 0)
        rc = module_upload(gva(raw_u64(op, AT(u.upload.payload))), raw_u64(op, AT(u.upload.size)), name, &m, problem);
    return as_xen(rc);
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

        if (m == NULL || !m->at_run_time)
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

/* ---- actions ---- */

static uint32_t index_of(const struct module *m)
{
    uint32_t i = 0;

    while (i < MODULES_MAX && module_get(i) != m)
        i++;
    return i;
}

static long under_way(struct vcpu *v, enum way way, uint32_t module, uint64_t step)
{
    v->cont.active = true;
    v->cont.op = __HYPERVISOR_sysctl;
    v->cont.word[WORD_STEP] = step;
    v->cont.word[WORD_MODULE] = module;
    v->cont.word[WORD_WAY] = way;
    v->cont.word[WORD_KIND] = KIND_LIVEPATCH;
    softirq_raise(SOFTIRQ_CONTINUE);
    return HC_CONTINUE;
}

/* Another one that serves since it was applied, or null. */
SC_NULLABLE static struct module *other_applied(uint32_t but)
{
    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        struct module *m = module_get(i);

        if (m != NULL && i != but && m->at_run_time && m->order != 0)
            return m;
    }
    return NULL;
}

static long others_revert(struct vcpu *v, uint32_t but)
{
    struct module *other = other_applied(but);

    v->cont.word[WORD_KEEP] = but;
    return other == NULL ? 0 : under_way(v, WAY_REVERT_OTHERS, index_of(other), 0);
}

static long change(struct vcpu *v, enum way way, struct module *m, uint64_t step)
{
    int rc = module_change(m, way == WAY_APPLY || way == WAY_REPLACE, &step);

    if (rc == -EAGAIN)
        return under_way(v, way, index_of(m), step);
    if (rc != 0)
        return as_xen(rc);
    if (way == WAY_REPLACE)
        return others_revert(v, index_of(m));
    return way == WAY_REVERT_OTHERS ? others_revert(v, (uint32_t)v->cont.word[WORD_KEEP]) : 0;
}

static long op_action(struct vcpu *v, const uint8_t op[LIVEPATCH_RAW_BYTES])
{
    char name[MODULE_NAME_BYTES] = { 0 };
    struct module *m;
    int rc = name_read(op, name);

    if (rc != 0)
        return rc;
    if (raw_u32(op, AT(u.action.pad)) != 0)
        return -EINVAL;
    m = module_named(name);
    if (m == NULL || !m->at_run_time)
        return -ENOENT;
    switch (raw_u32(op, AT(u.action.cmd))) {
    case LIVEPATCH_ACTION_UNLOAD: return module_forget(m);
    case LIVEPATCH_ACTION_REVERT: return change(v, WAY_REVERT, m, 0);
    case LIVEPATCH_ACTION_APPLY: return change(v, WAY_APPLY, m, 0);
    case LIVEPATCH_ACTION_REPLACE: return change(v, WAY_REPLACE, m, 0);
    default: return -EOPNOTSUPP;
    }
}

bool livepatch_continues(const struct vcpu *v)
{
    return v->cont.active && v->cont.op == __HYPERVISOR_sysctl && v->cont.word[WORD_KIND] == KIND_LIVEPATCH;
}

long livepatch_continue(struct vcpu *v)
{
    struct module *m = module_get((uint32_t)v->cont.word[WORD_MODULE]);

    v->cont.active = false;
    return m == NULL ? -ENOENT : change(v, (enum way)v->cont.word[WORD_WAY], m, v->cont.word[WORD_STEP]);
}

long livepatch_op(struct vcpu *v, const uint8_t op[LIVEPATCH_RAW_BYTES], gva_t at)
{
    if (raw_u32(op, AT(pad)) != 0)
        return -EINVAL;
    switch (raw_u32(op, AT(cmd))) {
    case XEN_SYSCTL_LIVEPATCH_UPLOAD: return op_upload(op);
    case XEN_SYSCTL_LIVEPATCH_GET: return op_get(op, at);
    case XEN_SYSCTL_LIVEPATCH_LIST: return op_list(op, at);
    case XEN_SYSCTL_LIVEPATCH_ACTION: return op_action(v, op);
    default: return -EOPNOTSUPP;
    }
}
