/* SPDX-License-Identifier: MIT */
/*
 * evtchn_test.h - what the groups of event channel tests share: two domains, the hypercall's operations as functions, and
 * what a guest of the 2-level ABI does with its bits.
 */
#ifndef EVTCHN_TEST_H
#define EVTCHN_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/mock/mock.h"

#include "modules/evtchn/evtchn_private.h"
#include "xen-compat/hypercalls.h"

extern struct domain *dom0, *domu; /* 3 vcpus, privileged; 2 vcpus: new for each test */

int setup(void **state);
int teardown(void **state);
#define T(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

/* The groups; each returns how many of its tests failed. */
int run_bind_tests(void);
int run_send_tests(void);
int run_close_tests(void);
int run_fifo_tests(void);
int run_state_tests(void);

/* The hypercall with a struct as its argument, which is copied in and out. */
long op_bytes(struct vcpu *v, uint32_t cmd, void *arg, size_t nr_bytes);
#define OP(v, cmd, arg) op_bytes((v), EVTCHNOP_##cmd, &(arg), sizeof(arg))

long alloc_unbound(struct vcpu *v, domid_t dom, domid_t remote, uint32_t *port);
long bind_interdomain(struct vcpu *v, domid_t dom, uint32_t rport, uint32_t *port);
long bind_virq(struct vcpu *v, uint32_t virq, uint32_t vcpu, uint32_t *port);
long bind_ipi(struct vcpu *v, uint32_t vcpu, uint32_t *port);
long bind_pirq(struct vcpu *v, uint32_t pirq, uint32_t *port);
long bind_vcpu(struct vcpu *v, uint32_t port, uint32_t vcpu);
long close_port(struct vcpu *v, uint32_t port);
long send_port(struct vcpu *v, uint32_t port);
long unmask(struct vcpu *v, uint32_t port);
long set_priority(struct vcpu *v, uint32_t port, uint32_t priority);
long reset(struct vcpu *v, domid_t dom);
struct evtchn_status status_of(struct vcpu *v, domid_t dom, uint32_t port);
long status_rc(struct vcpu *v, domid_t dom, uint32_t port);

void mask_2l(struct domain *d, uint32_t port, bool masked);
bool pending_2l(struct domain *d, uint32_t port);
/* What a guest's upcall handler does first. */
void ack_2l(struct vcpu *v, uint32_t port);
/* A connected pair of ports between dom0 and domu, nothing pending. */
void connect_pair(uint32_t *port0, uint32_t *portu);

#endif
