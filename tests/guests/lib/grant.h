// Grant tables for the tests: version 1, then version 2.
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
// Each gives the operation's status, or -1000 and the hypercall's own error.
long grant_map(u32 ref, const void *at, u32 flags, u32 domid, u32 *handle);
long grant_unmap(u32 handle, const void *at);
long grant_copy_from(domid_t domid, u32 ref, u32 offset, u32 length, const void *to); // to the beginning of a page of ours
long grant_copy_to(const void *from, domid_t domid, u32 ref, u32 offset, u32 length);
long grant_swap(u32 a, u32 b);
long grant_setup_table(domid_t domid, u32 count, void *list);

long grant_set_version(u32 version); // the hypercall's own result
extern u32 grant_version; // what it said the version is
long grant_status_frames(domid_t domid, u32 count, void *list);
extern u8 status_page[PAGE_SIZE];
void grant2_setup(void);       // to version 2, with the status array's first frame mapped at status_page
void grant2_status_map(void);
void grant2_status_unmap(void);
static inline volatile grant_entry_v2_t *grant2(u32 ref)
{
    return (volatile grant_entry_v2_t *)grant_page + ref;
}
static inline u16 grant2_status(u32 ref)
{
    return ((volatile u16 *)status_page)[ref];
}
void grant2_give(u32 ref, domid_t to, u64 frame, u16 flags);
void grant2_part(u32 ref, domid_t to, u64 frame, u32 start, u32 length, u16 flags);
void grant2_transitive(u32 ref, domid_t to, domid_t next, u32 next_ref, u16 flags);
