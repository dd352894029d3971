/* SPDX-License-Identifier: MIT */
#include "xen-compat/domu_config.h"

#include "core/layout.h"

/* What a part of the parser may rely on, and leaves so. */
/*@ predicate text_at(char *text, integer at) = 0 <= at < OPT_LINE_BYTES && text[OPT_LINE_BYTES - 1] == 0; */

/*@ assigns \nothing;
    ensures \result == (c == 0 || c == ' ' || c == ',');
*/
static bool ends_value(char c)
{
    return c == '\0' || c == ' ' || c == ',';
}

/* A literal and its length, as two arguments. */
#define KEY(literal) literal, sizeof(literal) - 1

/* Is text[*at...] the key and an equals sign?  Then *at goes behind it. */
/*@ requires text_at(text, *at) && nr < OPT_LINE_BYTES;
    assigns *at;
    ensures ends: text_at(text, *at) && \old(*at) <= *at;
    ensures kept: !\result ==> *at == \old(*at);
    ensures behind: \result ==> *at == \old(*at) + nr + 1 && text[*at - 1] == '=';
    ensures the_key: \result ==> \forall integer i; 0 <= i < nr ==> text[\old(*at) + i] == key[i];
*/
static bool key_is(const char text[OPT_LINE_BYTES], uint32_t *at, const char *key SC_COUNT(nr), uint32_t nr)
{
    /*@ loop invariant 0 <= i <= nr && text_at(text, *at + i);
        loop invariant \forall integer k; 0 <= k < i ==> text[*at + k] == key[k];
        loop assigns i;
        loop variant nr - i;
    */
    for (uint32_t i = 0; i < nr; i++)
        if (text[*at + i] != key[i] || text[*at + i] == '\0')
            return false;
    if (text[*at + nr] != '=')
        return false;
    *at += nr + 1;
    return true;
}

/* A decimal number below 2^32; false if there is none. */
/*@ requires text_at(text, *at) && \separated(at, out);
    assigns *at, *out;
    ensures ends: text_at(text, *at) && \old(*at) <= *at;
    ensures good: \result ==> *out <= UINT32_MAX && *at > \old(*at);
*/
static bool number(const char text[OPT_LINE_BYTES], uint32_t *at, uint64_t *out)
{
    uint32_t start = *at;

    *out = 0;
    /*@ loop invariant start <= *at && text_at(text, *at) && *out <= UINT32_MAX;
        loop assigns *at, *out;
        loop variant OPT_LINE_BYTES - *at;
    */
    for (; text[*at] >= '0' && text[*at] <= '9'; *at += 1) {
        *out = *out * 10 + (uint64_t)(text[*at] - '0');
        if (*out > UINT32_MAX)
            return false;
    }
    return *at > start;
}

/* A whole value that is a number in least..most. */
/*@ requires text_at(text, *at) && \separated(at, out);
    assigns *at, *out;
    ensures ends: text_at(text, *at) && \old(*at) <= *at;
    ensures between: \result ==> least <= *out <= most;
*/
static bool number_between(const char text[OPT_LINE_BYTES], uint32_t *at, uint64_t least, uint64_t most, uint64_t *out)
{
    return number(text, at, out) && ends_value(text[*at]) && least <= *out && *out <= most;
}

/*@ requires text_at(text, *at) && \separated(at, out);
    assigns *at, *out;
    ensures ends: text_at(text, *at) && \old(*at) <= *at;
    ensures kept: !\result ==> *out == \old(*out);
*/
static bool module_number(const char text[OPT_LINE_BYTES], uint32_t *at, uint32_t *out)
{
    uint64_t n;

    if (!number_between(text, at, 0, UINT32_MAX, &n))
        return false;
    *out = (uint32_t)n;
    return true;
}

/* As dom0_mem=: a bare number is KiB. */
/*@ requires text_at(text, *at) && \separated(at, out);
    assigns *at, *out;
    ensures ends: text_at(text, *at) && \old(*at) <= *at;
    ensures kib: \result ==> *out % 1024 == 0;
*/
static bool size(const char text[OPT_LINE_BYTES], uint32_t *at, uint64_t *out)
{
    char unit;

    if (!number(text, at, out))
        return false;
    unit = text[*at];
    if (unit == 'G' || unit == 'g')
        *out *= 1UL << 30;
    else if (unit == 'M' || unit == 'm')
        *out *= 1UL << 20;
    else
        *out *= 1UL << 10;
    if (unit == 'G' || unit == 'g' || unit == 'M' || unit == 'm' || unit == 'K' || unit == 'k')
        *at += 1;
    return ends_value(text[*at]);
}

/*@ requires text_at(text, *at) && \separated(at, c) && c->name[15] == 0;
    assigns *at, c->name[0 .. 15];
    ensures ends: text_at(text, *at) && \old(*at) <= *at;
    ensures name: c->name[15] == 0 && (\result ==> c->name[0] != 0);
*/
static bool name_copy(const char text[OPT_LINE_BYTES], uint32_t *at, struct domu_config *c)
{
    unsigned n = 0;

    /*@ loop invariant 0 <= n < 16 && text_at(text, *at) && \at(*at, LoopEntry) <= *at;
        loop invariant c->name[15] == 0 && (n > 0 ==> c->name[0] != 0);
        loop assigns n, *at, c->name[0 .. 15];
        loop variant OPT_LINE_BYTES - *at;
    */
    for (; !ends_value(text[*at]); *at += 1) {
        if (n >= sizeof(c->name) - 1 || text[*at] < '!' || text[*at] > '~')
            return false;
        c->name[n++] = text[*at];
    }
    c->name[n] = '\0';
    return n > 0;
}

/* Numbers of nodes with colons between: commas part the keys. */
/*@ requires text_at(text, *at) && \separated(at, out);
    assigns *at, *out;
    ensures ends: text_at(text, *at) && \old(*at) <= *at;
*/
static bool node_list(const char text[OPT_LINE_BYTES], uint32_t *at, uint32_t *out)
{
    uint64_t n;

    *out = 0;
    /*@ loop invariant text_at(text, *at) && \at(*at, LoopEntry) <= *at;
        loop assigns *at, *out, n;
        loop variant OPT_LINE_BYTES - *at;
    */
    for (;;) {
        if (!number(text, at, &n) || n >= MAX_NODES)
            return false;
        *out |= 1U << n;
        if (text[*at] != ':')
            return ends_value(text[*at]);
        *at += 1;
    }
}

/* Of how it is served. */
/*@ requires text_at(text, *at) && \separated(at, c) && config_good(c);
    assigns *at, *c;
    assigns \result \from \nothing;
    ensures ends: text_at(text, *at) && \old(*at) <= *at;
    ensures good: \result == \null ==> config_good(c);
*/
SC_NULLABLE SC_STRING static const char *pair_parse_share(const char text[OPT_LINE_BYTES], uint32_t *at,
                                                          struct domu_config *c)
{
    uint64_t n;

    if (key_is(text, at, KEY("weight"))) {
        if (!number_between(text, at, 1, UINT16_MAX, &n))
            return "weight= wants a number from 1 to 65535";
        c->weight = (uint16_t)n;
        return NULL;
    }
    if (key_is(text, at, KEY("cap"))) {
        if (!number_between(text, at, 0, DOMU_MAX_VCPUS * 100, &n))
            return "cap= wants percent of one CPU, at most 100 for each vcpu";
        c->cap = (uint16_t)n;
        return NULL;
    }
    if (key_is(text, at, KEY("name")))
        return name_copy(text, at, c) ? NULL : "name= wants 1 to 15 characters";
    return "there is an unknown key: use kernel=, ramdisk=, memory=, vcpus=, nodes=, vnuma=, weight=, cap=, name= with "
           "commas between";
}

/* Of vcpus and nodes. */
/*@ requires text_at(text, *at) && \separated(at, c) && config_good(c);
    assigns *at, *c;
    assigns \result \from \nothing;
    ensures ends: text_at(text, *at) && \old(*at) <= *at;
    ensures good: \result == \null ==> config_good(c);
*/
SC_NULLABLE SC_STRING static const char *pair_parse_vcpus(const char text[OPT_LINE_BYTES], uint32_t *at,
                                                          struct domu_config *c)
{
    uint64_t n;

    if (key_is(text, at, KEY("vcpus"))) {
        if (!number_between(text, at, 1, DOMU_MAX_VCPUS, &n))
            return "vcpus= wants a number from 1 to 16";
        c->vcpus = (uint32_t)n;
        return NULL;
    }
    if (key_is(text, at, KEY("nodes")))
        return node_list(text, at, &c->nodes) ? NULL : "nodes= wants numbers of nodes, 0 to 7, with colons between";
    if (key_is(text, at, KEY("vnuma"))) {
        if (!number_between(text, at, 0, 1, &n))
            return "vnuma= wants 1 or 0";
        c->vnuma = n == 1;
        return NULL;
    }
    return pair_parse_share(text, at, c);
}

/*@ requires text_at(text, *at) && \separated(at, c) && config_good(c);
    assigns *at, *c;
    assigns \result \from \nothing;
    ensures ends: text_at(text, *at) && \old(*at) <= *at;
    ensures good: \result == \null ==> config_good(c);
*/
SC_NULLABLE SC_STRING static const char *pair_parse(const char text[OPT_LINE_BYTES], uint32_t *at,
                                                    struct domu_config *c)
{
    if (key_is(text, at, KEY("kernel")))
        return module_number(text, at, &c->kernel) ? NULL : "kernel= wants the number of a boot module";
    if (key_is(text, at, KEY("ramdisk")))
        return module_number(text, at, &c->ramdisk) ? NULL : "ramdisk= wants the number of a boot module";
    if (key_is(text, at, KEY("memory"))) {
        if (!size(text, at, &c->mem_bytes))
            return "memory= wants a size, as 128M";
        return c->mem_bytes < DOMU_MEM_MIN ? "memory= is too small: give 8M or more" : NULL;
    }
    return pair_parse_vcpus(text, at, c);
}

SC_NULLABLE SC_STRING const char *domu_config_parse(const char text[OPT_LINE_BYTES], uint32_t at, struct domu_config *c)
{
    *c = (struct domu_config){
        .kernel = DOMU_NO_MODULE, .ramdisk = DOMU_NO_MODULE, .mem_bytes = DOMU_MEM_DEFAULT, .vcpus = 1
    };
    /*@ assert start: config_holds(*c); */
    /*@ loop invariant place: text_at(text, at);
        loop invariant good: config_good(c);
        loop assigns at, *c;
        loop variant OPT_LINE_BYTES - at;
    */
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
