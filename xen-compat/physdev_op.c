/* SPDX-License-Identifier: MIT */
#include "core/guest.h"
#include "core/log.h"
#include "ports/physdev.h"
#include "xen-compat/hypercalls.h"
#include <xen/physdev.h>
int physdev_domain_init(struct domain *d) { (void)d; return 0; }
int physdev_pirq_bind(struct domain *d, uint32_t pirq, bool share) { (void)d; (void)pirq; (void)share; return -EINVAL; }
void physdev_pirq_unbind(struct domain *d, uint32_t pirq) { (void)d; (void)pirq; }
void physdev_irq(uint32_t vector) { (void)vector; }
long hc_physdev_op(struct vcpu *v, uint64_t cmd, uint64_t arg, uint64_t a3, uint64_t a4, uint64_t a5)
{
    (void)a3; (void)a4; (void)a5;
    if (cmd == PHYSDEVOP_set_iopl) {
        struct physdev_set_iopl i;
        if (guest_get(i, gva(arg)) != 0) return -EFAULT;
        if (i.iopl > 3) return -EINVAL;
        v->iopl = (uint8_t)i.iopl;
        return 0;
    }
    log_guest(LOG_INFO, "physdev_op %lu: not implemented", cmd);
    return -ENOSYS;
}
long hc_platform_op(struct vcpu *v, uint64_t cmd, uint64_t arg, uint64_t a3, uint64_t a4, uint64_t a5)
{ (void)v; (void)cmd; (void)arg; (void)a3; (void)a4; (void)a5; return -ENOSYS; }
long hc_mca(struct vcpu *v, uint64_t cmd, uint64_t arg, uint64_t a3, uint64_t a4, uint64_t a5)
{ (void)v; (void)cmd; (void)arg; (void)a3; (void)a4; (void)a5; return -ENOSYS; }
long hc_xenpmu_op(struct vcpu *v, uint64_t cmd, uint64_t arg, uint64_t a3, uint64_t a4, uint64_t a5)
{ (void)v; (void)cmd; (void)arg; (void)a3; (void)a4; (void)a5; return -ENOSYS; }
