// What a vcpu got of its CPU, by its own runstate.
#include "share.h"

struct vcpu_runstate_info runstate(void)
{
    struct vcpu_runstate_info now;

    if (HC(vcpu_op, VCPUOP_get_runstate_info, 0, &now) != 0)
        fatal("no runstate");
    return now;
}

struct share compute_for(u64 span_ns)
{
    struct vcpu_runstate_info before = runstate(), after;
    u64 start = now_ns(), span;

    while (now_ns() - start < span_ns)
        ;
    after = runstate();
    span = now_ns() - start;
    return (struct share){
        .ran_permille = (after.time[RUNSTATE_running] - before.time[RUNSTATE_running]) * 1000 / span,
        .waited_permille = (after.time[RUNSTATE_runnable] - before.time[RUNSTATE_runnable]) * 1000 / span,
    };
}
