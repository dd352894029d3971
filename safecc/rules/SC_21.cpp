/* SPDX-License-Identifier: MIT */
/* SC-21: an unsafe island stands in a core file, has a number of its own, and says why it is sound. */
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

private:
    Unit &unit;
    Reporter &out;

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
    void check_unit(Unit &unit, Reporter &out) override { Visitor(unit, out).TraverseDecl(unit.context().getTranslationUnitDecl()); }
};
SAFECC_RULE(Islands);

} // namespace
} // namespace safecc
