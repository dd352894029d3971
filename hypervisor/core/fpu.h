/* SPDX-License-Identifier: MIT */
/*
 * fpu.h - FPU, SSE and AVX state (Intel SDM vol. 3, chapter 13).
 * With FXSAVE the switch is lazy: CR0.TS is set while the registers hold another
 * vcpu's state.  With XSAVE it is eager.
 */
#ifndef CORE_FPU_H
#define CORE_FPU_H

#include "core/domain.h"

SC_CORE void fpu_init_cpu(void);
/* A new vcpu's state; 0 or -ENOMEM. */
SC_CORE SC_NODISCARD int fpu_vcpu_init(struct vcpu *v);
/* next takes the CPU: CR0.TS on unless the registers are its own and its own TS is clear. */
SC_CORE void fpu_switch(struct vcpu *next);
/* #NM in v: load its state and clear CR0.TS. */
SC_CORE void fpu_load(struct vcpu *v);
/* Put v's state in memory if the registers hold it. */
SC_CORE void fpu_save(struct vcpu *v);
/* What a worker (core/worker.h) that is interrupted has in the registers, and back; CR0.TS is clear. */
SC_CORE void fpu_worker_save(void);
SC_CORE void fpu_worker_load(void);
/* The guest sets or clears its own CR0.TS. */
void fpu_guest_ts(struct vcpu *v, bool set);
/* Is XSAVE in use, and with which components? */
uint64_t fpu_xcr0(void);

#endif
