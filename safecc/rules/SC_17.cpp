/* SPDX-License-Identifier: MIT */
/*
 * SC-17: every loop ends, and every entry promptly. A loop counts towards a bound that it does not move, or says how often
 * it turns (SC_TRIPS), or what falls each turn (SC_VARIANT); else it gets a fuel check on its back edge. In a module a loop
 * that is not short takes its turns from what its entry has left, so that nested loops and called ones share one budget.
 */
#include "engine/checks.h"
#include "rules/loops/counting.h"
#include "rules/loops/length.h"

using namespace clang;

namespace safecc {
namespace {

constexpr const char *module_fuel = "1048576UL";        /* turns of one loop where no entry's fuel is declared */
constexpr const char *core_fuel = "68719476736UL";      /* in the core, which maps all memory and waits for devices */
constexpr const char *host_fuel = "1099511627776UL";    /* in a program of the host profile */

class Loops : public RecursiveASTVisitor<Loops> {
public:
    Loops(Unit &unit, const FunctionDecl *f, Reporter &out) : unit(unit), f(f), flow(FlowCache::of(unit, f)), length(unit, flow), out(out) {}

    bool TraverseAttributedStmt(AttributedStmt *s)
    {
        auto words = statement_annotation(s);
        if (words.size() == 2 && (words[0] == "variant" || words[0] == "trips")) {
            const Stmt *sub = s->getSubStmt();
            if (isa<ForStmt>(sub) || isa<WhileStmt>(sub) || isa<DoStmt>(sub))
                annotated[sub] = words;
            else
                error(s->getBeginLoc(), "SC_" + std::string(words[0] == "trips" ? "TRIPS" : "VARIANT") + " stands before something that is no loop", "put it right before for, while or do");
        }
        return RecursiveASTVisitor::TraverseAttributedStmt(s);
    }
    bool VisitForStmt(ForStmt *s) { return loop(s); }
    bool VisitWhileStmt(WhileStmt *s) { return loop(s); }
    bool VisitDoStmt(DoStmt *s) { return loop(s); }
    bool VisitGotoStmt(GotoStmt *g)
    {
        if (unit.flat_offset(g->getLabel()->getLocation()) < unit.flat_offset(g->getGotoLoc()) && !unit.in_island(g->getGotoLoc()))
            error(g->getGotoLoc(), "a goto backward makes a loop that nobody counts", "write the loop as for, while or do");
        return true;
    }

private:
    Unit &unit;
    const FunctionDecl *f;
    const Flow *flow;
    loops::Length length;
    Reporter &out;
    std::optional<std::string> fuel_call;
    std::map<const Stmt *, std::vector<std::string>> annotated;

    void error(SourceLocation at, const std::string &message, const std::string &help)
    {
        out.report({ "SC-17", unit.place(at), message, {}, help, {}, f->getNameAsString() });
    }

    bool loop(const Stmt *s)
    {
        if (unit.in_island(s->getBeginLoc()) || unit.from_trusted_macro(s->getBeginLoc()))
            return true;
        const Stmt *body = loops::parts_of(s).body;
        auto it = annotated.find(s);
        if (it != annotated.end() && it->second[0] == "trips")
            trips(s, body, it->second[1]);
        else if (it != annotated.end())
            variant(s, body, it->second[1]);
        else if (loops::never_turns(unit.context(), s))
            unit.add_site("SC-17", "loop", s, head(s), Fate::Static, "it does not turn");
        else
            counts(s, body);
        return true;
    }

    void counts(const Stmt *s, const Stmt *body)
    {
        loops::Counted c = loops::counted(unit, flow, s);

        if (c.why.empty()) {
            fuelled(s, body);
        } else if (!takes_fuel(s) || length.is_short(c.turns, body)) {
            unit.add_site("SC-17", "loop", s, head(s), Fate::Static, c.why);
        } else {
            Site &site = unit.add_site("SC-17", "loop", s, head(s), Fate::Check, c.why + ", but perhaps often, or what it calls loops: its turns are the entry's");
            around(site, body, check_text(site, entry_fuel()) + "; ");
            site.condition = "the entry has turns left";
        }
    }

    static SourceRange head(const Stmt *s) { return { s->getBeginLoc(), s->getBeginLoc() }; }

    /* ---- what an entry pays for ---- */

    /* A module's loop, where the hypervisor says what an entry has left. */
    bool takes_fuel(const Stmt *s) { return !unit.options->host && !unit.core_file(s->getBeginLoc()) && !entry_fuel().empty(); }

    /* The call that takes one turn: of the function that is SC_FUEL. */
    const std::string &entry_fuel()
    {
        if (!fuel_call.has_value()) {
            fuel_call = "";
            for (const Decl *d : unit.context().getTranslationUnitDecl()->decls())
                if (const auto *fuel = dyn_cast<FunctionDecl>(d); fuel != nullptr && annotations_of(fuel).fuel)
                    fuel_call = fuel->getNameAsString() + "()";
        }
        return *fuel_call;
    }

    unsigned end_of(const Stmt *s)
    {
        unsigned end = unit.flat_end(s->getEndLoc());
        const Stmt *last = s;

        for (;;) {
            if (const auto *x = dyn_cast<ForStmt>(last))
                last = x->getBody();
            else if (const auto *y = dyn_cast<WhileStmt>(last))
                last = y->getBody();
            else if (const auto *z = dyn_cast<IfStmt>(last))
                last = z->getElse() != nullptr ? z->getElse() : z->getThen();
            else if (const auto *a = dyn_cast<AttributedStmt>(last))
                last = a->getSubStmt();
            else
                break;
        }
        if (!isa<CompoundStmt>(last) && !isa<NullStmt>(last)) {
            size_t semicolon = unit.flat.find_first_not_of(" \n", end);
            if (semicolon != std::string::npos && unit.flat[semicolon] == ';')
                end = (unsigned)semicolon + 1;
        }
        return end;
    }

    void around(Site &site, const Stmt *s, const std::string &before)
    {
        Edit e;
        e.begin = unit.flat_offset(s->getBeginLoc());
        e.end = end_of(s);
        e.before = "{ " + before;
        e.after = " }";
        site.edits.push_back(e);
    }

    const char *fuel(const Stmt *s) const { return unit.options->host ? host_fuel : unit.core_file(s->getBeginLoc()) ? core_fuel : module_fuel; }

    /* Nothing here says that the loop ends. */
    void fuelled(const Stmt *s, const Stmt *body)
    {
        if (takes_fuel(s)) {
            Site &site = unit.add_site("SC-17", "loop", s, head(s), Fate::Check, "nothing here says that it ends: its turns are the entry's");
            around(site, body, check_text(site, entry_fuel()) + "; ");
            site.condition = "the entry has turns left";
            return;
        }
        Site &site = unit.add_site("SC-17", "loop", s, head(s), Fate::Check, "nothing here says that it ends: at most " + std::string(fuel(s)) + " turns");
        around(site, s, "unsigned long sc_fuel = " + std::string(fuel(s)) + "; ");
        around(site, body, check_text(site, "sc_fuel-- != 0") + "; ");
        site.condition = "at most " + std::string(fuel(s)) + " turns";
    }

    void trips(const Stmt *s, const Stmt *body, const std::string &n)
    {
        char *end;
        unsigned long constant = strtoul(n.c_str(), &end, 0);
        bool few = end != n.c_str() && end[strspn(end, "uUlL")] == '\0' && constant <= (unsigned long)loops::short_turns;
        bool pays = takes_fuel(s) && !(few && length.is_short((Wide)constant, body));
        Site &site = unit.add_site("SC-17", "loop", s, head(s), Fate::Check, "SC_TRIPS(" + n + ")");

        around(site, s, "unsigned long sc_fuel = (unsigned long)(" + n + "); ");
        around(site, body, check_text(site, "sc_fuel-- != 0" + (pays ? " && " + entry_fuel() : "")) + "; ");
        site.condition = "at most " + n + " turns";
    }

    void variant(const Stmt *s, const Stmt *body, const std::string &e)
    {
        Site &site = unit.add_site("SC-17", "loop", s, head(s), Fate::Check, "SC_VARIANT(" + e + ") falls each turn");
        std::string falls = "(unsigned long)(" + e + ") < sc_variant" + (takes_fuel(s) ? " && " + entry_fuel() : "");

        around(site, s, "unsigned long sc_variant = -1UL; ");
        around(site, body, check_text(site, falls) + "; sc_variant = (unsigned long)(" + e + "); ");
        site.condition = "`" + e + "` falls";
    }
};

class LoopsEnd : public Rule {
public:
    const char *id() const override { return "SC-17"; }
    const char *title() const override { return "every loop ends, every entry promptly: loops count, say how often they turn, or take fuel"; }
    void check_unit(Unit &unit, Reporter &out) override
    {
        for (const FunctionDecl *f : judged_functions(unit))
            Loops(unit, f, out).TraverseStmt(f->getBody());
    }
};

SAFECC_RULE(LoopsEnd);

} // namespace
} // namespace safecc
