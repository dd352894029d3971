/* SPDX-License-Identifier: MIT */
/*
 * plugin.c - a QEMU plugin that counts what the hypervisor does for an operation: instructions, locked ones, locks
 * taken, the cache lines that more than one CPU writes, and accesses to other nodes' memory.
 *
 * The guest (tests/guests/scale) says what to count with marks: NOPs with a displacement that nobody else has,
 * MARK_BEGIN | n and MARK_END | n around operation n, on each CPU for itself, and MARK_REPORT at its end.  Between
 * them counts what runs at the hypervisor's addresses.  Lines are told apart by physical address, as one may have
 * several virtual ones.
 *
 *   -plugin plugin.so,out=FILE,reports=N,lock=START-END[,lock=START-END][,cpus=N,node=START-END,node=START-END ...]
 *
 * The report is written, and said to be, when N domains have asked for it.
 * Nodes have N CPUs each, and memory where QEMU says so (qemu_plugin_hwaddr_phys_addr).
 * A lock is taken by a LOCK XADD between START and END: spin_lock, and what the compiler put it into.
 * One thread runs all CPUs (-icount, or -accel tcg,thread=single): nothing here is locked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin_api.h"

#define MARK 0x5ca1e000U /* in nopl MARK(%rax): 0f 1f 80 and the word */
#define MARK_MASK 0xfffff000U
#define MARK_BEGIN 0x000U
#define MARK_END 0x100U
#define MARK_REPORT 0x200U

#define HV_START 0xffff800000000000U
#define HV_END 0xffff880000000000U
/* Each node's copy of the code: core/layout.h. */
#define WINDOW_BASE 0xffff808000000000U
#define TEXT_STRIDE 0x4000000U
#define MAX_CPUS 64
#define MAX_OPS 16
#define MAX_LOCKS 8
#define NR_LINES 65536U /* of one operation; a power of two */
#define LINE 64

struct line {
    uint64_t address; /* of the line, physical; the slot is free while there are no writes */
    uint64_t writes;
    uint64_t cpus;            /* bit a CPU that wrote to it */
    uint64_t vaddr[2], pc[2]; /* of a write by the first CPU, and of one by another */
};

struct counts {
    uint64_t windows, instructions, atomics, locks, far;
};

struct op {
    struct counts cpu[MAX_CPUS];
    struct line *lines;
    bool full;
};

enum { ATOMIC = 1, LOCK = 2 };

/* An instruction of the hypervisor; one for each that is translated, never freed. */
struct site {
    uint64_t pc;
    unsigned what;
};

int qemu_plugin_version = 1;
static struct op ops[MAX_OPS];
static int counting[MAX_CPUS]; /* the operation, or -1 */
static struct {
    uint64_t start, end;
} locks[MAX_LOCKS];
static unsigned nr_locks;
#define MAX_NODES 8
static struct {
    uint64_t start, end;
} nodes[MAX_NODES];
static unsigned nr_nodes, cpus_of_node;
static unsigned long reports = 1; /* to come */
static const char *out;

static void die(const char *why)
{
    fprintf(stderr, "scale plugin: %s\n", why);
    exit(2);
}

static void report_lines(FILE *to, unsigned n, const struct op *op)
{
    for (unsigned i = 0; op->lines != NULL && i < NR_LINES; i++) {
        const struct line *l = &op->lines[i];

        if ((l->cpus & (l->cpus - 1)) != 0)
            fprintf(to, "line %u %lx %d %lu %lx %lx %lx %lx\n", n, l->address, __builtin_popcountl(l->cpus), l->writes,
                    l->vaddr[0], l->pc[0], l->vaddr[1], l->pc[1]);
    }
    if (op->full)
        fprintf(to, "full %u\n", n);
}

static void report(void)
{
    FILE *to = fopen(out, "w");

    if (to == NULL)
        die("cannot write the report");
    for (unsigned n = 0; n < MAX_OPS; n++) {
        for (unsigned cpu = 0; cpu < MAX_CPUS; cpu++) {
            const struct counts *c = &ops[n].cpu[cpu];

            if (c->windows != 0)
                fprintf(to, "cpu %u %u %lu %lu %lu %lu\n", n, cpu, c->windows, c->instructions, c->atomics, c->locks);
            if (c->windows != 0 && nr_nodes != 0)
                fprintf(to, "far %u %u %lu\n", n, cpu, c->far);
        }
        report_lines(to, n, &ops[n]);
    }
    fprintf(to, "end\n");
    if (fclose(to) != 0)
        die("cannot write the report");
    fprintf(stderr, "scale plugin: the report is written\n");
}

static void on_mark(unsigned cpu, void *arg)
{
    unsigned mark = (unsigned)(uintptr_t)arg, n = mark & 0xff;

    if (cpu >= MAX_CPUS || n >= MAX_OPS)
        die("a mark with a CPU or an operation that there is no room for");
    switch (mark & 0xf00) {
    case MARK_BEGIN:
        if (counting[cpu] >= 0)
            die("a mark begins before another ended");
        if (ops[n].lines == NULL)
            ops[n].lines = calloc(NR_LINES, sizeof(struct line));
        if (ops[n].lines == NULL)
            die("no memory");
        counting[cpu] = (int)n;
        ops[n].cpu[cpu].windows++;
        break;
    case MARK_END:
        if (counting[cpu] != (int)n)
            die("a mark ends what did not begin");
        counting[cpu] = -1;
        break;
    case MARK_REPORT:
        if (--reports == 0)
            report();
        break;
    default: die("a mark of no kind");
    }
}

static void on_insn(unsigned cpu, void *arg)
{
    const struct site *site = arg;

    if (cpu >= MAX_CPUS || counting[cpu] < 0)
        return;
    struct counts *c = &ops[counting[cpu]].cpu[cpu];
    c->instructions++;
    c->atomics += (site->what & ATOMIC) != 0;
    c->locks += (site->what & LOCK) != 0;
}

static struct line *line_find(struct op *op, uint64_t address)
{
    unsigned at = (unsigned)(address / LINE * 0x9e3779b97f4a7c15UL >> 48) % NR_LINES;

    for (unsigned i = 0; i < NR_LINES; i++, at = (at + 1) % NR_LINES) {
        if (op->lines[at].writes == 0 || op->lines[at].address == address)
            return &op->lines[at];
    }
    op->full = true;
    return NULL;
}

/* Memory of a node, but not of the CPU's. */
static bool is_far(unsigned cpu, uint64_t address)
{
    for (unsigned i = 0; i < nr_nodes; i++) {
        if (address >= nodes[i].start && address < nodes[i].end)
            return i != cpu / cpus_of_node;
    }
    if (nr_nodes != 0)
        die("an access to memory of no node");
    return false;
}

static void on_access(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *arg)
{
    const struct site *site = arg;

    if (cpu >= MAX_CPUS || counting[cpu] < 0)
        return;
    struct qemu_plugin_hwaddr *hwaddr = qemu_plugin_get_hwaddr(info, vaddr);
    if (hwaddr == NULL)
        die("an access to nowhere");
    if (qemu_plugin_hwaddr_is_io(hwaddr))
        return; /* each CPU's local APIC is at one address */
    uint64_t address = qemu_plugin_hwaddr_phys_addr(hwaddr);
    ops[counting[cpu]].cpu[cpu].far += is_far(cpu, address);
    if (!qemu_plugin_mem_is_store(info))
        return;
    address &= ~(uint64_t)(LINE - 1);
    struct line *l = line_find(&ops[counting[cpu]], address);
    if (l == NULL)
        return;
    bool other = l->writes != 0 && (l->cpus >> cpu & 1) == 0;
    if (l->writes == 0 || (other && l->vaddr[1] == 0)) {
        l->vaddr[other] = vaddr;
        l->pc[other] = site->pc;
    }
    l->address = address;
    l->writes++;
    l->cpus |= 1UL << cpu;
}

static bool is_prefix(uint8_t byte)
{
    return byte == 0x66 || byte == 0x67 || byte == 0xf2 || byte == 0xf3 || byte == 0x26 || byte == 0x2e ||
           byte == 0x36 || byte == 0x3e || byte == 0x64 || byte == 0x65;
}

/* LOCK, or XCHG with memory, which needs none (SDM vol. 2, LOCK). */
static unsigned kind_of(uint64_t pc, const uint8_t *byte, size_t size)
{
    uint64_t home = WINDOW_BASE + (pc - WINDOW_BASE) % TEXT_STRIDE;
    size_t at = 0;
    bool lock = false;
    unsigned what;

    while (at < size && (is_prefix(byte[at]) || byte[at] == 0xf0))
        lock |= byte[at++] == 0xf0;
    if (at < size && (byte[at] & 0xf0) == 0x40)
        at++; /* REX */
    if (!lock && at + 1 < size && (byte[at] == 0x86 || byte[at] == 0x87) && byte[at + 1] < 0xc0)
        lock = true;
    what = lock ? ATOMIC : 0;
    for (unsigned i = 0; i < nr_locks; i++) {
        if (lock && home >= locks[i].start && home < locks[i].end && at + 1 < size && byte[at] == 0x0f &&
            byte[at + 1] == 0xc1)
            what |= LOCK;
    }
    return what;
}

static void on_hypervisor_insn(struct qemu_plugin_insn *insn, uint64_t pc)
{
    struct site *site = malloc(sizeof(*site));

    if (site == NULL)
        die("no memory");
    site->pc = pc;
    site->what = kind_of(pc, qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn));
    qemu_plugin_register_vcpu_insn_exec_cb(insn, on_insn, QEMU_PLUGIN_CB_NO_REGS, site);
    qemu_plugin_register_vcpu_mem_cb(insn, on_access, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, site);
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint64_t pc = qemu_plugin_insn_vaddr(insn);
        const uint8_t *byte = qemu_plugin_insn_data(insn);
        uint32_t word;

        if (pc >= HV_START && pc < HV_END) {
            on_hypervisor_insn(insn, pc);
        } else if (qemu_plugin_insn_size(insn) == 7 && memcmp(byte, "\x0f\x1f\x80", 3) == 0) {
            memcpy(&word, byte + 3, sizeof(word));
            if ((word & MARK_MASK) == MARK)
                qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, QEMU_PLUGIN_CB_NO_REGS,
                                                       (void *)(uintptr_t)(word & ~MARK_MASK));
        }
    }
}

static bool option(const char *text)
{
    char *end;

    if (strncmp(text, "out=", 4) == 0) {
        out = strdup(text + 4);
        return out != NULL;
    }
    if (strncmp(text, "reports=", 8) == 0) {
        reports = strtoul(text + 8, &end, 10);
        return *end == '\0' && reports != 0;
    }
    if (strncmp(text, "cpus=", 5) == 0) {
        cpus_of_node = (unsigned)strtoul(text + 5, &end, 10);
        return *end == '\0' && cpus_of_node != 0;
    }
    if (strncmp(text, "node=", 5) == 0 && nr_nodes < MAX_NODES) {
        nodes[nr_nodes].start = strtoul(text + 5, &end, 16);
        if (*end != '-')
            return false;
        nodes[nr_nodes++].end = strtoul(end + 1, &end, 16);
        return *end == '\0';
    }
    if (strncmp(text, "lock=", 5) != 0 || nr_locks == MAX_LOCKS)
        return false;
    locks[nr_locks].start = strtoul(text + 5, &end, 16);
    if (*end != '-')
        return false;
    locks[nr_locks++].end = strtoul(end + 1, &end, 16);
    return *end == '\0';
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_plugin_info *info, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        if (!option(argv[i])) {
            fprintf(stderr, "scale plugin: cannot use %s\n", argv[i]);
            return -1;
        }
    }
    if (out == NULL || nr_locks == 0 || (nr_nodes != 0 && cpus_of_node == 0)) {
        fprintf(stderr, "scale plugin: out=FILE and lock=START-END are needed\n");
        return -1;
    }
    for (unsigned cpu = 0; cpu < MAX_CPUS; cpu++)
        counting[cpu] = -1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    return 0;
}
