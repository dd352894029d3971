// Page tables: all of them lie in the initial mapping, where a pseudo-physical address has a fixed virtual one.
#include "guest.h"

start_info_t *si;
struct shared_info *shared;

static u64 *p2m(void)
{
    return (u64 *)si->mfn_list;
}

u64 mfn_of(const void *va)
{
    return p2m()[((u64)va - VIRT_BASE) >> 12];
}

u64 maddr_of(const void *va)
{
    return (mfn_of(va) << 12) | ((u64)va & (PAGE_SIZE - 1));
}

void *va_of_mfn(u64 mfn)
{
    return (void *)(VIRT_BASE + (m2p()[mfn] << 12));
}

u64 *entry_of(const void *va, int level)
{
    u64 *table = (u64 *)si->pt_base;

    for (int at = 4; at > level; at--) {
        u64 entry = table[((u64)va >> (12 + 9 * (at - 1))) & 511];

        if ((entry & PTE_P) == 0)
            return NULL;
        table = va_of_mfn(PTE_MFN(entry));
    }
    return &table[((u64)va >> (12 + 9 * (level - 1))) & 511];
}

u64 entry_maddr(const void *va, int level)
{
    return maddr_of(entry_of(va, level));
}

long va_update(const void *va, u64 pte, u64 flags)
{
    return HC(update_va_mapping, va, pte, flags);
}

void map(const void *va, u64 mfn, u64 flags)
{
    long ret = va_update(va, (mfn << 12) | flags, UVMF_INVLPG);

    if (ret != 0)
        fatal("map of mfn %lx at %lx with %lx: %ld", mfn, (u64)va, flags, ret);
}

void map_ro(const void *va)
{
    map(va, mfn_of(va), RO_PTE);
}

void map_rw(const void *va)
{
    map(va, mfn_of(va), RW_PTE);
}

void unmap(const void *va)
{
    long ret = va_update(va, 0, UVMF_INVLPG);

    if (ret != 0)
        fatal("unmap of %lx: %ld", (u64)va, ret);
}

long mmu_update_dom(u64 ptr, u64 val, u32 domid)
{
    mmu_update_t update = { ptr, val };

    return HC(mmu_update, &update, 1, NULL, domid);
}

long mmu_update1(u64 ptr, u64 val)
{
    return mmu_update_dom(ptr, val, DOMID_SELF);
}

long mmuext_dom(u32 cmd, u64 arg1, u64 arg2, u32 domid)
{
    struct mmuext_op op;

    memset(&op, 0, sizeof(op));
    op.cmd = cmd;
    op.arg1.linear_addr = arg1;
    memcpy(&op.arg2, &arg2, sizeof(arg2));
    return HC(mmuext_op, &op, 1, NULL, domid);
}

long mmuext(u32 cmd, u64 arg1, u64 arg2)
{
    return mmuext_dom(cmd, arg1, arg2, DOMID_SELF);
}
