/* SPDX-License-Identifier: MIT */
/*
 * gnttab.h - grant tables, versions 1 and 2: the operations of GNTTABOP_*, typed.
 *
 * Source: Xen public header grant_table.h.  What these return is a GNTST_*
 * status, unless said otherwise.  Callers hold no lock of rank RANK_GNTTAB or
 * above and are inside an RCU read section.
 */
#ifndef MODULES_GNTTAB_GNTTAB_H
#define MODULES_GNTTAB_GNTTAB_H

#include "ports/gnttab.h"

#include <xen/grant_table.h>

struct gnttab_map_request {
    uint64_t host_addr; /* guest virtual address, or, with GNTMAP_contains_pte, of the entry */
    uint32_t flags;     /* GNTMAP_* */
    uint32_t ref;
    domid_t dom; /* who grants */
};

/*
 * GNTTABOP_map_grant_ref.  okay: the frame is mapped, *handle names the mapping and
 * *frame is the frame.  bad_gntref (also: nothing to map was asked), bad_domain,
 * no_space, bad_page, general_error (the grant does not allow it, or host_addr).
 */
/*@ requires \valid(v) && \valid_read(req) && \valid(handle) && \valid(frame);
  @ ensures GNTST_no_space <= \result <= GNTST_okay; */
SC_NODISCARD int gnttab_map(struct vcpu *v, const struct gnttab_map_request *req, uint32_t *handle, mfn_t *frame);

struct gnttab_unmap_request {
    uint64_t host_addr;    /* 0: leave the host mapping */
    uint64_t dev_bus_addr; /* 0: leave the device mapping */
    uint64_t new_addr;     /* where the entry to put in its place is taken from; 0: none */
    uint32_t handle;
};

/* GNTTABOP_unmap_grant_ref, _unmap_and_replace.  bad_handle, general_error. */
/*@ requires \valid(v) && \valid_read(req);
  @ ensures GNTST_no_space <= \result <= GNTST_okay; */
SC_NODISCARD int gnttab_unmap(struct vcpu *v, const struct gnttab_unmap_request *req);

struct gnttab_copy_end {
    uint64_t number; /* grant reference, or frame number of the caller */
    domid_t domid;
    uint16_t offset;
    bool is_gref;
};

struct gnttab_copy_request {
    struct gnttab_copy_end source, dest;
    uint16_t len;
};

/*
 * GNTTABOP_copy.  general_error also: past the part of a page that is granted, or a transitive grant that leads
 * nowhere, to its own domain, or to another transitive one.  permission_denied, bad_domain, bad_gntref, bad_page,
 * bad_copy_arg.
 */
/*@ requires \valid(v) && \valid_read(req);
  @ ensures GNTST_no_space <= \result <= GNTST_okay; */
SC_NODISCARD int gnttab_copy(struct vcpu *v, const struct gnttab_copy_request *req);

/* Grow d's table to nr_frames at least (GNTTABOP_setup_table).  0, -EINVAL, -ENOMEM. */
SC_NODISCARD int gnttab_grow(struct domain *d, uint32_t nr_frames);
/*
 * GNTTABOP_set_version of d's own table.  -EINVAL (1 or 2), -ENOSYS (more than the command line allows), -EBUSY
 * (a grant that is not reserved is in use, or a status frame is mapped), -ERANGE (a reserved entry that version 1
 * cannot express), -ENOMEM.
 */
SC_NODISCARD int gnttab_set_version(struct domain *d, uint32_t version);
/* GNTTABOP_get_version. */
uint32_t gnttab_version(struct domain *d);
/* The index-th frame of the status array (GNTTABOP_get_status_frames).  0, -EINVAL: there is none. */
SC_NODISCARD int gnttab_status_frame(struct domain *d, uint32_t index, mfn_t *out);
/* Does user have a grant of this frame of d's in use (GNTTABOP_cache_flush)? */
bool gnttab_uses(struct domain *d, mfn_t frame, domid_t user);
/* GNTTABOP_query_size. */
void gnttab_query_size(struct domain *d, uint32_t *nr_frames, uint32_t *max_nr_frames);
/* GNTTABOP_swap_grant_ref.  bad_gntref, eagain (in use). */
SC_NODISCARD int gnttab_swap(struct domain *d, uint32_t ref_a, uint32_t ref_b);

#endif
