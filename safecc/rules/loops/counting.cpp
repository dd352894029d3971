/* SPDX-License-Identifier: MIT */
/* A loop counts: a conjunct of its condition compares a local that each turn moves one way with a bound that stays. */
#include "rules/loops/counting.h"

#include "engine/shapes.h"

using namespace clang;

namespace safecc::loops {
namespace {

/* How the loop changes each local. */
class Changes : public RecursiveASTVisitor<Changes> {
public:
    struct Change {
        bool up = false, down = false, other = false;
        std::vector<const Stmt *> where;
    };
    std::map<const ValueDecl *, Change> of;
    std::set<const ValueDecl *> touched; /* locals a part of which is assigned, or whose address is taken; and assigned fields */
    bool calls = false;                  /* anything behind a pointer may change */

    bool VisitCallExpr(CallExpr *c)
    {
        calls |= c->getBuiltinCallee() == 0;
        return true;
    }
    bool VisitAtomicExpr(AtomicExpr *)
    {
        calls = true;
        return true;
    }

    bool VisitBinaryOperator(BinaryOperator *b)
    {
        if (!b->isAssignmentOp())
            return true;
        part(b->getLHS());
        Change *c = slot(b->getLHS());
        if (c == nullptr)
            return true;
        c->where.push_back(b);
        const Expr *r = strip(b->getRHS());
        bool positive = positive_constant(r);
        BinaryOperatorKind op = b->getOpcode();
        if ((op == BO_AddAssign && positive))
            c->up = true;
        else if (op == BO_SubAssign && positive)
            c->down = true;
        else if (op == BO_ShrAssign && positive)
            c->down = true;
        else if (op == BO_DivAssign && constant_above(r, 1))
            c->down = true;
        else if (op == BO_AndAssign && clears_a_bit(b))
            c->down = true;
        else if (op == BO_Assign && steps(b, BO_Add))
            c->up = true;
        else if (op == BO_Assign && (steps(b, BO_Sub) || steps(b, BO_Shr) || (steps(b, BO_Div))))
            c->down = true;
        else
            c->other = true;
        return true;
    }
    bool VisitUnaryOperator(UnaryOperator *u)
    {
        Change *c = nullptr;
        if (u->isIncrementDecrementOp() || u->getOpcode() == UO_AddrOf)
            part(u->getSubExpr());
        if (u->isIncrementDecrementOp() && (c = slot(u->getSubExpr())) != nullptr) {
            (u->isIncrementOp() ? c->up : c->down) = true;
            c->where.push_back(u);
        } else if (u->getOpcode() == UO_AddrOf && (c = slot(u->getSubExpr())) != nullptr) {
            c->other = true;
        }
        return true;
    }

private:
    Change *slot(const Expr *e)
    {
        const auto *r = dyn_cast<DeclRefExpr>(e->IgnoreParens());
        return r == nullptr ? nullptr : &of[r->getDecl()];
    }
    void part(const Expr *e)
    {
        e = e->IgnoreParens();
        if (const auto *m = dyn_cast<MemberExpr>(e))
            touched.insert(m->getMemberDecl());
        if (!isa<DeclRefExpr>(e))
            if (const VarDecl *v = root_variable(e))
                touched.insert(v);
    }
    static bool constant_above(const Expr *e, int64_t least)
    {
        const auto *l = dyn_cast<IntegerLiteral>(e);
        return l != nullptr && l->getValue().getActiveBits() < 32 && (int64_t)l->getValue().getZExtValue() > least;
    }
    static bool positive_constant(const Expr *e) { return constant_above(e, 0); }
    /* x = x op c */
    static bool steps(const BinaryOperator *b, BinaryOperatorKind op)
    {
        const auto *r = dyn_cast<BinaryOperator>(strip(b->getRHS()));
        if (r == nullptr || r->getOpcode() != op || !constant_above(strip(r->getRHS()), op == BO_Div ? 1 : 0))
            return false;
        const auto *x = dyn_cast<DeclRefExpr>(strip(b->getLHS())), *y = dyn_cast<DeclRefExpr>(strip(r->getLHS()));
        return x != nullptr && y != nullptr && x->getDecl() == y->getDecl();
    }
    /* x &= x - 1 */
    static bool clears_a_bit(const BinaryOperator *b)
    {
        const auto *r = dyn_cast<BinaryOperator>(strip(b->getRHS()));
        if (r == nullptr || r->getOpcode() != BO_Sub || !constant_above(strip(r->getRHS()), 0))
            return false;
        const auto *x = dyn_cast<DeclRefExpr>(strip(b->getLHS())), *y = dyn_cast<DeclRefExpr>(strip(r->getLHS()));
        return x != nullptr && y != nullptr && x->getDecl() == y->getDecl();
    }
};

class Counting {
public:
    Counting(Unit &unit, const Flow *flow) : unit(unit), flow(flow) {}

    Counted of(const Stmt *loop)
    {
        auto [cond, body, inc] = parts_of(loop);
        Changes changes;
        Counted out;

        if (cond == nullptr)
            return out;
        changes.TraverseStmt(const_cast<Stmt *>(body));
        if (inc != nullptr)
            changes.TraverseStmt(const_cast<Expr *>(inc));
        changes.TraverseStmt(const_cast<Expr *>(cond));
        if (!counts_by(strip(cond), body, inc, changes, out.why, isa<DoStmt>(loop)))
            out.why.clear();
        out.turns = most_turns;
        return out;
    }

private:
    Unit &unit;
    const Flow *flow;

    /* One of the conjuncts bounds a local that each turn moves towards the bound. */
    bool counts_by(const Expr *cond, const Stmt *body, const Expr *inc, Changes &changes, std::string &why, bool is_do)
    {
        if (const auto *b = dyn_cast<BinaryOperator>(cond)) {
            if (b->getOpcode() == BO_LAnd)
                return counts_by(strip(b->getLHS()), body, inc, changes, why, is_do) || counts_by(strip(b->getRHS()), body, inc, changes, why, is_do);
            if (!b->isComparisonOp())
                return false;
            for (int turn = 0; turn < 2; turn++) {
                const Expr *l = turn == 0 ? b->getLHS() : b->getRHS(), *r = turn == 0 ? b->getRHS() : b->getLHS();
                BinaryOperatorKind op = turn == 0 ? b->getOpcode() : BinaryOperator::reverseComparisonOp(b->getOpcode());
                if (bounded(l, r, op, body, inc, changes, why))
                    return true;
            }
            return false;
        }
        /* while (x), while (n--): it falls to zero. */
        return bounded(cond, nullptr, BO_NE, body, inc, changes, why);
    }

    const VarDecl *local(const Expr *e)
    {
        e = strip(e);
        if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->isIncrementDecrementOp())
            e = strip(u->getSubExpr());
        if (const auto *c = dyn_cast<ExplicitCastExpr>(e))
            e = strip(c->getSubExpr());
        const auto *r = dyn_cast<DeclRefExpr>(e);
        const auto *v = r == nullptr ? nullptr : dyn_cast<VarDecl>(r->getDecl());
        return v != nullptr && v->hasLocalStorage() && v->getType()->isIntegralOrEnumerationType() ? v : nullptr;
    }

    bool bounded(const Expr *moving, const Expr *limit, BinaryOperatorKind op, const Stmt *body, const Expr *inc, Changes &changes, std::string &why)
    {
        const VarDecl *v = local(moving);

        if (v == nullptr || flow == nullptr || flow->names().kept(v))
            return false;
        auto it = changes.of.find(v);
        if (it == changes.of.end() || it->second.other || it->second.up == it->second.down)
            return false;
        bool up = it->second.up;
        if (up && op != BO_LT && op != BO_LE && op != BO_NE)
            return false;
        if (!up && op != BO_GT && op != BO_GE && op != BO_NE)
            return false;
        if (limit != nullptr && !stays(limit, changes))
            return false;
        if (!each_turn(it->second.where, body, inc, moving))
            return false;
        for (const Stmt *w : it->second.where)
            if (!moves(w, v, up, moving, limit, op))
                return false;
        why = "it counts: each turn moves `" + v->getNameAsString() + "` " + (up ? "up" : "down") + " to a bound that stays";
        return true;
    }

    Wide most_turns = 0; /* of the loop */

    /* By how much a statement moves its variable: at least 1; 0 for a shift or a division, which moves it unless it is 0. */
    Wide step_of(const Stmt *w)
    {
        const auto *b = dyn_cast<BinaryOperator>(w);
        Expr::EvalResult r;

        if (b == nullptr)
            return 1;
        const Expr *amount = b->getRHS();
        if (b->getOpcode() == BO_Assign) {
            const auto *x = dyn_cast<BinaryOperator>(strip(amount));
            if (x == nullptr || (x->getOpcode() != BO_Add && x->getOpcode() != BO_Sub))
                return 0;
            amount = x->getRHS();
        } else if (b->getOpcode() != BO_AddAssign && b->getOpcode() != BO_SubAssign) {
            return 0;
        }
        return amount->EvaluateAsInt(r, unit.context()) && r.Val.getInt().getActiveBits() < 32 ? (Wide)r.Val.getInt().getExtValue() : 0;
    }

    /* The statement moves v towards the limit, and not past the end of its type to the other side. */
    bool moves(const Stmt *w, const VarDecl *v, bool up, const Expr *moving, const Expr *limit, BinaryOperatorKind op)
    {
        Wide step = step_of(w);
        Interval type = flow->type_range(v->getType());
        bool good = true, seen = false;
        const auto *u = dyn_cast<UnaryOperator>(w);
        bool tested_before = u != nullptr && u->isPostfix() && contains(moving, w); /* i++ < n: the test sees what was */

        flow->visit([&](const Stmt *st, const State &s) {
            if (st != w)
                return;
            seen = true;
            int key = flow->names().integer(Key{ v, {}, false });
            if (key == Keys::none) {
                good = false;
                return;
            }
            Value x, l;
            x.key = key;
            x.range = s.zone.range((size_t)key).meet(type);
            most_turns = std::max(most_turns, step == 0 ? (Wide)64 : add_wide(x.range.hi, -x.range.lo) / step + 1);
            if (limit != nullptr)
                l = flow->eval(limit, s);
            else
                l.range = { 0, 0 };
            if (step == 0)
                good &= x.range.lo >= 0 && l.range.lo >= 0 && (op == BO_GT || (op == BO_NE && l.range.hi == 0) || (op == BO_GE && l.range.lo >= 1));
            else if (op == BO_NE && !tested_before)
                good &= step == 1 && (up ? flow->difference(x, l, s) < 0 : flow->difference(l, x, s) < 0);
            else if (op == BO_NE)
                good &= step == 1 && (up ? flow->difference(x, l, s) <= 0 : flow->difference(l, x, s) <= 0);
            else if (!tested_before)
                good &= up ? add_wide(x.range.hi, step) <= type.hi : add_wide(x.range.lo, -step) >= type.lo;
            else
                good &= up ? op == BO_LT : op == BO_GT;
        });
        return good && seen;
    }

    /* Constants, and locals that the loop does not change (or whose fields it cannot). */
    bool stays(const Expr *e, Changes &changes)
    {
        class Finder : public RecursiveASTVisitor<Finder> {
        public:
            Finder(Changes &changes, const Flow *flow) : changes(changes), flow(flow) {}
            Changes &changes;
            const Flow *flow;
            bool good = true;
            bool VisitDeclRefExpr(DeclRefExpr *r)
            {
                if (const auto *v = dyn_cast<VarDecl>(r->getDecl())) {
                    bool shared = !v->hasLocalStorage() && !v->getType().isConstQualified();
                    good &= !changes.of.count(v) && !changes.touched.count(v) && !(shared && changes.calls) && (shared || flow == nullptr || !flow->names().kept(v));
                }
                return good;
            }
            bool VisitMemberExpr(MemberExpr *m)
            {
                /* A field may be changed by what the loop calls or by others: it is read anew each turn. */
                const auto *field = dyn_cast<FieldDecl>(m->getMemberDecl());
                bool guarded = field != nullptr && !annotations_of(field).guarded_by.empty() && !changes.calls && !changes.touched.count(field);
                good &= !m->isArrow() || (field != nullptr && (annotations_of(field).fixed || guarded || field->getType().isConstQualified()));
                return good;
            }
            bool VisitCallExpr(CallExpr *)
            {
                good = false;
                return false;
            }
            bool VisitArraySubscriptExpr(ArraySubscriptExpr *)
            {
                good = false;
                return false;
            }
        } finder(changes, flow);
        finder.TraverseStmt(const_cast<Expr *>(e));
        return finder.good;
    }

    /* The change happens in every turn: in the head, or as a statement of the body with no continue before it. */
    bool each_turn(const std::vector<const Stmt *> &where, const Stmt *body, const Expr *inc, const Expr *moving)
    {
        for (const Stmt *w : where) {
            if (inc != nullptr && contains(inc, w))
                return true;
            if (contains(moving, w))
                return true;
            if (const auto *c = dyn_cast<CompoundStmt>(body)) {
                for (const Stmt *st : c->body()) {
                    const Stmt *plain = isa<Expr>(st) ? llvm::cast<Expr>(st)->IgnoreParens() : st;
                    if (plain == w)
                        return true;
                    if (has_continue(st) || jumps_within(st, body))
                        break;
                }
            } else if (body == w) {
                return true;
            }
        }
        return false;
    }
    /* A goto to a label of the loop's own body skips what stands between. */
    bool jumps_within(const Stmt *s, const Stmt *body)
    {
        if (const auto *g = dyn_cast<GotoStmt>(s))
            return g->getLabel()->getStmt() == nullptr || contains(body, g->getLabel()->getStmt());
        for (const Stmt *c : s->children())
            if (c != nullptr && jumps_within(c, body))
                return true;
        return false;
    }
    static bool has_continue(const Stmt *s)
    {
        if (isa<ContinueStmt>(s))
            return true;
        if (isa<ForStmt>(s) || isa<WhileStmt>(s) || isa<DoStmt>(s))
            return false;
        for (const Stmt *c : s->children())
            if (c != nullptr && has_continue(c))
                return true;
        return false;
    }
};

} // namespace

Parts parts_of(const Stmt *s)
{
    if (const auto *x = dyn_cast<ForStmt>(s))
        return { x->getCond(), x->getBody(), x->getInc() };
    if (const auto *x = dyn_cast<WhileStmt>(s))
        return { x->getCond(), x->getBody(), nullptr };
    if (const auto *x = dyn_cast<DoStmt>(s))
        return { x->getCond(), x->getBody(), nullptr };
    return { nullptr, nullptr, nullptr };
}

bool never_turns(const ASTContext &context, const Stmt *loop)
{
    Expr::EvalResult r;
    const Expr *cond = parts_of(loop).cond;
    return cond != nullptr && isa<DoStmt>(loop) && cond->EvaluateAsInt(r, context) && r.Val.getInt() == 0;
}

Counted counted(Unit &unit, const Flow *flow, const Stmt *loop) { return Counting(unit, flow).of(loop); }

} // namespace safecc::loops
