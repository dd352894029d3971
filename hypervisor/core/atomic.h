/* SPDX-License-Identifier: MIT */
/*
 * atomic.h - the hypervisor's own words that are read without a lock (SC-14).
 *
 * Reads acquire and writes release: who sees a written value sees what was
 * written before it.  On x86 both are plain moves.  Words shared with a guest
 * have functions of their own (core/guest.h).
 */
#ifndef CORE_ATOMIC_H
#define CORE_ATOMIC_H

#include "core/base.h"

SC_INLINE uint8_t atomic_read8(const uint8_t *p)
{
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}
SC_INLINE uint16_t atomic_read16(const uint16_t *p)
{
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}
SC_INLINE uint32_t atomic_read32(const uint32_t *p)
{
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}
SC_INLINE uint64_t atomic_read64(const uint64_t *p)
{
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}
SC_INLINE void atomic_write8(uint8_t *p, uint8_t v)
{
    __atomic_store_n(p, v, __ATOMIC_RELEASE);
}
SC_INLINE void atomic_write16(uint16_t *p, uint16_t v)
{
    __atomic_store_n(p, v, __ATOMIC_RELEASE);
}
SC_INLINE void atomic_write32(uint32_t *p, uint32_t v)
{
    __atomic_store_n(p, v, __ATOMIC_RELEASE);
}
SC_INLINE void atomic_write64(uint64_t *p, uint64_t v)
{
    __atomic_store_n(p, v, __ATOMIC_RELEASE);
}
/* Add (modulo 2^64), and what was there before; a full barrier. */
SC_INLINE uint64_t atomic_add64(uint64_t *p, uint64_t v)
{
    return __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST);
}
/* Add (modulo 2^32); a full barrier. */
SC_INLINE void atomic_add32(uint32_t *p, uint32_t v)
{
    (void)__atomic_fetch_add(p, v, __ATOMIC_SEQ_CST);
}
/* Set bits; a full barrier. */
SC_INLINE void atomic_or64(uint64_t *p, uint64_t bits)
{
    (void)__atomic_fetch_or(p, bits, __ATOMIC_SEQ_CST);
}
/* Keep only these bits; a full barrier. */
SC_INLINE void atomic_and64(uint64_t *p, uint64_t bits)
{
    (void)__atomic_fetch_and(p, bits, __ATOMIC_SEQ_CST);
}
/* Put v there, and what was there before; a full barrier. */
SC_INLINE uint64_t atomic_xchg64(uint64_t *p, uint64_t v)
{
    return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);
}
SC_INLINE uint8_t atomic_xchg8(uint8_t *p, uint8_t v)
{
    return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);
}
/* Replace old by new_value; returns what was there: old when it was replaced. */
SC_INLINE uint16_t atomic_cmpxchg16(uint16_t *p, uint16_t old, uint16_t new_value)
{
    __atomic_compare_exchange_n(p, &old, new_value, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    return old;
}

SC_INLINE uint32_t atomic_cmpxchg32(uint32_t *p, uint32_t old, uint32_t new_value)
{
    __atomic_compare_exchange_n(p, &old, new_value, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    return old;
}
/* For contracts: what this CPU's last exchange put, and over what. */
/*@ ghost uint64_t exchange_put; */
/*@ ghost uint64_t exchange_over; */
SC_INLINE uint64_t atomic_cmpxchg64(uint64_t *p, uint64_t old, uint64_t new_value)
{
    __atomic_compare_exchange_n(p, &old, new_value, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    return old;
}

/*
 * A slot that publishes a typed pointer (SC-13).  Macros, because they keep the type.
 * What a slot named may be freed only after a grace period.
 */
#define slot_read(slot) __atomic_load_n(&(slot), __ATOMIC_ACQUIRE)
/* Take what the slot names out of it: null is left there, and the object is the caller's (SC-12). */
#define slot_take(slot) __atomic_exchange_n(&(slot), NULL, __ATOMIC_ACQ_REL)
/* Publish where `there` (null, say) was until then; false: something else is there. */
#define slot_publish_if(slot, there, pointer) \
    __atomic_compare_exchange_n(&(slot), &(there), (pointer), false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)
#define slot_publish(slot, pointer) __atomic_store_n(&(slot), (pointer), __ATOMIC_RELEASE)

#endif
