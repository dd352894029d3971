/* SPDX-License-Identifier: MIT */
/* vcpu_state.h - checks on guest-given vcpu state, shared by the calls that set it. */
#ifndef XEN_COMPAT_VCPU_STATE_H
#define XEN_COMPAT_VCPU_STATE_H

#include "core/domain.h"

bool canonical(uint64_t a);
bool code_address_ok(uint64_t a);
/* One trap handler; -EPERM: not a guest's address. */
SC_NODISCARD int trap_set(struct vcpu *v, unsigned vector, const struct trap_info *t);

#endif
