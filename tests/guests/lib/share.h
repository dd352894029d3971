// What a vcpu got of its CPU, by its own runstate: parts of the system time that passed, so the host's load matters little.
#pragma once
#include "guest.h"

struct share {
    u64 ran_permille, waited_permille;
};

struct vcpu_runstate_info runstate(void); // vcpu 0's
struct share compute_for(u64 span_ns);    // counts so long
