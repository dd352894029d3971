/* SPDX-License-Identifier: MIT */
/*
 * SC-09: every object is initialised before use. Scalars by clang's own data-flow analysis; what it does not follow
 * (arrays and structs filled part by part) starts as zero, because safecc compiles with -ftrivial-auto-var-init=zero.
 */
#include "safecc.h"

#include "clang/Analysis/Analyses/UninitializedValues.h"
#include "clang/Analysis/AnalysisDeclContext.h"
#include "clang/Analysis/CFG.h"
#include "engine/flow.h"

using namespace clang;

namespace safecc {
namespace {

class Handler : public UninitVariablesHandler {
public:
    Handler(Unit &unit, const FunctionDecl *f, Reporter &out) : unit(unit), f(f), out(out) {}
    void handleUseOfUninitVariable(const VarDecl *v, const UninitUse &use) override
    {
        if (unit.in_island(use.getUser()->getBeginLoc()))
            return;
        Finding finding{ "SC-09", unit.place(use.getUser()->getSourceRange()),
                         "`" + v->getNameAsString() + "` is used " + (use.getKind() == UninitUse::Always ? "before anything was assigned to it" : "and is not assigned on every path that leads here"),
                         {}, "give it a value where it is declared", {}, f->getNameAsString() };
        finding.path.push_back({ unit.place(v->getLocation()), "declared without a value here" });
        for (auto it = use.branch_begin(); it != use.branch_end(); ++it)
            finding.path.push_back({ unit.place(it->Terminator->getBeginLoc()), "on the path where this is decided the other way" });
        out.report(finding);
    }
    void handleSelfInit(const VarDecl *v) override
    {
        if (!unit.in_island(v->getLocation()))
            out.report({ "SC-09", unit.place(v->getLocation()), "`" + v->getNameAsString() + "` is initialised with itself", {}, "give it a value", {}, f->getNameAsString() });
    }

private:
    Unit &unit;
    const FunctionDecl *f;
    Reporter &out;
};

class Initialised : public Rule {
public:
    const char *id() const override { return "SC-09"; }
    const char *title() const override { return "every object is initialised before use"; }
    void check_unit(Unit &unit, Reporter &out) override
    {
        for (const FunctionDecl *f : judged_functions(unit)) {
            AnalysisDeclContextManager manager(unit.context());
            AnalysisDeclContext *context = manager.getContext(f);
            Handler handler(unit, f, out);
            UninitVariablesAnalysisStats stats{};

            context->getCFGBuildOptions().setAllAlwaysAdd();
            if (CFG *cfg = context->getCFG())
                runUninitializedVariablesAnalysis(*f, *cfg, *context, handler, stats);
        }
    }
};

SAFECC_RULE(Initialised);

} // namespace
} // namespace safecc
