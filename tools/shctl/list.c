/* SPDX-License-Identifier: MIT */
/* A module as a row of a table, and as JSON. */
#include "shctl.h"

#include <ctype.h>
#include <string.h>

static const char *state_name(uint32_t state)
{
    static const char *const names[] = { "unknown", "boot", "checked", "applied", "replaced", "faulty" };

    return names[state <= SH_MODULE_FAULTY ? state : 0];
}

static const char *level_name(uint32_t level)
{
    static const char *const names[] = { "safe", "contract", "unknown" };

    return names[level <= 1 ? level : 2];
}

/* The hypervisor's text, on one line. */
static void text_print(const char *text, size_t max_bytes)
{
    for (size_t i = 0; i < max_bytes && text[i] != 0; i++)
        putchar(isprint((unsigned char)text[i]) ? text[i] : '?');
}

static void key_print(uint64_t key)
{
    unsigned char bytes[sizeof(key)];

    memcpy(bytes, &key, sizeof(key));
    for (size_t i = 0; i < sizeof(bytes); i++)
        printf("%02x", bytes[i]);
}

void list_table_head(void)
{
    printf("%-20s %-8s %7s %5s %-8s %7s %9s %7s %-16s ports\n", "name", "state", "version", "epoch", "level", "text",
           "read-only", "data", "key");
}

void list_table_row(const struct sh_module_info *m)
{
    char name[SH_MODULE_NAME_BYTES + 1] = { 0 };

    memcpy(name, m->name, sizeof(m->name));
    printf("%-20s %-8s %7llu %5u %-8s %7llu %9llu %7llu ", name, state_name(m->state), (unsigned long long)m->version,
           m->epoch, level_name(m->level), (unsigned long long)m->text_bytes, (unsigned long long)m->readonly_bytes,
           (unsigned long long)m->data_bytes);
    key_print(m->key);
    putchar(' ');
    text_print(m->ports, sizeof(m->ports));
    putchar('\n');
    if (m->text[0] != 0 || m->failures != 0) {
        printf("  %u checks failed in it", m->failures);
        if (m->text[0] != 0) {
            fputs(": ", stdout);
            text_print(m->text, sizeof(m->text));
        }
        putchar('\n');
    }
}

static void json_string(const char *label, const char *text, size_t max_bytes)
{
    printf("\"%s\": \"", label);
    for (size_t i = 0; i < max_bytes && text[i] != 0; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < ' ' || c > '~')
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    fputs("\", ", stdout);
}

static void json_ports(const char *ports, size_t max_bytes)
{
    bool first = true, inside = false;

    fputs("\"ports\": [", stdout);
    for (size_t i = 0; i < max_bytes && ports[i] != 0; i++) {
        bool blank = ports[i] == ' ';

        if (!blank && !inside)
            fputs(first ? "\"" : ", \"", stdout);
        if (blank && inside)
            putchar('"');
        if (!blank)
            putchar(ports[i]);
        first = first && blank;
        inside = !blank;
    }
    fputs(inside ? "\"], " : "], ", stdout);
}

void list_json(const struct sh_module_info *m, bool first)
{
    fputs(first ? "  { " : ",\n  { ", stdout);
    json_string("name", m->name, sizeof(m->name));
    printf("\"state\": \"%s\", \"version\": %llu, \"epoch\": %u, \"level\": \"%s\", \"stack\": %u, ",
           state_name(m->state), (unsigned long long)m->version, m->epoch, level_name(m->level), m->stack_bytes);
    printf("\"text_bytes\": %llu, \"readonly_bytes\": %llu, \"data_bytes\": %llu, \"text_address\": \"0x%llx\", "
           "\"swap_ns\": %llu, ",
           (unsigned long long)m->text_bytes, (unsigned long long)m->readonly_bytes, (unsigned long long)m->data_bytes,
           (unsigned long long)m->text_address, (unsigned long long)m->swap_ns);
    fputs("\"key\": \"", stdout);
    key_print(m->key);
    fputs("\", ", stdout);
    json_ports(m->ports, sizeof(m->ports));
    json_string("text", m->text, sizeof(m->text));
    printf("\"failures\": %u }", m->failures);
}
