/* SPDX-License-Identifier: MIT */
/*
 * SC-NN: TITLE
 * As made by new-rule: a constant that begins with 0 is octal, which few readers expect.
 */
#include "rules/judged.h"

using namespace clang;

namespace safecc {
namespace {

class Visitor : public JudgedVisitor<Visitor> {
public:
    using JudgedVisitor::JudgedVisitor;

    bool VisitIntegerLiteral(IntegerLiteral *e)
    {
        std::string written = unit.flat_text(e->getSourceRange());

        if (written.size() < 2 || written[0] != '0' || !isdigit((unsigned char)written[1]))
            return true;
        size_t suffix = written.find_first_not_of("01234567");
        std::string value = std::to_string(e->getValue().getZExtValue());
        std::string decimal = value + (suffix == std::string::npos ? "" : written.substr(suffix));
        std::vector<FixIt> fixes;
        /* Inside a macro's body the place is that of its use. */
        if (const TokenOrigin *t = unit.origin(e->getLocation()); t != nullptr && t->macro == 0)
            fixes.push_back({ unit.place(e->getSourceRange()), decimal });
        say(e->getSourceRange(), "`" + written + "` is octal: its value is " + value, "write it in decimal or hexadecimal: " + decimal, {}, fixes);
        return true;
    }
};

SAFECC_VISITOR_RULE(RuleNN, Visitor, "SC-NN", "TITLE");

} // namespace
} // namespace safecc
