// Grant tables, version 1, for the tests.
#pragma once
#include "guest.h"

extern u8 grant_page[PAGE_SIZE];
static inline volatile grant_entry_v1_t *grant(u32 ref)
{
    return (volatile grant_entry_v1_t *)grant_page + ref;
}
void grant_setup(void);
void grant_give(u32 ref, u64 frame, u16 flags); // to the domain itself
long grant_op(u32 op, void *arg, u32 count);
// Each gives the operation's status; the hypercall itself must have returned 0.
long grant_map(u32 ref, const void *at, u32 flags, u32 domid, u32 *handle);
long grant_unmap(u32 handle, const void *at);
