/* SPDX-License-Identifier: MIT */
#include "core/worker.h"

#include "arch/cpu.h"
#include "core/fpu.h"
#include "core/lib_call.h"
#include "core/module_ops.h"
#include "core/percpu.h"
#include "core/speculation.h"

static bool begun SC_BOOT;
static uint32_t home SC_BOOT; /* the CPU whose library stack it has */
static int64_t answer SC_BOOT;

void worker_entry(void)
{
    answer = module_job();
}

/* On until it is done or interrupted. */
static bool slice(void)
{
    struct cpu_top *top = cpu_lib_top_of(&cpus[home % MAX_CPUS]);
    struct lib_machine saved = lib_machine_take();
    bool interrupted;

    top->cpu = this_cpu();
    top->current = current_vcpu();
    top->worker = 1;
    top->root_stale = 0;
    if (!begun)
        top->fuel = INT64_MAX; /* the loader's own loops are bounded by the file's size */
    else
        fpu_worker_load();
    SC_UNSAFE("DEV-140: the worker's stack is a library's, which nobody else uses while there is a job")
    {
        interrupted = begun ? worker_resume_raw() : worker_begin_raw(((uint64_t)top & ~0xfUL) - 64);
    }
    if (interrupted)
        fpu_worker_save();
    top->worker = 0;
    if (top->root_stale != 0)
        cpu_top()->root_stale = ROOT_COPY; /* a flush that was asked for meanwhile */
    lib_machine_give(saved);
    return interrupted;
}

bool worker_run(int64_t *rc)
{
    if (!begun)
        home = this_cpu()->id;
    begun = slice();
    if (begun)
        return false;
    *rc = answer;
    return true;
}
