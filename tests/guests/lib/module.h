// Modules of the hypervisor, loaded and unloaded by its own hypercall.
#pragma once
#include "guest.h"
#include "../../../hypervisor/public/module_op.h"

// The bytes of a signed module, from the build.
#define MODULE_FILE(symbol, file)                                                                             \
    extern const u8 symbol[], symbol##_end[];                                                                 \
    __asm__(".section .rodata\n.balign 16\n" #symbol ": .incbin \"" MODULES "/" file "\"\n" #symbol "_end:\n.text")

static inline void name_put(char to[SH_MODULE_NAME_BYTES], const char *name)
{
    memset(to, 0, SH_MODULE_NAME_BYTES);
    memcpy(to, name, strlen(name));
}

// The last answer's problem and info are in module_op.
extern struct sh_module_op module_op;
static inline long module_call(u32 cmd, const char *name, const void *bytes, u64 nr)
{
    memset(&module_op, 0, sizeof(module_op));
    module_op.cmd = cmd;
    module_op.version = SH_MODULE_OP_VERSION;
    module_op.buffer = (u64)bytes;
    module_op.size = nr;
    name_put(module_op.name, name);
    return hypercall(SH_MODULE_OP, (u64)&module_op, 0, 0, 0, 0);
}
static inline long module_load(const char *name, const u8 *from, const u8 *end)
{
    return module_call(SH_MODULE_LOAD, name, from, (u64)(end - from));
}
static inline long module_unload(const char *name) { return module_call(SH_MODULE_UNLOAD, name, NULL, 0); }
static inline long module_info(u32 index)
{
    memset(&module_op, 0, sizeof(module_op));
    module_op.cmd = SH_MODULE_LIST;
    module_op.version = SH_MODULE_OP_VERSION;
    module_op.index = index;
    return hypercall(SH_MODULE_OP, (u64)&module_op, 0, 0, 0, 0);
}
// How many there are.
static inline u32 modules_count(void)
{
    u32 n = 0;

    while (module_info(n) == 0)
        n++;
    return n;
}
// The state of a module, 0 when there is none; its info is in module_op.
static inline u32 module_state(const char *name)
{
    for (u32 i = 0; module_info(i) == 0; i++)
        if (strncmp(module_op.info.name, name, SH_MODULE_NAME_BYTES) == 0)
            return module_op.info.state;
    return 0;
}
