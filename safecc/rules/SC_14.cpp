/* SPDX-License-Identifier: MIT */
/*
 * SC-14: shared mutable state is per-CPU, atomic, RCU, fixed once published, or touched only under its lock.
 *
 * A lock is known by the text of its path from a variable (locks/paths.h); anything that has no such path is refused. Along
 * each path of a function: which locks are certainly held, which perhaps (locks/state.h, locks/locks.h). Ranks come from the
 * initialisers (SPINLOCK_INIT(RANK_...)) that the units show (locks/program.h).
 *
 * A function whose name ends in _locked takes no lock for what its callers hold: what it needs is found out, said in terms
 * of its parameters, and asked of each call (locks/callers.cpp). Where that cannot be said, a lock of that type must be held.
 */
#include "engine/flow.h"
#include "rules/locks/declarations.h"
#include "rules/locks/locks.h"

using namespace clang;

namespace safecc {
namespace {

using namespace locks;

class StateProtected : public Rule {
public:
    const char *id() const override { return "SC-14"; }
    const char *title() const override { return "shared state is per-CPU, atomic, RCU, or used under its lock; locks keep their order"; }
    void check_module(Module &module, Reporter &out) override
    {
        Program program;
        CallGraphOf graph(module);

        program.kept = &kept_parameters(module);
        for (auto &unit : module.units)
            find_ranks(*unit, program);
        find_taken(graph, program);
        find_needs(module, program);
        each(module, [&](Unit &unit, const FunctionDecl *f, const CFG &cfg) { look(unit, f, cfg, program, out); });
        for (auto &unit : module.units)
            if (!unit->options->host)
                judge_declarations(*unit, out);
    }

private:
    template <class F> static void each(Module &module, F f)
    {
        for (auto &unit : module.units)
            for (const FunctionDecl *d : judged_functions(*unit)) {
                const CFG *cfg = graph_of(*unit, d);
                /* The core's own lock functions are made of instructions. */
                if (cfg != nullptr && !(!annotations_of(d).acquires.empty() && unit->core_file(d->getLocation())))
                    f(*unit, d, *cfg);
            }
    }

    static std::set<Need> look(Unit &unit, const FunctionDecl *f, const CFG &cfg, const Program &program, Reporter &out)
    {
        Locks locks(unit, f, program, out);

        walk(cfg, locks, locks.entry());
        return locks.needs;
    }

    /* What the _locked functions need, until nothing is added. */
    static void find_needs(Module &module, Program &program)
    {
        Reporter quiet;

        for (bool again = true; again;) {
            again = false;
            each(module, [&](Unit &unit, const FunctionDecl *f, const CFG &cfg) {
                if (needs_are_found(f))
                    for (const Need &n : look(unit, f, cfg, program, quiet))
                        again |= program.needs[function_key(unit, f)].insert(n).second;
            });
        }
    }
};

SAFECC_RULE(StateProtected);

} // namespace
} // namespace safecc
