/* SPDX-License-Identifier: MIT */
/*
 * pv_boot.c - which domains there are, and of what.
 *
 * The unprivileged ones are built first: their sizes are fixed, and the hardware
 * domain may have what is left.
 */
#include "xen-compat/pv_boot.h"

#include "core/atomic.h"
#include "core/cmdline.h"
#include "core/log.h"
#include "core/numa.h"
#include "ports/pagealloc.h"
#include "ports/sched.h"
#include "xen-compat/domu_config.h"
#include "xen-compat/pv_build.h"

#define DOM0_KERNEL 0
#define DOM0_RAMDISK 1
#define DOM0_LEAST_PAGES (64UL << 8) /* kept for it when there is no dom0_mem= */

static uint32_t modules_taken SC_BOOT; /* bit a module */

SC_NULLABLE static const struct boot_module *module_at(uint32_t nr)
{
    return nr < boot_info.nr_modules && nr < MAX_BOOT_MODULES ? &boot_info.modules[nr] : NULL;
}

/* What the hypervisor keeps for itself. */
static uint64_t pages_reserve(void)
{
    return min_u64(pagealloc_nr_total() / 16, 32768);
}

/* What a domu may have now. */
static uint64_t pages_to_give(void)
{
    uint64_t dom0 = opt_dom0_mem != 0 ? opt_dom0_mem >> PAGE_SHIFT : DOM0_LEAST_PAGES;
    uint64_t free = pagealloc_nr_free(), kept = dom0 + pages_reserve();

    return free > kept ? free - kept : 0;
}

/* Is the module there, and free?  Then it is the caller's. */
static bool module_take(domid_t id, const char *key SC_STRING, uint32_t nr)
{
    if (module_at(nr) == NULL) {
        log_err("domu: dom%u: %s=%u: the boot loader gave modules 0 to %u only: add it (-initrd) or lower the number",
                id, key, nr, boot_info.nr_modules - 1);
        return false;
    }
    if ((modules_taken & 1U << nr) != 0) {
        log_err("domu: dom%u: %s=%u: that module is another's already: give the file a second time", id, key, nr);
        return false;
    }
    modules_taken |= 1U << nr;
    return true;
}

static bool modules_take(domid_t id, const struct domu_config *c)
{
    return module_take(id, "kernel", c->kernel) &&
           (c->ramdisk == DOMU_NO_MODULE || module_take(id, "ramdisk", c->ramdisk));
}

static void name_default(domid_t id, char *name SC_COUNT(16))
{
    memcpy(name, "dom0", 5);
    name[3] = (char)('0' + id % 10); /* MAX_DOMUS is below 10 */
}

/* Its weight and cap, if the scheduler has such: it is no reason to leave a domain out. */
static void domu_serve(struct domain *d, const struct domu_config *c)
{
    struct sched_params p = { .weight = c->weight, .cap = c->cap };

    if (c->weight == 0 && c->cap == 0)
        return;
    if (sched_domain_set(d, &p) != 0)
        log_err("domu: dom%u: weight= and cap= are not for this scheduler: leave sched= away", d->id);
}

/* The node with most free memory. */
static uint32_t node_emptiest(void)
{
    uint32_t best = 0;

    for (uint32_t n = 1; n < numa.nr_nodes && n < MAX_NODES; n++) {
        if (pagealloc_nr_free_on(n) > pagealloc_nr_free_on(best))
            best = n;
    }
    return best;
}

static void domu_build(domid_t id, const struct domu_config *c)
{
    struct pv_config p = { .id = id, .nr_pages = c->mem_bytes >> PAGE_SHIFT, .vcpus = c->vcpus };
    struct domain *d;

    p.kernel = module_at(c->kernel);
    p.ramdisk = c->ramdisk != DOMU_NO_MODULE ? module_at(c->ramdisk) : NULL;
    p.nodes = c->nodes != 0 ? c->nodes : c->vnuma ? numa_all() : 1U << node_emptiest();
    p.vnuma = c->vnuma;
    memcpy(p.name, c->name, sizeof(p.name));
    if (p.name[0] == '\0')
        name_default(id, p.name);
    if (pv_build(&p, &d) != 0) {
        log_err("domu: dom%u (%.16s) is left out", id, p.name);
        return;
    }
    domu_serve(d, c);
    log_info("dom%u (%.16s): %lu MiB, %u vcpus", id, d->name, p.nr_pages >> 8, d->max_vcpus);
}

/* The domain's id is its option's place, whichever of the others are left out. */
static void domu_boot(domid_t id, uint32_t at)
{
    struct domu_config c;
    const char *wrong = domu_config_parse(opt_line, at, &c);

    if (wrong != NULL) {
        log_err("domu: dom%u: %s", id, wrong);
    } else if (c.mem_bytes >> PAGE_SHIFT > pages_to_give()) {
        log_err("domu: dom%u: memory=: %lu MiB is too big, there are %lu: lower it or dom0_mem=, or give the machine "
                "more (-m)",
                id, c.mem_bytes >> 20, pages_to_give() >> 8);
        wrong = "memory";
    } else if ((c.nodes & ~numa_all()) != 0) {
        log_err("domu: dom%u: nodes=: the machine has nodes 0 to %u only", id, numa.nr_nodes - 1);
        wrong = "nodes";
    } else if (!modules_take(id, &c)) {
        wrong = "module";
    }
    if (wrong != NULL)
        log_err("domu: dom%u is left out", id);
    else
        domu_build(id, &c);
}

/* Does any domu= name this module? */
static bool module_is_named(uint32_t nr)
{
    for (unsigned i = 0; i < opt_nr_domus && i < MAX_DOMUS; i++) {
        struct domu_config c;

        if (domu_config_parse(opt_line, opt_domu[i], &c) == NULL && (c.kernel == nr || c.ramdisk == nr))
            return true;
    }
    return false;
}

static void domus_boot(void)
{
    modules_taken = 1U << DOM0_KERNEL;
    for (unsigned i = 0; i < opt_nr_domus && i < MAX_DOMUS; i++)
        domu_boot((domid_t)(i + 1), opt_domu[i]);
    if (opt_nr_domus > MAX_DOMUS)
        log_err("domu: given %u times, %u is the most: the rest are left out", opt_nr_domus, MAX_DOMUS);
}

static uint64_t pages_free_on(uint32_t nodes)
{
    uint64_t nr = 0;

    for (uint32_t n = 0; n < MAX_NODES; n++)
        nr += (nodes >> n & 1) != 0 ? pagealloc_nr_free_on(n) : 0;
    return nr;
}

/* dom0_mem=, or what is left on its nodes. */
static uint64_t dom0_pages(uint32_t nodes)
{
    uint64_t free = pages_free_on(nodes), reserve = pages_reserve();

    if (opt_dom0_mem != 0)
        return opt_dom0_mem >> PAGE_SHIFT;
    return free > reserve ? free - reserve : free;
}

/* dom0_nodes=, or all. */
static uint32_t dom0_nodes(void)
{
    uint32_t given = opt_dom0_nodes & numa_all();

    if (given != opt_dom0_nodes)
        log_err("dom0_nodes=: the machine has nodes 0 to %u only", numa.nr_nodes - 1);
    return given != 0 ? given : numa_all();
}

static struct domain *dom0_boot(void)
{
    uint32_t nodes = dom0_nodes(), nr = (uint32_t)__builtin_popcountl(numa_cpus_of(nodes));
    uint32_t vcpus = opt_dom0_max_vcpus != 0 ? opt_dom0_max_vcpus : nr != 0 ? nr : nr_cpus;
    struct pv_config p = { .privileged = true, .nr_pages = dom0_pages(nodes), .name = "Domain-0", .nodes = nodes };
    struct domain *d;

    p.kernel = module_at(DOM0_KERNEL);
    p.vcpus = (uint32_t)min_u64(vcpus, MAX_VCPUS);
    p.nodes_only = opt_dom0_nodes != 0 && !opt_dom0_nodes_relaxed;
    p.ramdisk = module_is_named(DOM0_RAMDISK) ? NULL : module_at(DOM0_RAMDISK);
    if (p.kernel == NULL)
        panic("no kernel: give one as the first module (-initrd \"vmlinuz ARGS,initrd\")");
    if (pv_build(&p, &d) != 0)
        panic("the first domain cannot be built: see above");
    return d;
}

void pv_boot_domains(void)
{
    struct domain *dom0;

    domus_boot();
    dom0 = dom0_boot();
    boot_modules_free();
    log_info("dom0: %lu MiB, %u vcpus; %lu MiB free", atomic_read64(&dom0->nr_frames) >> 8, dom0->max_vcpus,
             pagealloc_nr_free() >> 8);
    domain_log_memory();
    for (struct domain *d = slot_read(domain_list); d != NULL; d = slot_read(d->next)) {
        d->vcpu[0]->online = true;
        sched_wake(d->vcpu[0]);
    }
}
