/* SPDX-License-Identifier: MIT */
/*
 * Port gnttab: what the core asks of grant tables.
 * Source of the semantics: Xen public header grant_table.h.  Takes locks of
 * rank RANK_GNTTAB, one at a time; all run inside an RCU read section.
 */
#ifndef PORTS_GNTTAB_H
#define PORTS_GNTTAB_H

#include "core/cmdline.h"
#include "core/domain.h"
#include "core/sloppy.h"
#include "ports/record.h"

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

/* Hand-over to another version of the module: as that of event channels (ports/evtchn.h). */
void gnttab_export_state(void);
SC_NODISCARD int gnttab_import_state(void);

#define GNTTAB_RECORD_NR_GRANTS 64
#define GNTTAB_RECORD_NR_MAPPINGS 64

/* A grant in use, or all zero. */
struct gnttab_record_grant {
    fref_t hold; /* of its frame, for as long; none of a transitive one */
    uint16_t readers, writers;
    domid_t user;
    uint16_t kind; /* 0: a page, 1: a part of one, 2: transitive */
};

/* A handle: a mapping, or, with no flag set, free. */
struct gnttab_record_mapping {
    fref_t device;  /* for GNTMAP_device_map */
    uint32_t ref;   /* of a free one: the next on its list + 1; 0: it is the last */
    domid_t domid;  /* who grants */
    uint16_t flags; /* GNTMAP_*; 0x8000: an unmap has failed in the middle of it */
};

enum gnttab_record_kind { GNTTAB_RECORD_TABLE, GNTTAB_RECORD_TRACK, GNTTAB_RECORD_GRANTS, GNTTAB_RECORD_MAPPINGS };

/* One of each of the first two kinds, then GNTTAB_RECORD_NR_GRANTS grants each, where one is in use, then all handles.
 */
struct gnttab_record {
    struct gnttab_record *next SC_NULLABLE; /* the core's */
    struct domain *domain;                  /* whose */
    struct record_at at;                    /* enum gnttab_record_kind; which grants; which handles */
    /* GNTTAB_RECORD_TABLE */
    uint32_t version, nr_frames, nr_status, max_frames;
    const struct sloppy *nr_active SC_NULLABLE; /* to be copied */
    fref_t frame[OPT_GNTTAB_MAX_FRAMES];
    fref_t status[OPT_GNTTAB_MAX_FRAMES / 8];
    /* GNTTAB_RECORD_TRACK; nr_handles in GNTTAB_RECORD_MAPPINGS too */
    uint32_t max_handles, nr_handles;
    uint32_t first[MAX_VCPUS]; /* each vcpu's free handles: the first + 1; 0: none */
    /* GNTTAB_RECORD_GRANTS */
    struct gnttab_record_grant grant[GNTTAB_RECORD_NR_GRANTS];
    /* GNTTAB_RECORD_MAPPINGS */
    struct gnttab_record_mapping mapping[GNTTAB_RECORD_NR_MAPPINGS];
};

SC_NODISCARD enum record gnttab_export(struct domain *d, struct record_at *at, struct gnttab_record *r);
SC_NODISCARD int gnttab_import(const struct gnttab_record *r);

struct gnttab_layout;
void gnttab_layout(struct gnttab_layout layout);

#endif
