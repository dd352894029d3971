/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * A function makes an owned object or returns null, and cleans up after itself when it fails
 * half way.
 */
#include "sc_host.h"

struct volume {
    uint64_t nr_blocks;
    uint32_t block_bytes;
};

SC_OWNED SC_NULLABLE static struct volume *volume_open(uint64_t nr_blocks, uint32_t block_bytes)
{
    struct volume *v SC_NULLABLE SC_OWNED = sc_new(struct volume);

    if (v == NULL)
        return NULL;
    if (block_bytes < 512 || (block_bytes & (block_bytes - 1)) != 0) {
        sc_delete(v);
        return NULL;
    }
    v->nr_blocks = nr_blocks;
    v->block_bytes = block_bytes;
    return v;
}

int main(void)
{
    struct volume *good SC_NULLABLE SC_OWNED = volume_open(100, 4096);
    struct volume *bad SC_NULLABLE SC_OWNED = volume_open(100, 1000);
    bool ok;

    ok = good != NULL && good->nr_blocks == 100 && bad == NULL;
    if (bad != NULL)
        sc_delete(bad);
    if (good != NULL)
        sc_delete(good);
    return ok ? 0 : 1;
}
