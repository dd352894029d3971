/* SPDX-License-Identifier: MIT */
/*
 * Checks whose failure is certain before a loop begins are made there, once.
 *
 * A loop qualifies when it counts (`for (i = a; i < b; i++)`, or down), nothing in it but the counting changes i or what
 * the bounds name, and nothing leaves it early: no break, return, goto, and no call that could. Then the loop reaches its
 * last turn, and a check made in every turn, on i + c, fails in some turn exactly when the guard fails. It traps earlier
 * than the check would, before what the turns in between would have written.
 */
#include "emit/emit.h"

#include "engine/bounds.h"
#include "engine/checks.h"

using namespace clang;

namespace safecc {
namespace {

struct Loop {
    const ForStmt *stmt = nullptr;
    const VarDecl *var = nullptr;
    const Expr *first = nullptr; /* i = first */
    const Expr *limit = nullptr; /* i < limit, i <= limit; or i > limit, i >= limit downward */
    bool up = true, inclusive = false;
};

/* Does the loop leave early, and what does it assign? */
class Body : public RecursiveASTVisitor<Body> {
public:
    bool leaves = false;
    std::set<const ValueDecl *> assigned;
    bool VisitBreakStmt(BreakStmt *)
    {
        leaves = true;
        return true;
    }
    bool VisitReturnStmt(ReturnStmt *)
    {
        leaves = true;
        return true;
    }
    bool VisitGotoStmt(GotoStmt *)
    {
        leaves = true;
        return true;
    }
    bool VisitContinueStmt(ContinueStmt *)
    {
        leaves = true;
        return true;
    }
    bool VisitCallExpr(CallExpr *c)
    {
        leaves |= c->getBuiltinCallee() == 0;
        return true;
    }
    bool VisitGCCAsmStmt(GCCAsmStmt *)
    {
        leaves = true;
        return true;
    }
    bool VisitBinaryOperator(BinaryOperator *b)
    {
        if (b->isAssignmentOp())
            note(b->getLHS());
        return true;
    }
    bool VisitUnaryOperator(UnaryOperator *u)
    {
        if (u->isIncrementDecrementOp() || u->getOpcode() == UO_AddrOf)
            note(u->getSubExpr());
        return true;
    }

private:
    void note(const Expr *e)
    {
        if (const auto *r = dyn_cast<DeclRefExpr>(e->IgnoreParens()))
            assigned.insert(r->getDecl());
    }
};

/* Only locals that the loop does not assign, and constants. */
class Invariant : public RecursiveASTVisitor<Invariant> {
public:
    explicit Invariant(const std::set<const ValueDecl *> &assigned) : assigned(assigned) {}
    bool holds = true;
    bool VisitStmt(Stmt *s)
    {
        if (isa<DeclRefExpr>(s) || isa<IntegerLiteral>(s) || isa<CharacterLiteral>(s) || isa<CastExpr>(s) || isa<ParenExpr>(s) ||
            isa<UnaryExprOrTypeTraitExpr>(s) || isa<BinaryOperator>(s))
            return true;
        holds = false;
        return false;
    }
    bool VisitDeclRefExpr(DeclRefExpr *r)
    {
        const auto *v = dyn_cast<VarDecl>(r->getDecl());
        holds &= !assigned.count(r->getDecl()) && (v == nullptr || v->hasLocalStorage() || v->getType().isConstQualified());
        return holds;
    }

private:
    const std::set<const ValueDecl *> &assigned;
};

bool invariant(const Expr *e, const Body &body)
{
    Invariant finder(body.assigned);

    finder.TraverseStmt(const_cast<Expr *>(e));
    return finder.holds && pure(e);
}

bool names(const Expr *e, const VarDecl *v)
{
    const auto *r = dyn_cast<DeclRefExpr>(strip(e));

    return r != nullptr && r->getDecl() == v;
}

bool read_loop(const ForStmt *f, Loop &loop)
{
    loop.stmt = f;
    if (const auto *d = dyn_cast_or_null<DeclStmt>(f->getInit())) {
        if (!d->isSingleDecl())
            return false;
        loop.var = dyn_cast<VarDecl>(d->getSingleDecl());
        loop.first = loop.var == nullptr ? nullptr : loop.var->getInit();
    } else if (const auto *e = dyn_cast_or_null<Expr>(f->getInit())) {
        const auto *b = dyn_cast<BinaryOperator>(e->IgnoreParens());
        const auto *r = b != nullptr && b->getOpcode() == BO_Assign ? dyn_cast<DeclRefExpr>(b->getLHS()->IgnoreParens()) : nullptr;
        loop.var = r == nullptr ? nullptr : dyn_cast<VarDecl>(r->getDecl());
        loop.first = b == nullptr ? nullptr : b->getRHS();
    }
    if (loop.var == nullptr || loop.first == nullptr || !loop.var->hasLocalStorage() || !loop.var->getType()->isUnsignedIntegerType())
        return false;
    const auto *inc = dyn_cast_or_null<UnaryOperator>(f->getInc() == nullptr ? nullptr : f->getInc()->IgnoreParens());
    const auto *cond = dyn_cast_or_null<BinaryOperator>(f->getCond() == nullptr ? nullptr : strip(f->getCond()));
    if (inc == nullptr || !inc->isIncrementDecrementOp() || !names(inc->getSubExpr(), loop.var) || cond == nullptr)
        return false;
    loop.up = inc->isIncrementOp();
    BinaryOperatorKind op = cond->getOpcode();
    const Expr *left = cond->getLHS(), *right = cond->getRHS();
    if (names(right, loop.var)) {
        std::swap(left, right);
        op = BinaryOperator::reverseComparisonOp(op);
    }
    if (!names(left, loop.var) || !right->getType()->isUnsignedIntegerType())
        return false;
    loop.limit = right;
    loop.inclusive = op == BO_LE || op == BO_GE;
    return loop.up ? op == BO_LT || op == BO_LE : op == BO_GT || op == BO_GE;
}

/* i, i + c, i - c */
bool read_index(const Expr *e, const VarDecl *v, Wide &c, const ASTContext &context)
{
    e = strip(e);
    c = 0;
    if (names(e, v))
        return true;
    const auto *b = dyn_cast<BinaryOperator>(e);
    Expr::EvalResult k;
    if (b == nullptr || !b->isAdditiveOp() || !names(b->getLHS(), v) || !b->getRHS()->EvaluateAsInt(k, context) || k.Val.getInt().getActiveBits() > 31)
        return false;
    c = (Wide)k.Val.getInt().getExtValue();
    if (b->getOpcode() == BO_Sub)
        c = -c;
    return true;
}

class Hoister : public RecursiveASTVisitor<Hoister> {
public:
    Hoister(Unit &unit, const Flow *flow) : unit(unit), flow(flow) {}

    bool VisitForStmt(ForStmt *f)
    {
        Loop loop;
        Body body;

        if (!read_loop(f, loop))
            return true;
        body.TraverseStmt(f->getBody());
        if (body.leaves || aliased(loop) || body.assigned.count(loop.var) || !invariant(loop.limit, body) || !invariant(loop.first, body))
            return true;
        every_turn.clear();
        collect(f->getBody());
        for (Site &site : unit.sites)
            if (site.fate == Fate::Check && site.index != nullptr && every_turn.count(site.operation))
                hoist(site, loop);
        return true;
    }

private:
    Unit &unit;
    const Flow *flow;
    std::set<const Stmt *> every_turn;

    /* Can the loop's variable, or what its limits name, change under another name? */
    bool aliased(const Loop &loop)
    {
        class Names : public RecursiveASTVisitor<Names> {
        public:
            std::vector<const VarDecl *> list;
            bool VisitDeclRefExpr(DeclRefExpr *r)
            {
                if (const auto *v = dyn_cast<VarDecl>(r->getDecl()))
                    list.push_back(v);
                return true;
            }
        } names;
        names.TraverseStmt(const_cast<Expr *>(loop.limit));
        names.TraverseStmt(const_cast<Expr *>(loop.first));
        names.list.push_back(loop.var);
        for (const VarDecl *v : names.list)
            if (flow == nullptr || flow->names().kept(v))
                return true;
        return false;
    }

    /* What each turn evaluates, come what may. */
    void collect(const Stmt *s)
    {
        if (s == nullptr)
            return;
        every_turn.insert(s);
        if (isa<IfStmt>(s)) {
            collect(llvm::cast<IfStmt>(s)->getCond());
            return;
        }
        if (isa<ForStmt>(s) || isa<WhileStmt>(s) || isa<DoStmt>(s) || isa<SwitchStmt>(s) || isa<StmtExpr>(s) || isa<UnaryExprOrTypeTraitExpr>(s))
            return;
        if (const auto *c = dyn_cast<AbstractConditionalOperator>(s))
            return collect(c->getCond());
        if (const auto *b = dyn_cast<BinaryOperator>(s); b != nullptr && b->isLogicalOp())
            return collect(b->getLHS());
        for (const Stmt *child : s->children())
            collect(child);
    }

    void hoist(Site &site, const Loop &loop)
    {
        Wide c = 0;

        if (!read_index(site.index, loop.var, c, unit.context()))
            return;
        std::string first = "(unsigned long)(" + unit.flat_text(loop.first->getSourceRange()) + ")";
        std::string limit = "(unsigned long)(" + unit.flat_text(loop.limit->getSourceRange()) + ")";
        std::string count = "(unsigned long)(" + site.count + ")";
        std::string highest, lowest, none;
        if (loop.up) {
            /* An inclusive limit of the type's largest value would not end: leave those alone. */
            if (loop.inclusive)
                return;
            none = limit + " <= " + first;
            highest = limit + " - 1";
            lowest = first;
        } else {
            none = loop.inclusive ? first + " < " + limit : first + " <= " + limit;
            highest = first;
            lowest = limit;
        }
        std::string amount = wide_text(c < 0 ? -c : c) + "UL", condition;
        if (c == 0)
            condition = highest + " < " + count;
        else if (c > 0)
            condition = count + " > " + amount + " && " + highest + " < " + count + " - " + amount;
        else
            condition = lowest + " >= " + amount + " && " + highest + " - " + amount + " < " + count;
        if (!loop.up && c < 0)
            return;
        Edit guard;
        guard.begin = unit.flat_offset(loop.stmt->getBeginLoc());
        guard.end = statement_end(loop.stmt);
        guard.before = "{ " + check_text(site, none + " || (" + condition + ")") + "; ";
        guard.after = " }";
        site.edits = { guard };
        site.condition = none + " || (" + condition + ")";
        site.fate = Fate::Hoisted;
        site.argument = "made once, before the loop at line " + std::to_string(unit.place(loop.stmt->getBeginLoc()).line) + "; " + site.argument;
    }

    /* One past the statement's last token, its semicolon included. */
    unsigned statement_end(const Stmt *s)
    {
        unsigned end = unit.flat_end(s->getEndLoc());
        const Stmt *body = s;

        while (const auto *f = dyn_cast<ForStmt>(body))
            body = f->getBody();
        if (!isa<CompoundStmt>(body)) {
            size_t semicolon = unit.flat.find(';', end);
            if (semicolon != std::string::npos && unit.flat.find_first_not_of(" \n", end) == semicolon)
                end = (unsigned)semicolon + 1;
        }
        return end;
    }
};

} // namespace

void hoist_checks(Unit &unit)
{
    for (const FunctionDecl *f : judged_functions(unit))
        Hoister(unit, FlowCache::of(unit, f)).TraverseStmt(f->getBody());
}

} // namespace safecc
