/* SPDX-License-Identifier: MIT */
/* module_op (public/module_op.h): modules come and go at run time. */
#include "public/module_op.h"

#include "core/atomic.h"
#include "core/cont.h"
#include "core/guest.h"
#include "core/module_ops.h"
#include "dispatch/hypercall.h"

_Static_assert(SH_MODULE_NAME_BYTES == MODULE_NAME_BYTES, "a name's size");
_Static_assert(SH_MODULE_TEXT_BYTES == MODULE_TEXT_BYTES, "a text's size");

/* What is read of struct sh_module_op. */
struct op_head {
    uint32_t cmd, version, index, unused;
    uint64_t buffer, size;
    char name[SH_MODULE_NAME_BYTES];
};
_Static_assert(sizeof(struct op_head) == offsetof(struct sh_module_op, info), "all before info");
_Static_assert(offsetof(struct op_head, name) == offsetof(struct sh_module_op, name), "as there");

/* The call is made again until it is done; `problem` is told then. */
static long ended(struct vcpu *v, gva_t at, int rc)
{
    char problem[SH_MODULE_TEXT_BYTES];

    v->cont.active = rc == -EAGAIN;
    if (rc == -EAGAIN) {
        v->cont.op = SH_MODULE_OP;
        softirq_raise(SOFTIRQ_CONTINUE); /* the exit path looks again before a guest runs */
        return HC_CONTINUE;
    }
    module_problem(problem);
    if (rc != 0 && guest_write(gva_add(at, offsetof(struct sh_module_op, problem)), problem, sizeof(problem)) != 0)
        return -EFAULT;
    return rc;
}

static long op_load(struct vcpu *v, const struct op_head *op, uint32_t more, gva_t at)
{
    struct module_order order = { .acts = MODULE_UPLOAD | MODULE_SERVE | more,
                                  .buffer = gva(op->buffer),
                                  .size = op->size };

    for (uint32_t i = 0; i < SH_MODULE_NAME_BYTES; i++)
        order.name[i] = op->name[i];
    return ended(v, at, module_op(&order));
}

static long op_unload(struct vcpu *v, const struct op_head *op, gva_t at)
{
    struct module_order order = { .acts = MODULE_WITHDRAW | MODULE_FORGET, .module = module_named(op->name) };

    return order.module == NULL ? -ENOENT : ended(v, at, module_op(&order));
}

static uint32_t state_of(const struct module *m)
{
    if (atomic_read8(&m->faulty) != MODULE_SOUND)
        return SH_MODULE_FAULTY;
    if (m->order == 0)
        return m->at_run_time ? SH_MODULE_CHECKED : SH_MODULE_REPLACED;
    if (module_replaced(m))
        return SH_MODULE_REPLACED;
    return m->at_run_time ? SH_MODULE_APPLIED : SH_MODULE_BOOT;
}

static void ports_put(const struct module *m, char out[SH_MODULE_TEXT_BYTES])
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < m->sho.nr_provides; i++) {
        char name[SHO_NAME_BYTES];

        sho_port(&m->sho, i, name);
        if (i != 0 && at + 1 < SH_MODULE_TEXT_BYTES)
            out[at++] = ' ';
        for (uint32_t k = 0; k < SHO_NAME_BYTES && name[k] != '\0' && at + 1 < SH_MODULE_TEXT_BYTES; k++)
            out[at++] = name[k];
    }
    for (; at < SH_MODULE_TEXT_BYTES; at++)
        out[at] = '\0';
}

static void info_put(const struct module *m, struct sh_module_info *info)
{
    info->state = state_of(m);
    info->failures = atomic_read32(&m->failures);
    info->version = m->sho.version;
    info->epoch = m->sho.epoch;
    info->stack_bytes = m->sho.stack;
    info->level = m->sho.level;
    info->text_bytes = m->sho.region_bytes[SHO_TEXT];
    info->readonly_bytes = m->sho.region_bytes[SHO_READONLY];
    info->data_bytes = m->sho.region_bytes[SHO_DATA];
    info->text_address = m->place[SHO_TEXT];
    info->swap_ns = m->swap_ns;
    info->key = 0;
    for (uint32_t i = 0; i < sizeof(m->key); i++)
        info->key |= (uint64_t)m->key[i] << (8 * i);
    for (uint32_t i = 0; i < SH_MODULE_NAME_BYTES; i++)
        info->name[i] = m->name[i];
    for (uint32_t i = 0; i < SH_MODULE_TEXT_BYTES; i++)
        info->text[i] = m->text[i];
    ports_put(m, info->ports);
}

static long op_list(const struct op_head *op, gva_t at)
{
    struct sh_module_info info = { .state = 0 };
    uint32_t nth = 0;

    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        const struct module *m = module_get(i);

        if (m == NULL || !m->linked || nth++ != op->index)
            continue;
        info_put(m, &info);
        return guest_put(gva_add(at, offsetof(struct sh_module_op, info)), info) != 0 ? -EFAULT : 0;
    }
    return -ENOENT;
}

static long op_show(const struct op_head *op, gva_t at)
{
    const struct module *m = module_named(op->name);
    struct sho_bytes text;
    uint64_t nr;

    if (m == NULL)
        return -ENOENT;
    text = sho_certificate(&m->sho);
    nr = min_u64(text.nr, op->size);
    if (nr != 0 && guest_write(gva(op->buffer), text.bytes, nr) != 0)
        return -EFAULT;
    return guest_write_u64(gva_add(at, offsetof(struct sh_module_op, size)), text.nr) != 0 ? -EFAULT : 0;
}

long hc_module_op(struct vcpu *v, uint64_t arg, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
    struct op_head op;

    if (!v->domain->privileged)
        return -EPERM;
    if (v->cont.active)
        return ended(v, gva(arg), module_op_go_on());
    if (guest_get(op, gva(arg)) != 0)
        return -EFAULT;
    if (op.version != SH_MODULE_OP_VERSION)
        return -EINVAL;
    op.name[SH_MODULE_NAME_BYTES - 1] = '\0';
    switch (op.cmd) {
    case SH_MODULE_LOAD: return op_load(v, &op, 0, gva(arg));
    case SH_MODULE_REPLACE: return op_load(v, &op, MODULE_ALONE | MODULE_FORGET, gva(arg));
    case SH_MODULE_UNLOAD: return op_unload(v, &op, gva(arg));
    case SH_MODULE_LIST: return op_list(&op, gva(arg));
    case SH_MODULE_SHOW: return op_show(&op, gva(arg));
    default: return -ENOSYS;
    }
}
