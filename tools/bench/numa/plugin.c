/* SPDX-License-Identifier: MIT */
/*
 * plugin.c - a QEMU plugin that counts the hypervisor's memory accesses and instructions by whether they stay on the
 * CPU's node.
 *
 *   -plugin plugin.so,out=FILE,cpus=N,node=START-END:PATH[,node=START-END:PATH ...]
 *
 * Nodes have N CPUs each.  START-END is where QEMU says that the node's memory is (qemu_plugin_hwaddr_phys_addr), PATH
 * the file behind it (memory-backend-file): an instruction is known by the address of its bytes in QEMU only.
 * Counting begins when a guest kernel runs for the first time, in the top 2 GiB; the report is written when QEMU ends.
 * One thread runs all CPUs (-accel tcg,thread=single): nothing here is locked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../scale/plugin_api.h"

#define HV_START 0xffff800000000000U
#define HV_END 0xffff880000000000U
#define GUEST_KERNEL 0xffffffff80000000U
#define MAX_CPUS 64
#define MAX_NODES 8
#define NOWHERE MAX_NODES

struct node {
    uint64_t start, end;
    const char *path;
    uintptr_t host_start, host_end; /* where the file is mapped */
};

/* An instruction of the hypervisor, one for each that is translated; never freed. */
struct site {
    struct site *next;
    uint64_t pc;
    unsigned node;
    uint64_t far;   /* accesses to other nodes */
    uint64_t vaddr; /* the last of them */
};

/* Of a CPU. */
struct counts {
    uint64_t near, far, nowhere;
    uint64_t fetched_near, fetched_far;
};

int qemu_plugin_version = 1;
static struct node nodes[MAX_NODES];
static unsigned nr_nodes, cpus_of_node;
static struct counts counts[MAX_CPUS];
static struct site *sites;
static bool counting;
static const char *out;

static void die(const char *why)
{
    fprintf(stderr, "numa plugin: %s\n", why);
    exit(2);
}

static void host_find(void)
{
    char line[512];
    unsigned long start, end;
    FILE *maps = fopen("/proc/self/maps", "r");

    if (maps == NULL)
        die("cannot read /proc/self/maps");
    while (fgets(line, sizeof(line), maps) != NULL) {
        for (unsigned i = 0; i < nr_nodes; i++) {
            if (strstr(line, nodes[i].path) != NULL && sscanf(line, "%lx-%lx", &start, &end) == 2) {
                nodes[i].host_start = start;
                nodes[i].host_end = end;
            }
        }
    }
    fclose(maps);
    for (unsigned i = 0; i < nr_nodes; i++) {
        if (nodes[i].host_end == 0)
            die("a node's file is not mapped");
    }
}

static unsigned node_of_host(const void *bytes)
{
    uintptr_t at = (uintptr_t)bytes;

    if (nodes[0].host_end == 0)
        host_find();
    for (unsigned i = 0; i < nr_nodes; i++) {
        if (at >= nodes[i].host_start && at < nodes[i].host_end)
            return i;
    }
    return NOWHERE;
}

static unsigned node_of(uint64_t physical)
{
    for (unsigned i = 0; i < nr_nodes; i++) {
        if (physical >= nodes[i].start && physical < nodes[i].end)
            return i;
    }
    return NOWHERE;
}

static void on_insn(unsigned cpu, void *arg)
{
    const struct site *site = arg;

    if (!counting || cpu >= MAX_CPUS)
        return;
    if (site->node == cpu / cpus_of_node)
        counts[cpu].fetched_near++;
    else
        counts[cpu].fetched_far++;
}

static void on_access(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *arg)
{
    struct qemu_plugin_hwaddr *hwaddr;
    struct site *site = arg;
    unsigned node;

    if (!counting || cpu >= MAX_CPUS)
        return;
    hwaddr = qemu_plugin_get_hwaddr(info, vaddr);
    if (hwaddr == NULL || qemu_plugin_hwaddr_is_io(hwaddr))
        return; /* devices belong to no node */
    node = node_of(qemu_plugin_hwaddr_phys_addr(hwaddr));
    if (node == cpu / cpus_of_node) {
        counts[cpu].near++;
    } else if (node == NOWHERE) {
        counts[cpu].nowhere++;
    } else {
        counts[cpu].far++;
        site->far++;
        site->vaddr = vaddr;
    }
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint64_t pc = qemu_plugin_insn_vaddr(insn);
        struct site *site;

        counting |= pc >= GUEST_KERNEL;
        if (pc < HV_START || pc >= HV_END)
            continue;
        site = calloc(1, sizeof(*site));
        if (site == NULL)
            die("no memory");
        *site = (struct site){ .next = sites, .pc = pc, .node = node_of_host(qemu_plugin_insn_haddr(insn)) };
        sites = site;
        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_insn, QEMU_PLUGIN_CB_NO_REGS, site);
        qemu_plugin_register_vcpu_mem_cb(insn, on_access, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, site);
    }
}

static void write_report(qemu_plugin_id_t id, void *arg)
{
    FILE *to = fopen(out, "w");

    if (to == NULL)
        die("cannot write the report");
    for (unsigned i = 0; i < nr_nodes * cpus_of_node; i++) {
        const struct counts *c = &counts[i];

        fprintf(to, "cpu %u %lu %lu %lu %lu %lu\n", i, c->near, c->far, c->nowhere, c->fetched_near, c->fetched_far);
    }
    for (const struct site *s = sites; s != NULL; s = s->next) {
        if (s->far != 0)
            fprintf(to, "far %lx %lu %lx\n", s->pc, s->far, s->vaddr);
    }
    fprintf(to, "end\n");
    if (fclose(to) != 0)
        die("cannot write the report");
}

static bool node_option(const char *text)
{
    struct node *n = &nodes[nr_nodes];
    char *end;

    if (nr_nodes == MAX_NODES)
        return false;
    n->start = strtoul(text, &end, 16);
    if (*end != '-')
        return false;
    n->end = strtoul(end + 1, &end, 16);
    n->path = strdup(end + 1);
    nr_nodes++;
    return *end == ':' && n->path != NULL;
}

static bool option(const char *text)
{
    if (strncmp(text, "out=", 4) == 0)
        out = strdup(text + 4);
    else if (strncmp(text, "cpus=", 5) == 0)
        cpus_of_node = (unsigned)strtoul(text + 5, NULL, 10);
    else
        return strncmp(text, "node=", 5) == 0 && node_option(text + 5);
    return true;
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_plugin_info *info, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        if (!option(argv[i])) {
            fprintf(stderr, "numa plugin: cannot use %s\n", argv[i]);
            return -1;
        }
    }
    if (out == NULL || nr_nodes == 0 || cpus_of_node == 0 || nr_nodes * cpus_of_node > MAX_CPUS) {
        fprintf(stderr, "numa plugin: out=FILE, cpus=N and node=START-END:PATH are needed\n");
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    qemu_plugin_register_atexit_cb(id, write_report, NULL);
    return 0;
}
