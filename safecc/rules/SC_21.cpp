/* SPDX-License-Identifier: MIT */
/*
 * SC-21: an unsafe island stands in a core file, has a number of its own, and says why it is sound. What it rests on is asked
 * before it (SC_REQUIRE), and what only the core may do (SC_CORE) is done by nobody else.
 */
#include "engine/checks.h"
#include "rules/judged.h"

using namespace clang;

namespace safecc {
namespace {

class Visitor : public RecursiveASTVisitor<Visitor> {
public:
    Visitor(Unit &unit, Reporter &out) : unit(unit), out(out) {}

    bool VisitAttributedStmt(AttributedStmt *s)
    {
        auto words = statement_annotation(s);

        if (words.empty() || words[0] != "unsafe")
            return true;
        judge(s->getBeginLoc(), words.size() > 1 ? words[1] : "", unit.core_file(s->getBeginLoc()));
        if (!isa<CompoundStmt>(s->getSubStmt()))
            say(s->getBeginLoc(), "SC_UNSAFE stands before something that is no block", "SC_UNSAFE(\"...\") { ... }");
        return true;
    }

    bool VisitNamedDecl(NamedDecl *d)
    {
        const std::string &why = annotations_of(d).unsafe_decl;

        if (!why.empty())
            judge(d->getLocation(), why, unit.core_file(d->getLocation()));
        return true;
    }

    bool VisitDeclRefExpr(DeclRefExpr *r)
    {
        if (annotations_of(r->getDecl()).core && !of_core(r->getLocation()))
            say(r->getLocation(), "`" + r->getDecl()->getNameAsString() + "` is for the core only", "use what the core's header offers to modules: functions that take a held reference");
        return true;
    }

private:
    Unit &unit;
    Reporter &out;

    /* Written in a file of the core, or in the body of one of its macros. */
    bool of_core(SourceLocation at)
    {
        const TokenOrigin *o = unit.origin(at);
        return o == nullptr || unit.core_name(unit.files[o->file]) || (o->macro != 0 && unit.core_name(unit.macros[o->macro].file));
    }

    void judge(SourceLocation at, const std::string &why, bool core)
    {
        if (!core)
            say(at, "an unsafe island outside of the core", "a module holds none: move the operation behind a function of the core");
        else if (!numbered(why))
            say(at, "an unsafe island without a number", "SC_UNSAFE(\"DEV-nn: why it is sound\")");
        else if (why.size() - why.find(':') < 12)
            say(at, "an unsafe island that does not say why it is sound", "one sentence after the number");
    }

    static bool numbered(const std::string &why)
    {
        size_t i = 4;
        if (why.rfind("DEV-", 0) != 0)
            return false;
        while (i < why.size() && isdigit((unsigned char)why[i]))
            i++;
        return i > 4 && i < why.size() && why[i] == ':';
    }
    void say(SourceLocation at, const std::string &message, const std::string &help)
    {
        if (!unit.from_trusted_file(at))
            out.report({ "SC-21", unit.place(at), message, {}, help, {}, unit.function_at(at) });
    }
};

class Islands : public Rule {
public:
    const char *id() const override { return "SC-21"; }
    const char *title() const override { return "unsafe islands: in the core only, numbered, with their reason"; }
    void check_unit(Unit &unit, Reporter &out) override
    {
        Visitor(unit, out).TraverseDecl(unit.context().getTranslationUnitDecl());
        each_function(unit, [&](const Flow &flow) {
            flow.visit([&](const Stmt *st, const State &s) {
                const auto *call = dyn_cast<CallExpr>(st);
                if (call != nullptr && call->getDirectCallee() != nullptr && call->getDirectCallee()->getName() == "sc_required_" && call->getNumArgs() == 1)
                    required(unit, flow, call->getArg(0), s);
            });
        });
    }

private:
    static void required(Unit &unit, const Flow &flow, const Expr *condition, const State &s)
    {
        Interval r = flow.eval(condition, s).range;

        if (unit.in_island(condition->getBeginLoc()))
            return;
        if (r.lo > 0) {
            unit.add_site("SC-21", "required", condition, condition->getSourceRange(), Fate::Static, "it holds here");
            return;
        }
        Site &site = unit.add_site("SC-21", "required", condition, condition->getSourceRange(), Fate::Check, "an island rests on `" + unit.source_text(condition->getSourceRange()) + "`");
        wrap_check(unit, site, condition, "sc_v");
    }
};
SAFECC_RULE(Islands);

} // namespace
} // namespace safecc
