// Waiting for events while each vcpu's single-shot timer goes on all the time.
#pragma once
#include "smp.h"

extern u32 alarm_port[VCPUS_MAX];          // each vcpu's VIRQ_TIMER, which the test binds
extern volatile u32 alarms_set[VCPUS_MAX]; // how many; event_count[alarm_port[vcpu]] says how many rang

// Blocks until so many events of a port came. Fatal when that, or a ring, takes longer than patience_ns.
void alarm_await(u32 vcpu, u32 port, u32 least, u64 patience_ns, const char *what);
