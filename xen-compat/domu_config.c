/* SPDX-License-Identifier: MIT */
#include "xen-compat/domu_config.h"

#include "core/layout.h"

static bool ends_value(char c)
{
    return c == '\0' || c == ' ' || c == ',';
}

/* A literal and its length, as two arguments. */
#define KEY(literal) literal, sizeof(literal) - 1

/* Is text[*at...] the key and an equals sign?  Then *at goes behind it. */
static bool key_is(const char text[OPT_LINE_BYTES], uint32_t *at, const char *key SC_COUNT(nr), uint32_t nr)
{
    for (uint32_t i = 0; i < nr; i++)
        if (text[*at + i] != key[i])
            return false;
    if (text[*at + nr] != '=')
        return false;
    *at += nr + 1;
    return true;
}

/* A decimal number below 2^32; false if there is none. */
static bool number(const char text[OPT_LINE_BYTES], uint32_t *at, uint64_t *out)
{
    uint32_t start = *at;

    *out = 0;
    for (; text[*at] >= '0' && text[*at] <= '9'; *at += 1) {
        *out = *out * 10 + (uint64_t)(text[*at] - '0');
        if (*out > UINT32_MAX)
            return false;
    }
    return *at > start;
}

static bool module_number(const char text[OPT_LINE_BYTES], uint32_t *at, uint32_t *out)
{
    uint64_t n;

    if (!number(text, at, &n) || !ends_value(text[*at]))
        return false;
    *out = (uint32_t)n;
    return true;
}

/* As dom0_mem=: a bare number is KiB. */
static bool size(const char text[OPT_LINE_BYTES], uint32_t *at, uint64_t *out)
{
    unsigned shift = 10;

    if (!number(text, at, out))
        return false;
    switch (text[*at]) {
    case 'G':
    case 'g': shift = 30; break;
    case 'M':
    case 'm': shift = 20; break;
    case 'K':
    case 'k': break;
    default: *out <<= shift; return ends_value(text[*at]);
    }
    *at += 1;
    *out <<= shift;
    return ends_value(text[*at]);
}

static bool name_copy(const char text[OPT_LINE_BYTES], uint32_t *at, struct domu_config *c)
{
    unsigned n = 0;

    for (; !ends_value(text[*at]); *at += 1) {
        if (n >= sizeof(c->name) - 1 || text[*at] < '!' || text[*at] > '~')
            return false;
        c->name[n++] = text[*at];
    }
    c->name[n] = '\0';
    return n > 0;
}

/* Numbers of nodes with colons between: commas part the keys. */
static bool node_list(const char text[OPT_LINE_BYTES], uint32_t *at, uint32_t *out)
{
    uint64_t n;

    *out = 0;
    for (;;) {
        if (!number(text, at, &n) || n >= MAX_NODES)
            return false;
        *out |= 1U << n;
        if (text[*at] != ':')
            return ends_value(text[*at]);
        *at += 1;
    }
}

SC_NULLABLE SC_STRING static const char *pair_parse(const char text[OPT_LINE_BYTES], uint32_t *at,
                                                    struct domu_config *c)
{
    uint64_t n;

    if (key_is(text, at, KEY("kernel")))
        return module_number(text, at, &c->kernel) ? NULL : "kernel= wants the number of a boot module";
    if (key_is(text, at, KEY("ramdisk")))
        return module_number(text, at, &c->ramdisk) ? NULL : "ramdisk= wants the number of a boot module";
    if (key_is(text, at, KEY("memory"))) {
        if (!size(text, at, &c->mem_bytes))
            return "memory= wants a size, as 128M";
        return c->mem_bytes < DOMU_MEM_MIN ? "memory= is too small: give 8M or more" : NULL;
    }
    if (key_is(text, at, KEY("vcpus"))) {
        if (!number(text, at, &n) || !ends_value(text[*at]) || n == 0 || n > DOMU_MAX_VCPUS)
            return "vcpus= wants a number from 1 to 16";
        c->vcpus = (uint32_t)n;
        return NULL;
    }
    if (key_is(text, at, KEY("nodes")))
        return node_list(text, at, &c->nodes) ? NULL : "nodes= wants numbers of nodes, 0 to 7, with colons between";
    if (key_is(text, at, KEY("vnuma"))) {
        if (!number(text, at, &n) || !ends_value(text[*at]) || n > 1)
            return "vnuma= wants 1 or 0";
        c->vnuma = n == 1;
        return NULL;
    }
    if (key_is(text, at, KEY("weight"))) {
        if (!number(text, at, &n) || !ends_value(text[*at]) || n == 0 || n > UINT16_MAX)
            return "weight= wants a number from 1 to 65535";
        c->weight = (uint16_t)n;
        return NULL;
    }
    if (key_is(text, at, KEY("cap"))) {
        if (!number(text, at, &n) || !ends_value(text[*at]) || n > DOMU_MAX_VCPUS * 100)
            return "cap= wants percent of one CPU, at most 100 for each vcpu";
        c->cap = (uint16_t)n;
        return NULL;
    }
    if (key_is(text, at, KEY("name")))
        return name_copy(text, at, c) ? NULL : "name= wants 1 to 15 characters";
    return "there is an unknown key: use kernel=, ramdisk=, memory=, vcpus=, nodes=, vnuma=, weight=, cap=, name= with "
           "commas between";
}

SC_NULLABLE SC_STRING const char *domu_config_parse(const char text[OPT_LINE_BYTES], uint32_t at, struct domu_config *c)
{
    *c = (struct domu_config){
        .kernel = DOMU_NO_MODULE, .ramdisk = DOMU_NO_MODULE, .mem_bytes = DOMU_MEM_DEFAULT, .vcpus = 1
    };
    for (;;) {
        const char *wrong = pair_parse(text, &at, c);

        if (wrong != NULL)
            return wrong;
        if (text[at] != ',')
            break;
        at++;
    }
    if (c->cap > c->vcpus * 100)
        return "cap= wants percent of one CPU, at most 100 for each vcpu";
    return c->kernel == DOMU_NO_MODULE ? "no kernel: add kernel=N, N the number of a boot module" : NULL;
}
