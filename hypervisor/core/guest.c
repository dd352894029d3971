/* SPDX-License-Identifier: MIT */
#include "core/guest.h"

#include "arch/guest_access.h"

bool guest_range(gva_t at, uint64_t nr_bytes)
{
    return guest_range_ok(at, nr_bytes);
}

int guest_read(void *dst, gva_t src, uint64_t nr_bytes)
{
    if (!guest_range_ok(src, nr_bytes))
        return -EFAULT;
    SC_UNSAFE("DEV-05: the range is the guest's; a fault is caught by the exception table")
    {
        return guest_copy_raw(dst, (const void *)src.v, nr_bytes) == 0 ? 0 : -EFAULT;
    }
}

int guest_write(gva_t dst, const void *src, uint64_t nr_bytes)
{
    if (!guest_range_ok(dst, nr_bytes))
        return -EFAULT;
    SC_UNSAFE("DEV-05: as guest_read")
    {
        return guest_copy_raw((void *)dst.v, src, nr_bytes) == 0 ? 0 : -EFAULT;
    }
}

int guest_read_u64(uint64_t *dst, gva_t src)
{
    return guest_range_ok(src, 8) ? guest_load8(dst, src.v) : -EFAULT;
}

int guest_write_u64(gva_t dst, uint64_t value)
{
    return guest_range_ok(dst, 8) ? guest_store8(dst.v, value) : -EFAULT;
}

int guest_read_u32(uint32_t *dst, gva_t src)
{
    return guest_range_ok(src, 4) ? guest_load4(dst, src.v) : -EFAULT;
}
