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
        std::string why = words.size() > 1 ? words[1] : "";
        if (!unit.core_file(s->getBeginLoc()))
            say(s, "an unsafe island outside of the core", "a module holds none: move the operation behind a function of the core");
        else if (!numbered(why))
            say(s, "an unsafe island without a number", "SC_UNSAFE(\"DEV-nn: why it is sound\")");
        else if (why.size() - why.find(':') < 12)
            say(s, "an unsafe island that does not say why it is sound", "one sentence after the number");
        if (!isa<CompoundStmt>(s->getSubStmt()))
            say(s, "SC_UNSAFE stands before something that is no block", "SC_UNSAFE(\"...\") { ... }");
        return true;
    }

private:
    Unit &unit;
    Reporter &out;

    static bool numbered(const std::string &why)
    {
        size_t i = 4;
        if (why.rfind("DEV-", 0) != 0)
            return false;
        while (i < why.size() && isdigit((unsigned char)why[i]))
            i++;
        return i > 4 && i < why.size() && why[i] == ':';
    }
    void say(const AttributedStmt *s, const std::string &message, const std::string &help)
    {
        if (!unit.from_trusted_file(s->getBeginLoc()))
            out.report({ "SC-21", unit.place(s->getBeginLoc()), message, {}, help, {}, unit.function_at(s->getBeginLoc()) });
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
