/* SPDX-License-Identifier: MIT */
/* SC-06: the size of every frame is known: no VLA, no alloca, no object too large for a stack. */
#include "rules/judged.h"

using namespace clang;

namespace safecc {
namespace {

constexpr int64_t most_bytes = 2048;       /* of one object on the hypervisor's stack */
constexpr int64_t most_bytes_host = 1 << 20;

class Visitor : public JudgedVisitor<Visitor> {
public:
    using JudgedVisitor::JudgedVisitor;

    bool VisitVarDecl(VarDecl *v)
    {
        if (v->getType()->isVariablyModifiedType()) {
            say(v->getSourceRange(), "`" + v->getNameAsString() + "` has a length that is known only at run time", "use a fixed length, or a pointer with SC_COUNT(n)");
        } else if (v->hasLocalStorage() && !isa<ParmVarDecl>(v) && !v->getType()->isIncompleteType() && !v->getType()->isDependentType()) {
            int64_t bytes = unit.context().getTypeSizeInChars(v->getType()).getQuantity(), most = unit.options->host ? most_bytes_host : most_bytes;
            if (bytes > most)
                say(v->getSourceRange(), "`" + v->getNameAsString() + "` takes " + std::to_string(bytes) + " bytes of stack, of at most " + std::to_string(most) + " for one object", "make it part of an object, or static per CPU");
        }
        return true;
    }
    bool VisitCallExpr(CallExpr *call)
    {
        const FunctionDecl *f = call->getDirectCallee();
        std::string name = f == nullptr ? "" : f->getNameAsString();

        if (name == "alloca" || name.rfind("__builtin_alloca", 0) == 0)
            say(call->getSourceRange(), "alloca makes a frame of unknown size", "use a fixed length");
        return true;
    }
    bool VisitUnaryExprOrTypeTraitExpr(UnaryExprOrTypeTraitExpr *e)
    {
        if (e->getTypeOfArgument()->isVariablyModifiedType())
            say(e->getSourceRange(), "the size of a type that is known only at run time", "use a fixed length");
        return true;
    }
};

SAFECC_VISITOR_RULE(FramesKnown, Visitor, "SC-06", "no VLA, no alloca: the size of every frame is known");

} // namespace
} // namespace safecc
