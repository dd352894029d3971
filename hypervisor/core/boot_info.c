/* SPDX-License-Identifier: MIT */
#include "core/boot_info.h"

#include "core/frame.h"
#include "core/layout.h"
#include "ports/pagealloc.h"

struct boot_info boot_info SC_BOOT;
static bool modules_freed SC_BOOT;

const uint8_t *boot_module_bytes(const struct boot_module *m, uint64_t offset, uint64_t nr)
{
    uint64_t size = m->end - m->start;
    bool known = false;

    for (uint32_t i = 0; i < MAX_BOOT_MODULES; i++)
        known |= m == &boot_info.modules[i];
    SC_REQUIRE(known && !modules_freed && offset <= size && nr <= size - offset);
    SC_UNSAFE("DEV-73: the loader put the file there, in RAM (loader_check), and memory_init left it out")
    {
        return (const uint8_t *)(DIRECTMAP_BASE + m->start + offset);
    }
}

/* Below LOW_MEMORY_END no memory is handed out. */
void boot_modules_free(void)
{
    SC_REQUIRE(!modules_freed);
    modules_freed = true;
    for (uint32_t i = 0; i < boot_info.nr_modules && i < MAX_BOOT_MODULES; i++) {
        uint64_t start = ALIGN_UP(max_u64(boot_info.modules[i].start, LOW_MEMORY_END), PAGE_SIZE) >> PAGE_SHIFT;
        uint64_t end = ALIGN_DOWN(boot_info.modules[i].end, PAGE_SIZE) >> PAGE_SHIFT;

        for (uint64_t m = start; m < end; m++)
            frame_state_set(mfn(m), FS_NOBODYS);
        if (start < end)
            pagealloc_add(mfn(start), end - start);
    }
}
