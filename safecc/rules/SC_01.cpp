/* SPDX-License-Identifier: MIT */
/* SC-01: no pointer arithmetic, difference or order: an element is reached by an index that SC-07 can judge. */
#include "rules/judged.h"

using namespace clang;

namespace safecc {
namespace {

class Visitor : public JudgedVisitor<Visitor> {
public:
    using JudgedVisitor::JudgedVisitor;

    bool VisitBinaryOperator(BinaryOperator *b)
    {
        bool left = b->getLHS()->getType()->isPointerType(), right = b->getRHS()->getType()->isPointerType();

        if (!left && !right)
            return true;
        if (b->isAdditiveOp() && left && right)
            say(b->getSourceRange(), "the difference of two pointers", "keep an index beside the pointer");
        else if (b->isAdditiveOp())
            arithmetic(b, left ? b->getLHS() : b->getRHS(), left ? b->getRHS() : b->getLHS(), b->getOpcode() == BO_Sub);
        else if (b->getOpcode() == BO_AddAssign || b->getOpcode() == BO_SubAssign)
            say(b->getSourceRange(), "a pointer is moved", "keep the pointer and move an index");
        else if (b->isRelationalOp())
            say(b->getSourceRange(), "pointers are compared by order", "compare indices; == and != are allowed");
        return true;
    }
    bool VisitUnaryOperator(UnaryOperator *u)
    {
        if (u->isIncrementDecrementOp() && u->getSubExpr()->getType()->isPointerType())
            say(u->getSourceRange(), "a pointer is moved", "keep the pointer and move an index");
        return true;
    }
    /* 3[p] hides which of the two is the pointer. */
    bool VisitArraySubscriptExpr(ArraySubscriptExpr *s)
    {
        if (!s->getLHS()->getType()->isPointerType())
            say(s->getSourceRange(), "the index stands where the pointer belongs", "write p[i]");
        return true;
    }

private:
    void arithmetic(const BinaryOperator *b, const Expr *pointer, const Expr *offset, bool minus)
    {
        std::vector<FixIt> fixes;
        std::string p = text(pointer), i = text(offset);

        if (!minus)
            fixes.push_back({ unit.place(b->getSourceRange()), "&" + p + "[" + i + "]" });
        say(b->getSourceRange(), "pointer arithmetic", minus ? "keep the pointer to the first element and an index" : "write &" + p + "[" + i + "]", {}, fixes);
    }
};

SAFECC_VISITOR_RULE(NoPointerArithmetic, Visitor, "SC-01", "no pointer arithmetic, pointer difference or order of pointers");

} // namespace
} // namespace safecc
