/* SPDX-License-Identifier: MIT */
#include "core/module_ops.h"

#include "core/frame.h"
#include "core/fuel.h"
#include "core/image_tables.h"
#include "core/log.h"
#include "core/module_swap.h"
#include "ports/pagealloc.h"

#define ORDER_MAX 10 /* 4 MiB */

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

        if (m != NULL && same_name(m->name, name))
            return m;
    }
    return NULL;
}

/* ---- the private copy ---- */

static int file_copy(struct module *m, gva_t buffer, uint64_t size, struct sho_bytes *file)
{
    uint8_t *bytes SC_COUNT(size);

    m->file_order = 0;
    while (m->file_order < ORDER_MAX && PAGE_SIZE << m->file_order < size)
        m->file_order++;
    if (pagealloc_get(m->file_order, 0, PAGEALLOC_HERE, &m->file) != 0)
        return -ENOMEM;
    bytes = plain_run(m->file, size);
    if (guest_read(bytes, buffer, size) != 0) {
        pagealloc_put(m->file, m->file_order);
        return -EFAULT;
    }
    *file = (struct sho_bytes){ bytes, size };
    return 0;
}

/* What is behind the signature is looked at only when that is good. */
static int file_check(struct module *m, struct sho_bytes file, char problem[MODULE_TEXT_BYTES])
{
    struct sho_problem p;
    struct sho_bytes content;
    struct sho_trailer t;

    if (!sho_signed(file, SHO_MODULE, &content, &p)) {
        problem_print(&p, problem);
        return -MODULE_EKEYREJECTED;
    }
    if (!sho_open(&m->sho, content)) {
        problem_print(&m->sho.problem, problem);
        return -ENOEXEC;
    }
    if (!interface_is_ours(sho_interface(&m->sho))) {
        m->sho.problem =
            (struct sho_problem){ "it was built with other headers than this hypervisor", SHO_IN_MANIFEST, 64 };
        problem_print(&m->sho.problem, problem);
        return -ENOEXEC;
    }
    if (sho_trailer_find(file, &t, &p)) {
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

static int upload(struct module *m, gva_t buffer, uint64_t size, char problem[MODULE_TEXT_BYTES])
{
    struct sho_bytes file;
    int rc = file_copy(m, buffer, size, &file);

    if (rc != 0)
        return rc;
    rc = file_check(m, file, problem);
    if (rc == 0 && too_old(m)) {
        m->sho.problem = (struct sho_problem){ "a newer version of it is here", SHO_IN_MANIFEST, 48 };
        problem_print(&m->sho.problem, problem);
        rc = -ENOEXEC;
    }
    if (rc == 0) {
        rc = module_link(m);
        if (rc == -ENOEXEC)
            problem_print(&m->sho.problem, problem);
    }
    if (rc != 0)
        pagealloc_put(m->file, m->file_order);
    return rc;
}

int module_upload(gva_t buffer, uint64_t size, const char name[MODULE_NAME_BYTES], struct module **out,
                  char problem[MODULE_TEXT_BYTES])
{
    struct module *m;
    int rc;

    if (size == 0 || size > SHO_FILE_MAX)
        return -EINVAL;
    if (name[0] != '\0' && module_named(name) != NULL)
        return -EEXIST;
    m = module_new();
    if (m == NULL)
        return -ENOMEM;
    *fuel_word() = INT64_MAX; /* the loader's own loops are bounded by the file's size */
    rc = upload(m, buffer, size, problem);
    *fuel_word() = ENTRY_FUEL;
    for (uint32_t i = 0; i < MODULE_NAME_BYTES; i++)
        m->name[i] = name[0] != '\0' ? name[i] : i < SHO_NAME_BYTES ? m->sho.name[i] : '\0';
    m->at_run_time = true;
    if (rc != 0) {
        log_warn("module %.127s is refused (%d)", m->name, rc);
        module_drop(m);
        return rc;
    }
    log_info("module %.128s (%.32s, version %lu) is linked at %lx", m->name, m->sho.name, m->sho.version,
             m->place[SHO_TEXT]);
    *out = m;
    return 0;
}

int module_change(struct module *m, bool serve, uint64_t *step)
{
    uint64_t ns;
    int rc;

    if (*step == 0) {
        if ((m->order != 0) == serve || (!serve && !m->at_run_time))
            return -EINVAL;
        *fuel_word() = INT64_MAX; /* as for an upload */
        rc = swap_begin(m, serve);
        *fuel_word() = ENTRY_FUEL;
        *step = 1;
        return rc != 0 ? rc : -EAGAIN;
    }
    if (!swap_look(&rc, &ns))
        return -EAGAIN;
    if (rc == 0) {
        m->swap_ns = ns;
        log_info("module %.128s %s; CPUs waited %lu ns", m->name, serve ? "serves" : "serves no more", ns);
    } else {
        log_warn("module %.128s: %s; what served before serves on", m->name,
                 rc == -ETIME ? "not all CPUs stopped in time" : "its state could not be handed over");
    }
    return rc;
}

int module_forget(struct module *m)
{
    if (!m->at_run_time)
        return -EINVAL;
    if (m->order != 0)
        return -EBUSY;
    log_info("module %.128s is unloaded", m->name);
    pagealloc_put(m->file, m->file_order);
    module_drop(m);
    return 0;
}
