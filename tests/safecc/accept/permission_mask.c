/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Permissions as masks in a constant matrix of who may do what to whom.
 */
#include "core/base.h"

enum role { GUEST, DRIVER, CONTROL, NR_ROLES };
#define MAY_MAP (1U << 0)
#define MAY_SIGNAL (1U << 1)
#define MAY_DESTROY (1U << 2)

static const uint8_t allowed[NR_ROLES][NR_ROLES] = {
    [GUEST] = { [GUEST] = 0, [DRIVER] = MAY_SIGNAL, [CONTROL] = MAY_SIGNAL },
    [DRIVER] = { [GUEST] = MAY_MAP | MAY_SIGNAL, [DRIVER] = MAY_SIGNAL, [CONTROL] = MAY_SIGNAL },
    [CONTROL] = { MAY_MAP | MAY_SIGNAL | MAY_DESTROY, MAY_MAP | MAY_SIGNAL | MAY_DESTROY, MAY_SIGNAL },
};

int permit(uint32_t who, uint32_t whom, uint32_t wanted)
{
    if (who >= NR_ROLES || whom >= NR_ROLES)
        return -EINVAL;
    return (allowed[who][whom] & wanted) == wanted ? 0 : -EPERM;
}
