/* SPDX-License-Identifier: MIT */
#include "core/ksyms.h"

#include "core/layout.h"
#include "core/log.h"
#include "core/modules.h"
#include "core/text.h"

/* The name of the function that holds the offset, and in *start where that begins; null: none. */
SC_NULLABLE SC_STRING static const char *ksyms_find(uint32_t offset, uint32_t *start)
{
    SC_UNSAFE("DEV-33: the second link fills ksyms_nr offsets from WINDOW_BASE, rising, and where each one's name is")
    {
        extern const uint32_t ksyms_nr, ksyms_offset[], ksyms_name[];
        extern const char ksyms_text[];
        uint32_t lo = 0, hi = ksyms_nr;

        while (hi - lo > 1) {
            uint32_t mid = lo + (hi - lo) / 2;

            if (ksyms_offset[mid] <= offset)
                lo = mid;
            else
                hi = mid;
        }
        if (ksyms_nr == 0 || offset < ksyms_offset[lo])
            return NULL;
        *start = ksyms_offset[lo];
        return &ksyms_text[ksyms_name[lo]];
    }
}

#define NAME_BYTES 48

/* An address in a module: its function there, and the module's name. */
static void module_log(const char *what SC_STRING, uint64_t address, const struct module *m)
{
    uint64_t offset = text_home(address) - m->place[SHO_TEXT], start;
    struct sho_bytes name = sho_function_at(&m->sho, offset, &start);
    char text[NAME_BYTES];

    for (uint32_t i = 0; i < NAME_BYTES; i++)
        text[i] = i < name.nr ? (char)name.bytes[i] : '\0';
    log_err("%s %016lx  %.48s+0x%lx [%.32s]", what, address, text, offset - start, m->sho.name);
}

void ksyms_log(const char *what SC_STRING, uint64_t address)
{
    uint32_t at = (uint32_t)(text_home(address) - WINDOW_BASE), start = 0;
    const struct module *m = module_of_text(text_home(address));
    const char *name = ksyms_find(at, &start);

    if (m != NULL) {
        module_log(what, address, m);
        return;
    }
    if (name == NULL)
        log_err("%s %016lx", what, address);
    else
        log_err("%s %016lx  %s+0x%x", what, address, name, at - start);
}
