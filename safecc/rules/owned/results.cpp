/* SPDX-License-Identifier: MIT */
/* What conditions say of owned values: the result of the call that fills them, and that a pointer is null. */
#include "engine/callees.h"
#include "engine/shapes.h"
#include "rules/owned/ownership.h"
#include "rules/owned/values.h"

using namespace clang;

namespace safecc::owned {

/* On the branch where it is null, or where the call failed, there is nothing to consume. */
void Ownership::edge(const Expr *cond, bool truth, OwnState &s)
{
    const Expr *e = strip(cond);

    if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_LNot)
        return edge(u->getSubExpr(), !truth, s);
    if (const auto *b = dyn_cast<BinaryOperator>(e)) {
        if (b->isLogicalOp()) {
            if ((b->getOpcode() == BO_LAnd) == truth) {
                edge(b->getLHS(), truth, s);
                edge(b->getRHS(), truth, s);
            } else {
                looked_at(b, s);
            }
            return;
        }
        if (b->getOpcode() == BO_Assign)
            return result(b, truth ? 1 : 0, s);
        if (!b->isComparisonOp())
            return;
        compared(b, truth, s);
        if (!b->isEqualityOp())
            return;
        bool null_branch = (b->getOpcode() == BO_EQ) == truth;
        for (const Expr *side : { b->getLHS(), b->getRHS() }) {
            const Expr *other = side == b->getLHS() ? b->getRHS() : b->getLHS();
            if (other->isNullPointerConstant(unit.context(), Expr::NPC_ValueDependentIsNotNull) != Expr::NPCK_NotNull && null_branch)
                nothing(side, s);
        }
        return;
    }
    if (e->getType()->isPointerType()) {
        if (!truth)
            nothing(e, s);
        return;
    }
    /* fref_is_none(r): none there. */
    if (const auto *call = dyn_cast<CallExpr>(e); call != nullptr && call->getNumArgs() == 1 && opaque_type(call->getArg(0)->getType())) {
        std::string name = callee_of(call) == nullptr ? "" : callee_of(call)->getNameAsString();
        if (truth && name.size() > 8 && name.substr(name.size() - 8) == "_is_none")
            nothing(call->getArg(0), s);
        return;
    }
    result(e, truth ? 1 : 0, s);
}

void Ownership::nothing(const Expr *e, OwnState &s)
{
    if (const VarDecl *v = owner(e, s)) {
        Thing &t = s.local(v);
        if (t.own == Own::Owned || t.own == Own::Perhaps || t.own == Own::Copied) {
            if (v->getType()->isPointerType())
                s.of.erase({ v, "" });
            else
                t.own = Own::Nothing;
        }
    }
}

void Ownership::compared(const BinaryOperator *b, bool truth, OwnState &s)
{
    Expr::EvalResult r;
    const Expr *left = b->getLHS(), *right = b->getRHS();
    BinaryOperatorKind op = b->getOpcode();

    if (!right->EvaluateAsInt(r, unit.context())) {
        if (!left->EvaluateAsInt(r, unit.context()))
            return;
        std::swap(left, right);
        op = BinaryOperator::reverseComparisonOp(op);
    }
    if (!r.Val.isInt() || !r.Val.getInt().isRepresentableByInt64())
        return;
    if (!truth)
        op = BinaryOperator::negateComparisonOp(op);
    int64_t k = r.Val.getInt().getExtValue();
    /* 0: went well; 1: it did not, and the caller has nothing; 2: one of both, but looked at */
    int what = op == BO_EQ ? (k == 0 ? 0 : 1) : op == BO_NE ? (k == 0 ? 1 : 2) : op == BO_LT ? (k <= 0 ? 1 : 2) : op == BO_LE ? (k < 0 ? 1 : 2) : op == BO_GE ? (k > 0 ? 1 : 2) : (k >= 0 ? 1 : 2);
    result(left, what, s);
}

/* rc = call(&v): rc tells of v. */
void Ownership::results(const std::string &place, const Expr *value, OwnState &s)
{
    for (auto &[h, t] : s.of) {
        if (t.own != Own::Pending || t.call == nullptr)
            continue;
        if (contains(value, t.call))
            t.result = place;
        else if (t.result == place)
            t.result.clear();
    }
}

void Ownership::result(const Expr *e, int what, OwnState &s)
{
    e = strip(e);
    if (const auto *b = dyn_cast<BinaryOperator>(e); b != nullptr && b->getOpcode() == BO_Assign)
        e = strip(b->getLHS());
    bool place = isa<DeclRefExpr>(e) || isa<MemberExpr>(e) || isa<ArraySubscriptExpr>(e) || isa<UnaryOperator>(e);
    std::string text = place ? path_text(unit, e) : "";
    for (auto &[h, t] : s.of) {
        if (t.own != Own::Pending || t.call == nullptr)
            continue;
        bool this_one = place ? !text.empty() && t.result == text : contains(e, t.call);
        if (this_one)
            t = { what == 0 ? Own::Owned : what == 1 ? Own::Nothing : Own::Perhaps, t.at, nullptr, "", {} };
    }
}

static bool mentioned(const std::string &place, const std::set<const ValueDecl *> &list)
{
    for (const ValueDecl *d : list)
        if (goes_by(place, d->getNameAsString()))
            return true;
    return false;
}

/* One of several conditions was decided: results in it were looked at. */
void Ownership::looked_at(const Expr *e, OwnState &s)
{
    class Names : public RecursiveASTVisitor<Names> {
    public:
        std::set<const ValueDecl *> list;
        bool VisitDeclRefExpr(DeclRefExpr *r)
        {
            list.insert(r->getDecl());
            return true;
        }
    } names;
    names.TraverseStmt(const_cast<Expr *>(e));
    for (auto &[h, t] : s.of)
        if (t.own == Own::Pending && t.call != nullptr && (contains(e, t.call) || mentioned(t.result, names.list)))
            t = { Own::Perhaps, t.at, nullptr, "", {} };
}

} // namespace safecc::owned
