/* SPDX-License-Identifier: MIT */
/* Unit tests of modules/gnttab through xen-compat/grant_table_op.c: what the files of the test share. */
#ifndef GNTTAB_TEST_H
#define GNTTAB_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/mock/mock.h"

#include "modules/gnttab/gnttab_private.h"
#include "ports/pvmmu.h"
#include "xen-compat/hypercalls.h"

extern struct domain *dom0, *domu, *domx; /* the one that maps; one that grants; another */
extern struct vcpu *v0;

#define VA 0x7000000UL

int gnttab_test_setup(void **state);
int gnttab_test_teardown(void **state);
#define T(name) cmocka_unit_test_setup_teardown(test_##name, gnttab_test_setup, gnttab_test_teardown)

struct grant_entry_v1 *entry(struct domain *d, uint32_t ref);
void grant(struct domain *d, uint32_t ref, domid_t to, mfn_t m, uint16_t flags);
/* The same of version 2, and the status word. */
union grant_entry_v2 *entry2(struct domain *d, uint32_t ref);
uint16_t *status_of(struct domain *d, uint32_t ref);
void grant2(struct domain *d, uint32_t ref, domid_t to, mfn_t m, uint16_t flags);
void grant2_part(struct domain *d, uint32_t ref, domid_t to, mfn_t m, uint16_t start, uint16_t length, uint16_t flags);
void grant2_transitive(struct domain *d, uint32_t ref, domid_t to, domid_t next, uint32_t next_ref, uint16_t flags);

long call(struct vcpu *v, uint32_t cmd, void *guest, uint32_t count);
/* These give the status; the call itself gives 0. */
long set_version(struct domain *d, uint32_t version);
struct gnttab_map_grant_ref map_full(struct vcpu *v, domid_t dom, uint32_t ref, uint64_t va, uint32_t flags);
int16_t map(struct vcpu *v, domid_t dom, uint32_t ref, uint64_t va, uint32_t flags, uint32_t *handle);
int16_t unmap(struct vcpu *v, uint64_t va, uint64_t dev, uint32_t handle);
int16_t copy(struct vcpu *v, struct gnttab_copy c);
int16_t swap(struct vcpu *v, uint32_t ref_a, uint32_t ref_b);
struct gnttab_query_size query(struct vcpu *v, domid_t dom);
int16_t setup_table(struct vcpu *v, domid_t dom, uint32_t nr, xen_pfn_t *list);
int16_t status_frames(struct vcpu *v, domid_t dom, uint32_t nr, uint64_t *list);
void fill(mfn_t m, uint8_t seed);

/* A file each; the number of tests that failed. */
int run_table(void);
int run_version(void);
int run_map(void);
int run_copy(void);
int run_v2(void);
int run_life(void);
int run_state(void);

#endif
