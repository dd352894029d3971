/* SPDX-License-Identifier: MIT */
/*
 * SC-12: an owned value is consumed exactly once, and not used afterwards.
 *
 * Owned: a local that takes the result of an SC_OWNED function or sc_new(), an SC_OWNED parameter, what sc_take() gives, and
 * what a call has put behind an SC_OWNED out parameter (SC_OWNED T *out, T opaque) once its result was found to be 0
 * (owned/values.h, owned/results.cpp).
 * Consumed: handed to an SC_OWNED parameter (sc_delete is one), returned from an SC_OWNED function, stored into an SC_OWNED
 * field (owned/consume.cpp). Stored into a field without SC_OWNED it can be deleted no more: its memory keeps its type for
 * ever, so a pointer to it stays good (owned/stores.cpp). Copies of an owned local die with it.
 *
 * An SC_OPAQUE value is what it says (a held reference), so it is owned wherever it stands: a local may not be dropped, and
 * a copy of a field may be given away only once the field has another value. Only the core looks into one or makes one
 * (owned/forms.h).
 */
#include "engine/flow.h"
#include "rules/owned/forms.h"
#include "rules/owned/ownership.h"

using namespace clang;

namespace safecc {
namespace {

class OwnedOnce : public Rule {
public:
    const char *id() const override { return "SC-12"; }
    const char *title() const override { return "an owned value is consumed exactly once and not used afterwards"; }
    void check_module(Module &module, Reporter &out) override
    {
        const Kept &kept = kept_parameters(module);

        for (auto &unit : module.units) {
            owned::judge_forms(*unit, out);
            for (const FunctionDecl *f : judged_functions(*unit)) {
                const CFG *cfg = graph_of(*unit, f);
                /* The core makes and ends references: it is judged in a run of its own. */
                if (cfg == nullptr || unit->core_file(f->getLocation()))
                    continue;
                owned::Ownership ownership(*unit, f, kept, out);
                walk(*cfg, ownership, ownership.entry());
            }
        }
    }
};

SAFECC_RULE(OwnedOnce);

} // namespace
} // namespace safecc
