/* SPDX-License-Identifier: MIT */
/* SC-03: no union member holds a pointer, so no bits become one. */
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
        return true;
    }
};

SAFECC_VISITOR_RULE(NoPointerInUnion, Visitor, "SC-03", "no union member holds a pointer");

} // namespace
} // namespace safecc
