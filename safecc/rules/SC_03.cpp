/* SPDX-License-Identifier: MIT */
/* SC-03: no union member holds a pointer, a truth value or a number with a range: no bits become one. */
#include "rules/judged.h"

using namespace clang;

namespace safecc {
namespace {

class Visitor : public JudgedVisitor<Visitor> {
public:
    using JudgedVisitor::JudgedVisitor;

    bool VisitRecordDecl(RecordDecl *r)
    {
        if (!r->isUnion() || !r->isCompleteDefinition())
            return true;
        for (const FieldDecl *f : r->fields())
            if (type_holds_pointer(f->getType()))
                say(f->getSourceRange(), "union member `" + f->getNameAsString() + "` holds a pointer", "use a struct with a tag and one field for each case");
            else if (std::string what = !annotations_of(f).range_lo.empty() ? "a number that has a range" : promise_of_type(f->getType()); !what.empty())
                say(f->getSourceRange(), "union member `" + f->getNameAsString() + "` holds " + what + ", which not every pattern of bits is", "use a struct, or an integer and compare it");
        return true;
    }
};

SAFECC_VISITOR_RULE(NoPointerInUnion, Visitor, "SC-03", "no union member holds a pointer, or what not every pattern of bits is");

} // namespace
} // namespace safecc
