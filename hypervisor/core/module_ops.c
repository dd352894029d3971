/* SPDX-License-Identifier: MIT */
#include "core/module_ops.h"

#include "core/atomic.h"
#include "core/frame.h"
#include "core/image_tables.h"
#include "core/log.h"
#include "core/module_link.h"
#include "core/module_swap.h"
#include "core/revoked.h"
#include "core/worker.h"
#include "ports/pagealloc.h"

#define ORDER_MAX 10 /* 4 MiB */

enum stage { STAGE_NONE, STAGE_CHECK, STAGE_LINK, STAGE_PLAN, STAGE_SWAP };

/* The one that is under way. */
static uint8_t claimed SC_ATOMIC;
static struct {
    uint32_t acts;                       /* what is left to do */
    uint32_t stage;                      /* enum stage */
    struct module *module SC_NULLABLE;   /* whose */
    bool uploaded;                       /* by this operation */
    struct module *changing SC_NULLABLE; /* who begins or stops to serve: it, or another */
    bool serve;
    uint32_t node; /* STAGE_LINK */
    uint64_t timeout_ns;
    struct sho_bytes file;
    char problem[MODULE_TEXT_BYTES];
} op SC_BOOT;

void module_problem(char text[MODULE_TEXT_BYTES])
{
    for (uint32_t i = 0; i < MODULE_TEXT_BYTES; i++)
        text[i] = op.problem[i];
}

static bool same_name(const char a[MODULE_NAME_BYTES], const char b[MODULE_NAME_BYTES])
{
    for (uint32_t i = 0; i < MODULE_NAME_BYTES; i++) {
        if (a[i] != b[i])
            return false;
        if (a[i] == '\0')
            return true;
    }
    return true;
}

struct module *module_named(const char name[MODULE_NAME_BYTES])
{
    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        struct module *m = module_get(i);

        if (m != NULL && m->linked && same_name(m->name, name))
            return m;
    }
    return NULL;
}

/* ---- the private copy ---- */

static void file_free(const struct module *m)
{
    pagealloc_put(m->file, m->file_order);
}

static int file_copy(struct module *m, gva_t buffer, uint64_t size)
{
    uint8_t *bytes SC_COUNT(size);

    m->file_order = 0;
    while (m->file_order < ORDER_MAX && PAGE_SIZE << m->file_order < size)
        m->file_order++;
    if (pagealloc_get(m->file_order, 0, PAGEALLOC_HERE, &m->file) != 0)
        return -ENOMEM;
    bytes = plain_run(m->file, size);
    if (guest_read(bytes, buffer, size) != 0) {
        file_free(m);
        return -EFAULT;
    }
    op.file = (struct sho_bytes){ bytes, size };
    return 0;
}

/* What is behind the signature is looked at only when that is good. */
static int file_check(struct module *m)
{
    struct sho_problem p;
    struct sho_bytes content;
    struct sho_trailer t;

    if (!sho_signed(op.file, SHO_MODULE, &content, &p)) {
        problem_print(&p, op.problem);
        return -MODULE_EKEYREJECTED;
    }
    if (!sho_open(&m->sho, content))
        return -ENOEXEC;
    if (!interface_is_ours(sho_interface(&m->sho))) {
        m->sho.problem =
            (struct sho_problem){ "it was built with other headers than this hypervisor", SHO_IN_MANIFEST, 64 };
        return -ENOEXEC;
    }
    if (sho_trailer_find(op.file, &t, &p)) {
        for (uint32_t i = 0; i < sizeof(m->key) && i < t.key.nr; i++)
            m->key[i] = t.key.bytes[i];
    }
    return 0;
}

static bool same_module(const struct sho *a, const struct sho *b)
{
    for (uint32_t i = 0; i < SHO_NAME_BYTES; i++) {
        if (a->name[i] != b->name[i])
            return false;
    }
    return true;
}

/* No version comes that is older than one that is here. */
static bool too_old(const struct module *m)
{
    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        const struct module *other = module_get(i);

        if (other != NULL && other != m && same_module(&other->sho, &m->sho) && m->sho.version < other->sho.version)
            return true;
    }
    return false;
}

/* Does it provide a port of which more is asked? */
static bool not_proved(const struct sho *s)
{
    for (uint32_t i = 0; i < s->nr_provides; i++) {
        char port[SHO_NAME_BYTES];

        sho_port(s, i, port);
        if (s->level < level_asked(port))
            return true;
    }
    return false;
}

static int check(struct module *m)
{
    int rc = file_check(m);

    if (rc == 0 && too_old(m)) {
        m->sho.problem = (struct sho_problem){ "a newer version of it is here", SHO_IN_MANIFEST, 48 };
        rc = -ENOEXEC;
    }
    if (rc == 0 && m->sho.epoch < revoked_before(m->sho.name)) {
        m->sho.problem = (struct sho_problem){ "its epoch is revoked (revoke-epoch=)", SHO_IN_MANIFEST, 56 };
        rc = -ENOEXEC;
    }
    if (rc == 0 && not_proved(&m->sho)) {
        m->sho.problem = (struct sho_problem){ "a port of its asks for proofs (module-level=)", SHO_IN_MANIFEST, 96 };
        rc = -ENOEXEC;
    }
    return rc == 0 ? module_place(m) : rc;
}

/* ---- the long parts ---- */

int64_t module_job(void)
{
    struct module *m = op.stage == STAGE_PLAN ? op.changing : op.module;

    if (m == NULL)
        return -EINVAL;
    switch ((enum stage)op.stage) {
    case STAGE_CHECK: return check(m);
    case STAGE_LINK: return module_stage(m, op.node) ? 0 : -ENOEXEC;
    case STAGE_PLAN: return swap_plan(m, op.serve);
    default: return -EINVAL;
    }
}

/* ---- the end ---- */

static void forget(struct module *m)
{
    if (m->linked)
        log_info("module %.128s is unloaded", m->name);
    file_free(m);
    module_drop(m);
}

/* What was uploaded does not stay if not all went well. */
static int finish(int rc)
{
    struct module *m = op.module;

    if (rc != 0 && op.uploaded && m != NULL) {
        if (rc == -ENOEXEC)
            problem_print(&m->sho.problem, op.problem);
        if (m->name[0] == '\0')
            m->name[0] = '?'; /* it was not read so far */
        log_warn("module %.128s is refused (%d): %.160s", m->name, rc, op.problem);
        forget(m);
    }
    op.stage = STAGE_NONE;
    op.module = op.changing = NULL;
    atomic_write8(&claimed, 0);
    return rc;
}

/* ---- one step after the other ---- */

/* Another one that was loaded at run time and serves, or null. */
SC_NULLABLE static struct module *other_serving(const struct module *but SC_NULLABLE)
{
    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        struct module *m = module_get(i);

        if (m != NULL && m != but && m->at_run_time && m->order != 0)
            return m;
    }
    return NULL;
}

static int change_begin(struct module *m, bool serve)
{
    op.changing = m;
    op.serve = serve;
    op.stage = STAGE_PLAN;
    return -EAGAIN;
}

/* What is to be done after this: -EAGAIN, or it was all. */
static int next(void)
{
    struct module *m = op.module, *other;

    if ((op.acts & MODULE_SERVE) != 0 && m != NULL) {
        op.acts &= ~MODULE_SERVE;
        return change_begin(m, true);
    }
    if ((op.acts & MODULE_WITHDRAW) != 0 && m != NULL) {
        op.acts &= ~MODULE_WITHDRAW;
        if (m->order != 0)
            return change_begin(m, false);
    }
    if ((op.acts & MODULE_ALONE) != 0) {
        op.uploaded = false; /* it serves, and stays whatever comes */
        other = other_serving(m);
        if (other != NULL)
            return change_begin(other, false);
        return finish(0);
    }
    if ((op.acts & MODULE_FORGET) != 0 && m != NULL)
        forget(m);
    return finish(0);
}

static void name_give(struct module *m)
{
    bool none = m->name[0] == '\0';

    for (uint32_t i = 0; none && i < SHO_NAME_BYTES; i++)
        m->name[i] = m->sho.name[i];
}

static int linked(struct module *m, int rc)
{
    if (rc != 0)
        return finish(rc);
    module_unstage(m, op.node);
    op.node = module_next_node(op.node);
    if (op.node < MAX_NODES)
        return -EAGAIN;
    log_info("module %.128s (%.32s, version %lu) is linked at %lx", m->name, m->sho.name, m->sho.version,
             m->place[SHO_TEXT]);
    return next();
}

static int checked(struct module *m, int rc)
{
    if (rc != 0)
        return finish(rc);
    name_give(m);
    if (module_named(m->name) != NULL)
        return finish(-EEXIST);
    op.stage = STAGE_LINK;
    op.node = 0;
    return -EAGAIN;
}

static int planned(int rc)
{
    if (rc != 0)
        return finish(rc);
    op.stage = STAGE_SWAP;
    if (swap_begin(op.timeout_ns) != 0)
        op.stage = STAGE_PLAN; /* a module failed meanwhile */
    return -EAGAIN;
}

/* The others that stop to serve are forgotten when the order says so. */
static int swapped(struct module *m, int rc, uint64_t ns)
{
    if (rc == -EAGAIN) {
        op.stage = STAGE_PLAN;
        return -EAGAIN;
    }
    if (rc != 0) {
        log_warn("module %.128s: %s; what served before serves on", m->name,
                 rc == -ETIME ? "it took too long" : "its state could not be handed over");
        return finish(rc);
    }
    m->swap_ns = ns;
    log_info("module %.128s %s; CPUs waited %lu ns", m->name, op.serve ? "serves" : "serves no more", ns);
    if (m != op.module && (op.acts & MODULE_FORGET) != 0)
        forget(m);
    return next();
}

static int step(void)
{
    struct module *m = op.stage == STAGE_PLAN || op.stage == STAGE_SWAP ? op.changing : op.module;
    int64_t rc;
    uint64_t ns;
    int swap_rc;

    if (m == NULL)
        return finish(-EINVAL);
    if (op.stage == STAGE_SWAP)
        return swap_look(&swap_rc, &ns) ? swapped(m, swap_rc, ns) : -EAGAIN;
    if (!worker_run(&rc))
        return -EAGAIN;
    switch ((enum stage)op.stage) {
    case STAGE_CHECK: return checked(m, (int)rc);
    case STAGE_LINK: return linked(m, (int)rc);
    default: return planned((int)rc);
    }
}

int module_op_go_on(void)
{
    return step();
}

static int upload_begin(const struct module_order *order)
{
    struct module *m;
    int rc;

    if (order->size == 0 || order->size > SHO_FILE_MAX)
        return finish(-EINVAL);
    if (order->name[0] != '\0' && module_named(order->name) != NULL)
        return finish(-EEXIST);
    m = module_new();
    if (m == NULL)
        return finish(-ENOMEM);
    rc = file_copy(m, order->buffer, order->size);
    if (rc != 0) {
        module_drop(m);
        return finish(rc);
    }
    for (uint32_t i = 0; i < MODULE_NAME_BYTES; i++)
        m->name[i] = order->name[i];
    m->at_run_time = true;
    op.module = m;
    op.uploaded = true;
    op.stage = STAGE_CHECK;
    return -EAGAIN;
}

/* Of a module that is there: is it in a state for that? */
static int order_check(const struct module *m, uint32_t acts)
{
    if (!m->at_run_time)
        return acts == MODULE_FORGET || (acts & MODULE_WITHDRAW) != 0 ? -EBUSY : -EINVAL;
    if ((acts & MODULE_SERVE) != 0 && m->order != 0)
        return -EINVAL;
    if (acts == MODULE_WITHDRAW && m->order == 0)
        return -EINVAL;
    return acts == MODULE_FORGET && m->order != 0 ? -EBUSY : 0;
}

int module_op(const struct module_order *order)
{
    struct module *m = order->module;
    int rc;

    if (atomic_xchg8(&claimed, 1) != 0)
        return -EBUSY;
    op.acts = order->acts;
    op.timeout_ns = order->timeout_ns;
    op.uploaded = false;
    op.problem[0] = '\0';
    if ((order->acts & MODULE_UPLOAD) != 0)
        return upload_begin(order);
    rc = m != NULL ? order_check(m, order->acts) : -EINVAL;
    if (rc != 0)
        return finish(rc);
    op.module = m;
    return next();
}
