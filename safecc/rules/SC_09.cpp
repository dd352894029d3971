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

/* A function that gives a value gives one on every path. */
void every_path_returns(Unit &unit, const FunctionDecl *f, const CFG &cfg, Reporter &out)
{
    if (f->getReturnType()->isVoidType() || f->isMain())
        return;
    std::vector<const CFGBlock *> todo = { &cfg.getEntry() };
    std::set<const CFGBlock *> seen = { &cfg.getEntry() };
    while (!todo.empty()) {
        const CFGBlock *b = todo.back();
        todo.pop_back();
        for (const CFGBlock::AdjacentBlock &succ : b->succs()) {
            const CFGBlock *to = succ.getReachableBlock();
            if (to == nullptr)
                continue;
            if (to != &cfg.getExit()) {
                if (seen.insert(to).second)
                    todo.push_back(to);
                continue;
            }
            bool returns = b->hasNoReturnElement();
            for (const CFGElement &e : *b)
                if (auto st = e.getAs<CFGStmt>())
                    returns |= isa<ReturnStmt>(st->getStmt());
            if (!returns)
                out.report({ "SC-09", unit.place(f->getBody()->getEndLoc()), "`" + f->getNameAsString() + "` ends here without a value to return", {}, "return a value on every path", {}, f->getNameAsString() });
        }
    }
}

/*
 * A jump over a declaration leaves the object as the stack had it: even the zeros that safecc lets the compiler put there
 * are skipped. Scalars are clang's to follow; of arrays and structs none may be used behind a jump over it.
 */
class Jumps : public RecursiveASTVisitor<Jumps> {
public:
    Jumps(Unit &unit, const FunctionDecl *f, Reporter &out) : unit(unit), f(f), out(out) {}

    bool VisitSwitchStmt(SwitchStmt *s)
    {
        for (const SwitchCase *c = s->getSwitchCaseList(); c != nullptr; c = c->getNextSwitchCase())
            over(unit.flat_offset(s->getBody()->getBeginLoc()), c->getKeywordLoc());
        return true;
    }
    bool VisitGotoStmt(GotoStmt *g)
    {
        if (g->getLabel()->getStmt() != nullptr && unit.flat_offset(g->getLabel()->getLocation()) > unit.flat_offset(g->getGotoLoc()))
            over(unit.flat_offset(g->getGotoLoc()), g->getLabel()->getLocation());
        return true;
    }

private:
    Unit &unit;
    const FunctionDecl *f;
    Reporter &out;
    std::set<const VarDecl *> told;

    class Finder : public RecursiveASTVisitor<Finder> {
    public:
        std::vector<std::pair<const VarDecl *, const Stmt *>> declared; /* with the block that ends it */
        std::vector<const DeclRefExpr *> uses;
        std::vector<const Stmt *> blocks;
        bool TraverseCompoundStmt(CompoundStmt *c)
        {
            blocks.push_back(c);
            bool r = RecursiveASTVisitor::TraverseCompoundStmt(c);
            blocks.pop_back();
            return r;
        }
        bool VisitVarDecl(VarDecl *v)
        {
            if (v->hasLocalStorage() && !isa<ParmVarDecl>(v) && !blocks.empty())
                declared.emplace_back(v, blocks.back());
            return true;
        }
        bool VisitDeclRefExpr(DeclRefExpr *r)
        {
            uses.push_back(r);
            return true;
        }
    };

    /* Declarations between `from` and the label, in blocks that hold the label, whose object is used after the label. */
    void over(unsigned from, SourceLocation at)
    {
        Finder finder;
        unsigned to = unit.flat_offset(at);

        finder.TraverseStmt(const_cast<Stmt *>(f->getBody()));
        for (auto [v, block] : finder.declared) {
            unsigned here = unit.flat_offset(v->getLocation());
            QualType t = v->getType();
            if (here <= from || here >= to || unit.flat_end(block->getEndLoc()) <= to || (!t->isArrayType() && !t->isRecordType()))
                continue;
            for (const DeclRefExpr *r : finder.uses)
                if (r->getDecl() == v && unit.flat_offset(r->getLocation()) > to && told.insert(v).second && !unit.in_island(r->getLocation())) {
                    Finding finding{ "SC-09", unit.place(r->getSourceRange()), "`" + v->getNameAsString() + "` is used where a jump came in past its declaration", {}, "declare it before the jump, or in a block of its own", {}, f->getNameAsString() };
                    finding.path.push_back({ unit.place(v->getLocation()), "declared here" });
                    finding.path.push_back({ unit.place(at), "and entered here" });
                    out.report(finding);
                }
        }
    }
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
            if (CFG *cfg = context->getCFG()) {
                runUninitializedVariablesAnalysis(*f, *cfg, *context, handler, stats);
                every_path_returns(unit, f, *cfg, out);
            }
            Jumps(unit, f, out).TraverseStmt(f->getBody());
        }
    }
};

SAFECC_RULE(Initialised);

} // namespace
} // namespace safecc
