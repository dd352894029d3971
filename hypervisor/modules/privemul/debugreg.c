/* SPDX-License-Identifier: MIT */
#include "core/priv.h"
#include "core/segments.h"
#include "modules/privemul/privemul.h"

#define DR7_GD 0x2000UL
#define DR7_ENABLE 0xffUL
#define DR7_ZEROS 0xd800UL
#define DR6_GUESTS 0xe00fUL
#define DR6_FIXED 0xffff0ff0UL

/*@ predicate breakpoints_are_the_guests(struct vcpu *v) =
      \forall integer i; 0 <= i < 4 ==> v->debugreg[i] < HV_VIRT_START || v->debugreg[i] >= HV_VIRT_END;
*/
/*@ predicate io_breakpoint(uint64_t dr7, integer i) = (dr7 >> (16 + 4 * i) & 3) == 2; */
/*@ requires breakpoints_are_the_guests(v);
    assigns v->debugreg[0 .. 7];
    ensures breakpoints_are_the_guests(v);
    ensures answer: \result == 0 || \result == -EPERM || \result == -EINVAL;
    ensures none_such: n > 7 ==> \result == -EINVAL;
    ensures kept: \result != 0 ==> \forall integer i; 0 <= i < 8 ==> v->debugreg[i] == \old(v->debugreg[i]);
    ensures allowed: (n == 5 || n == 7) && \result == 0 ==> (value & DR7_GD) == 0;
    ensures one: \forall integer i; 0 <= i < 8 && i != (n == 4 ? 6 : n == 5 ? 7 : n) ==>
      v->debugreg[i] == \old(v->debugreg[i]);
    ensures set: n < 4 && \result == 0 ==> v->debugreg[n] == value;
    ensures dr6: n == 4 || n == 6 ==> \result == 0 && v->debugreg[6] == ((value & DR6_GUESTS) | DR6_FIXED);
    ensures dr7: (n == 5 || n == 7) && \result == 0 ==> v->debugreg[7] == (value & ~DR7_ZEROS);
    ensures no_io: (n == 5 || n == 7) && \result == 0 ==> \forall integer i; 0 <= i < 4 ==> !io_breakpoint(value, i);
    ensures why: (n == 5 || n == 7) && \result != 0 ==>
      value > UINT32_MAX || (value & DR7_GD) != 0 || \exists integer i; 0 <= i < 4 && io_breakpoint(value, i);
    ensures short: (n == 5 || n == 7) && \result == 0 ==> value <= UINT32_MAX;
*/
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
    case 6: v->debugreg[6] = (value & DR6_GUESTS) | DR6_FIXED; break;
    case 5:
    case 7:
        if (value > UINT32_MAX || (value & DR7_GD) != 0)
            return -EPERM;
        /* I/O breakpoints (R/W 2) need CR4.DE, which a guest does not have. */
        /*@ loop invariant 0 <= i <= 4;
            loop invariant none: \forall integer j; 0 <= j < i ==> !io_breakpoint(value, j);
            loop assigns i;
            loop variant 4 - i;
        */
        for (unsigned i = 0; i < 4; i++) {
            if ((value >> (16 + 4 * i) & 3) == 2)
                return -EPERM;
        }
        v->debugreg[7] = value & ~DR7_ZEROS;
        break;
    default: return -EINVAL;
    }
    if ((v->debugreg[7] & DR7_ENABLE) != 0)
        segments_load_debug(v);
    else
        priv_clear_dr7();
    return 0;
}
