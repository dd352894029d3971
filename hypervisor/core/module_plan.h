/* SPDX-License-Identifier: MIT */
/*
 * module_plan.h - what has to be written when a module begins or stops to serve: every place, in the core and in
 * modules, that means one of its exports.
 */
#ifndef CORE_MODULE_PLAN_H
#define CORE_MODULE_PLAN_H

#include "core/modules.h"

struct module_plan {
    struct module *module SC_NULLABLE;
    bool serve;
    bool sched, evtchn, gnttab;            /* whose state goes along */
    bool evtchn_converts, gnttab_converts; /* into other structures */
    bool done;                             /* it was written, and stays */
    bool goes_back;                        /* then it could be undone */
    uint32_t version; /* modules_version() when it was begun, or done: with another one it is worth nothing */
    uint32_t nr_places;
};

/*
 * The plan, and the places, of which there is one list: by who holds the one operation, or while all CPUs wait.
 * 0; -EBUSY: others use what nobody else exports; -EREMOTEIO: there is state that cannot go along; -ENOSPC: too many
 * places.
 */
SC_NODISCARD int plan_make(struct module_plan *plan, struct module *m, bool serve);
/*
 * Of a plan that was done to let a module serve, if no module has come or gone since: the plan by which it serves no
 * more, without looking anything up.  False: it has to be made.
 */
bool plan_undo(struct module_plan *plan, const struct module *m);
/* While all CPUs wait: as planned, or as before. */
SC_CORE void plan_write(const struct module_plan *plan, bool back);

#endif
