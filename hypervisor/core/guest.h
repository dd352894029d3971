/* SPDX-License-Identifier: MIT */
/*
 * guest.h - access to guest memory (SC-15).
 *
 * guest_read/guest_write copy between a hypervisor local and a guest virtual
 * address in the address space that is loaded now.  A range that touches the
 * hypervisor's slots, is non-canonical or wraps is refused; a page fault in it
 * is caught by the exception table.  Either way: -EFAULT, and a write may have
 * been done in part.  No lock needed.  Never read the same guest word twice.
 */
#ifndef CORE_GUEST_H
#define CORE_GUEST_H

#include "core/addr.h"

/* Could the range be the guest's at all?  (It need not be mapped.) */
bool guest_range(gva_t at, uint64_t nr_bytes);
SC_NODISCARD int guest_read(void *dst SC_COUNT(nr_bytes), gva_t src, uint64_t nr_bytes);
SC_NODISCARD int guest_write(gva_t dst, const void *src SC_COUNT(nr_bytes), uint64_t nr_bytes);
/* One 8-byte word; much cheaper than guest_read. */
SC_NODISCARD int guest_read_u64(uint64_t *dst, gva_t src);
SC_NODISCARD int guest_read_u32(uint32_t *dst, gva_t src);
SC_NODISCARD int guest_write_u64(gva_t dst, uint64_t value);
/* A number of 1, 2 or 4 bytes, little-endian.  0 or -EFAULT. */
SC_NODISCARD SC_INLINE int guest_read_number(uint32_t *dst, gva_t src, unsigned nr_bytes)
{
    *dst = 0;
    return nr_bytes <= sizeof(*dst) ? guest_read(dst, src, nr_bytes) : -EFAULT;
}
SC_NODISCARD SC_INLINE int guest_write_number(gva_t dst, uint32_t value, unsigned nr_bytes)
{
    return nr_bytes <= sizeof(value) ? guest_write(dst, &value, nr_bytes) : -EFAULT;
}

/* The i-th element of a guest array of elements of elem_bytes. */
SC_INLINE gva_t guest_elem(gva_t base, uint64_t i, uint64_t elem_bytes)
{
    return gva(base.v + i * elem_bytes);
}

/* Typed copies: whole objects that hold no pointer. */
#define guest_get(local, va) guest_read(&(local), (va), sizeof(local))
#define guest_put(va, local) guest_write((va), &(local), sizeof(local))

/*
 * Words shared live with a guest (event bitmaps, FIFO words, grant flags,
 * vcpu_info).  The page is pinned by a reference the caller holds.  What comes
 * back is untrusted.
 *
 * For proofs: what this CPU has seen of such words, and what its locked operations have made of them.
 */
/* The word as it was seen last: by a look, or by a locked operation as that took it. */
/*@ ghost uint64_t word_seen; */
/* Bits that were set each time. */
/*@ ghost uint64_t always_seen; */
/* Bits that this CPU's operations have put there set, whether they were or not. */
/*@ ghost uint64_t put_on; */
/* Bits that this CPU's operations have changed, from 0 to 1 and from 1 to 0. */
/*@ ghost uint64_t turned_on; */
/*@ ghost uint64_t turned_off; */
/* How often another value was there than the expected one. */
/*@ ghost uint64_t words_missed; */
SC_INLINE uint8_t shared_read8(const uint8_t *p)
{
    return __atomic_load_n(p, __ATOMIC_RELAXED);
}
SC_INLINE uint16_t shared_read16(const uint16_t *p)
{
    return __atomic_load_n(p, __ATOMIC_RELAXED);
}
SC_INLINE uint32_t shared_read32(const uint32_t *p)
{
    return __atomic_load_n(p, __ATOMIC_RELAXED);
}
/* What is read after it is no older: a word that says that others are valid. */
SC_INLINE uint32_t shared_read32_acquire(const uint32_t *p)
{
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}
SC_INLINE uint64_t shared_read64(const uint64_t *p)
{
    return __atomic_load_n(p, __ATOMIC_RELAXED);
}
SC_INLINE void shared_write8(uint8_t *p, uint8_t v)
{
    __atomic_store_n(p, v, __ATOMIC_RELEASE);
}
/* Put v there, and what was there; a full barrier. */
SC_INLINE uint8_t shared_xchg8(uint8_t *p, uint8_t v)
{
    return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);
}
/* Order what is read and written of a shared page around it, for the guest's other CPUs too. */
SC_INLINE void shared_fence(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
SC_INLINE void shared_write32(uint32_t *p, uint32_t v)
{
    __atomic_store_n(p, v, __ATOMIC_RELEASE);
}
SC_INLINE void shared_write64(uint64_t *p, uint64_t v)
{
    __atomic_store_n(p, v, __ATOMIC_RELEASE);
}
SC_INLINE uint16_t shared_cmpxchg16(uint16_t *p, uint16_t old, uint16_t new_value)
{
    __atomic_compare_exchange_n(p, &old, new_value, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    return old;
}
SC_INLINE uint32_t shared_cmpxchg32(uint32_t *p, uint32_t old, uint32_t new_value)
{
    __atomic_compare_exchange_n(p, &old, new_value, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    return old;
}
SC_INLINE uint16_t shared_and16(uint16_t *p, uint16_t v)
{
    return __atomic_fetch_and(p, v, __ATOMIC_SEQ_CST);
}
SC_INLINE uint64_t shared_xchg64(uint64_t *p, uint64_t v)
{
    return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);
}
SC_INLINE uint64_t shared_or64(uint64_t *p, uint64_t v)
{
    return __atomic_fetch_or(p, v, __ATOMIC_SEQ_CST);
}
SC_INLINE uint32_t shared_or32(uint32_t *p, uint32_t v)
{
    return __atomic_fetch_or(p, v, __ATOMIC_SEQ_CST);
}
SC_INLINE uint32_t shared_and32(uint32_t *p, uint32_t v)
{
    return __atomic_fetch_and(p, v, __ATOMIC_SEQ_CST);
}

/* Set, clear, test bit nr (0-63) of a shared word; the first two return the old bit. */
SC_INLINE bool shared_test_and_set_bit(uint64_t *p, unsigned nr)
{
    uint64_t m = 1UL << (nr & 63);

    return (__atomic_fetch_or(p, m, __ATOMIC_SEQ_CST) & m) != 0;
}
SC_INLINE bool shared_test_and_clear_bit(uint64_t *p, unsigned nr)
{
    uint64_t m = 1UL << (nr & 63);

    return (__atomic_fetch_and(p, ~m, __ATOMIC_SEQ_CST) & m) != 0;
}
SC_INLINE bool shared_test_bit(const uint64_t *p, unsigned nr)
{
    return (shared_read64(p) >> (nr & 63)) & 1;
}

#endif
