/* SPDX-License-Identifier: MIT */
/*
 * Port gnttab: what the core asks of grant tables.
 * Source of the semantics: Xen public header grant_table.h.  Takes locks of
 * rank RANK_GNTTAB, one at a time; all run inside an RCU read section.
 */
#ifndef PORTS_GNTTAB_H
#define PORTS_GNTTAB_H

#include "core/domain.h"

/* 0 or -ENOMEM.  A table of one frame. */
SC_NODISCARD int gnttab_domain_init(struct domain *d);
/* d, which is dying and does not run, grants nothing any more.  Grants in use stay so until their users end it. */
void gnttab_domain_close(struct domain *d);
/* Then, when its page tables are gone: release the mappings that it holds, some at a time; *chunk is where the next
 * step goes on, at first 0.  True while there is more. */
SC_NODISCARD bool gnttab_abandon_step(struct domain *d, uint32_t *chunk);
/* All of that at once. */
void gnttab_domain_destroy(struct domain *d);
/* Grants of d that other domains still use: while not 0 keep struct domain (and its id). */
uint32_t gnttab_domain_pins(struct domain *d);
/* Give back the memory; after gnttab_domain_destroy, gnttab_domain_pins() == 0 and a grace period. */
void gnttab_domain_free(struct domain *d);

/* XEN_DOMCTL_createdomain: max_grant_frames, max_maptrack_frames; 0: the largest, which they are at
 * first.  -EINVAL when the table is larger already. */
SC_NODISCARD int gnttab_set_limits(struct domain *d, uint32_t max_grant_frames, uint32_t max_maptrack_frames);
/* The index-th frame of d's table, which grows to hold it (XENMEM_acquire_resource).
 * 0, -EINVAL (past the limit), -ENOMEM. */
SC_NODISCARD int gnttab_frame(struct domain *d, uint32_t index, mfn_t *out);

/*
 * Hand-over to another version of the module, while nothing else runs: what hangs off domains and vcpus stays where it
 * is, and the memory for more of it goes along.  Refused (-EINVAL) by a version whose structures have other sizes.
 */
void gnttab_export_state(void);
SC_NODISCARD int gnttab_import_state(void);

#endif
