/* SPDX-License-Identifier: MIT */
/* SC-22: in an SC_COMMIT section nothing can fail any more: no check left to run time, no port call, no early exit. */
#include "engine/callees.h"
#include "engine/walk.h"
#include "safecc.h"

using namespace clang;

namespace safecc {
namespace {

/* Functions that a check of theirs may leave half-way: by file and name. */
using Checked = std::map<std::pair<const Unit *, std::string>, const Site *>;

class Section : public RecursiveASTVisitor<Section> {
public:
    Section(Unit &unit, CallGraphOf &graph, const Checked &checked, Reporter &out) : unit(unit), graph(graph), checked(checked), out(out) {}

    bool VisitReturnStmt(ReturnStmt *s) { return leaves(s, "return"); }
    bool VisitGotoStmt(GotoStmt *s) { return leaves(s, "goto"); }
    bool VisitBreakStmt(BreakStmt *s) { return depth > 0 || leaves(s, "break"); }
    bool VisitContinueStmt(ContinueStmt *s) { return depth > 0 || leaves(s, "continue"); }
    bool VisitCallExpr(CallExpr *c)
    {
        for (const FunctionDecl *callee : callees_of(c)) {
            std::set<const CallGraphOf::Node *> seen;
            if (!annotations_of(callee).port.empty())
                say(c->getSourceRange(), "a port is called in a commit section", "call it before: check first, then commit");
            else if (const CallGraphOf::Node *node = graph.find(unit, callee))
                below(c, node, seen);
        }
        return true;
    }
    bool TraverseForStmt(ForStmt *s) { return nested([&] { return RecursiveASTVisitor::TraverseForStmt(s); }); }
    bool TraverseWhileStmt(WhileStmt *s) { return nested([&] { return RecursiveASTVisitor::TraverseWhileStmt(s); }); }
    bool TraverseDoStmt(DoStmt *s) { return nested([&] { return RecursiveASTVisitor::TraverseDoStmt(s); }); }
    bool TraverseSwitchStmt(SwitchStmt *s) { return nested([&] { return RecursiveASTVisitor::TraverseSwitchStmt(s); }); }

private:
    Unit &unit;
    CallGraphOf &graph;
    const Checked &checked;
    Reporter &out;
    unsigned depth = 0; /* loops and switches inside the section, which a break ends */

    template <class F> bool nested(F f)
    {
        depth++;
        bool r = f();
        depth--;
        return r;
    }
    /* What the section calls may not fail either. */
    bool below(const CallExpr *call, const CallGraphOf::Node *node, std::set<const CallGraphOf::Node *> &seen)
    {
        if (!seen.insert(node).second)
            return false;
        if (auto it = checked.find({ node->unit, node->f->getNameAsString() }); it != checked.end()) {
            Finding f{ "SC-22", unit.place(call->getSourceRange()), "a commit section calls `" + node->f->getNameAsString() + "`, in which a check is left to run time", {}, "test before the section what the check asks, and let the function say so (SC_RANGE, SC_COUNT, SC_NONNULL)", {}, unit.function_at(call->getBeginLoc()) };
            f.path.push_back({ it->second->place, it->second->rule + " " + it->second->what + ": " + it->second->argument });
            out.report(f);
            return true;
        }
        for (auto &edge : node->calls)
            if (edge.callee != nullptr && below(call, edge.callee, seen))
                return true;
        return false;
    }
    bool leaves(const Stmt *s, const char *how)
    {
        say(s->getSourceRange(), std::string(how) + " leaves a commit section before its end", "decide before the section begins");
        return true;
    }
    void say(SourceRange at, const std::string &message, const std::string &help)
    {
        out.report({ "SC-22", unit.place(at), message, {}, help, {}, unit.function_at(at.getBegin()) });
    }
};

class Sections : public RecursiveASTVisitor<Sections> {
public:
    Sections(Unit &unit, CallGraphOf &graph, const Checked &checked, Reporter &out) : unit(unit), graph(graph), checked(checked), out(out) {}
    bool VisitAttributedStmt(AttributedStmt *s)
    {
        auto words = statement_annotation(s);
        if (words.empty() || words[0] != "commit" || unit.exempt(s->getSubStmt()->getBeginLoc()))
            return true;
        Section(unit, graph, checked, out).TraverseStmt(s->getSubStmt());
        unsigned begin = unit.flat_offset(s->getBeginLoc()), end = unit.flat_end(s->getEndLoc());
        for (const Site &site : unit.sites)
            if ((site.fate == Fate::Check) && begin <= site.flat_begin && site.flat_begin < end) {
                Finding f{ "SC-22", site.place, "a check is left to run time in a commit section: " + site.rule + " " + site.what, {}, "test the condition before the section, so that it is known to hold", {}, site.function };
                f.path.push_back({ site.place, site.argument });
                out.report(f);
            }
        return true;
    }

private:
    Unit &unit;
    CallGraphOf &graph;
    const Checked &checked;
    Reporter &out;
};

class CommitHolds : public Rule {
public:
    const char *id() const override { return "SC-22"; }
    const char *title() const override { return "a commit section has no check left, no port call and no early exit"; }
    /* Last of all rules, so every site is known. */
    void check_module(Module &module, Reporter &out) override
    {
        CallGraphOf graph(module);
        Checked checked;

        for (auto &unit : module.units)
            for (const Site &site : unit->sites)
                if (site.fate == Fate::Check)
                    checked.emplace(std::make_pair(unit.get(), site.function), &site);
        for (auto &unit : module.units)
            Sections(*unit, graph, checked, out).TraverseDecl(unit->context().getTranslationUnitDecl());
    }
};

SAFECC_RULE(CommitHolds);

} // namespace
} // namespace safecc
