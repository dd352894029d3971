/* SPDX-License-Identifier: MIT */
#include "core/priv.h"
#include "core/segments.h"
#include "modules/privemul/privemul.h"

#define DR7_GD 0x2000UL
#define DR7_ENABLE 0xffUL
#define DR6_FIXED 0xffff0ff0UL

int debugreg_set(struct vcpu *v, unsigned n, uint64_t value)
{
    switch (n) {
    case 0:
    case 1:
    case 2:
    case 3:
        if ((value >= HV_VIRT_START && value < HV_VIRT_END) || (uint64_t)((int64_t)(value << 16) >> 16) != value)
            return -EPERM;
        v->debugreg[n] = value;
        break;
    case 4:
    case 6: v->debugreg[6] = (value & 0xe00fUL) | DR6_FIXED; break;
    case 5:
    case 7:
        if ((value >> 32) != 0 || (value & DR7_GD) != 0)
            return -EPERM;
        /* I/O breakpoints (R/W 2) need CR4.DE, which a guest does not have. */
        for (unsigned i = 0; i < 4; i++) {
            if ((value >> (16 + 4 * i) & 3) == 2)
                return -EPERM;
        }
        v->debugreg[7] = value & ~0xd800UL;
        break;
    default: return -EINVAL;
    }
    if ((v->debugreg[7] & DR7_ENABLE) != 0)
        segments_load_debug(v);
    else
        priv_clear_dr7();
    return 0;
}
