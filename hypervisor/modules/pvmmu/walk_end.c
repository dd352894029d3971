/* SPDX-License-Identifier: MIT */
/* Walks for callers that cannot wait. */
#include "core/log.h"
#include "modules/pvmmu/pvmmu.h"

int walk_to_end(struct mmu_ctx *c)
{
    c->to_end = true;
    return walk_run(c);
}

void table_put_to_end(struct mmu_ctx *c, fref_t r, unsigned kind)
{
    if (unlikely(table_put(c, r, kind) != 0) && walk_to_end(c) != 0)
        panic("a tear-down failed");
}
