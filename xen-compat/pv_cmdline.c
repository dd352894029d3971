/* SPDX-License-Identifier: MIT */
#include "xen-compat/pv_cmdline.h"

#include "core/cmdline.h"
#include "core/devices.h"
#include "core/layout.h"

/* What is written to; the last byte stays 0. */
struct line {
    int8_t *text SC_COUNT(nr_bytes);
    uint32_t nr_bytes, used;
};

static void put(struct line *l, char c)
{
    if (l->used + 1 < l->nr_bytes)
        l->text[l->used++] = (int8_t)c;
}

static void put_rsdp(struct line *l, uint64_t maddr)
{
    static const char name[] = "acpi_rsdp=0x";

    for (unsigned i = 0; i < sizeof(name) - 1; i++)
        put(l, name[i]);
    for (unsigned shift = 64; shift > 0;) {
        shift -= 4;
        put(l, "0123456789abcdef"[maddr >> shift & 15]);
    }
    put(l, ' ');
}

/* From `at` to the 0. */
static void put_words(struct line *l, const char *words SC_COUNT(1024), uint32_t at)
{
    for (; at < 1024 && words[at] != '\0'; at++)
        put(l, words[at]);
}

void pv_cmdline_write(const struct pv_config *c, int8_t *text, uint32_t nr_bytes)
{
    struct line l = { text, nr_bytes, 0 };
    uint64_t rsdp = acpi_get()->rsdp;

    if (c->privileged && rsdp >= LOW_MEMORY_END)
        put_rsdp(&l, rsdp);
    put_words(&l, c->kernel->text.all, c->kernel->text.args);
    if (c->privileged && opt_dom0_words != 0)
        put_words(&l, opt_line, opt_dom0_words);
}
