/* SPDX-License-Identifier: MIT */
/*
 * SC-10: no division by zero, no oversized shift; arithmetic that feeds an index, a size or a shift does not overflow.
 *
 * What feeds: the operands of an index, a shift amount or a count, through + - * << and conversions, and through the
 * variables they name to whatever is assigned to those. `%`, `&`, `>>` and `/` bound their result anew and end the chain.
 */
#include "engine/callees.h"
#include "engine/checks.h"
#include "engine/shapes.h"

using namespace clang;

namespace safecc {
namespace {

/* Variables of a function whose values end in an index, a size or a shift. */
class Feeding : public RecursiveASTVisitor<Feeding> {
public:
    std::set<const VarDecl *> vars;
    std::set<const Expr *> roots; /* + - * << and narrowing conversions that feed */

    bool VisitArraySubscriptExpr(ArraySubscriptExpr *s)
    {
        feed(s->getIdx());
        return true;
    }
    bool VisitBinaryOperator(BinaryOperator *b)
    {
        if (b->isShiftOp() || b->isShiftAssignOp())
            feed(b->getRHS());
        if (b->isAssignmentOp())
            assignments.emplace_back(b->getLHS()->IgnoreParens(), b->getRHS());
        return true;
    }
    bool VisitVarDecl(VarDecl *v)
    {
        if (v->getInit() != nullptr)
            initialisers.emplace_back(v, v->getInit());
        for (const std::string &n : names_in_count(annotations_of(v).count))
            count_names.insert(n);
        return true;
    }
    bool VisitCallExpr(CallExpr *c)
    {
        const FunctionDecl *callee = callee_of(c);
        if (callee == nullptr)
            return true;
        for (const ParmVarDecl *p : callee->parameters())
            for (const std::string &n : names_in_count(annotations_of(p).count))
                for (unsigned i = 0; i < callee->getNumParams() && i < c->getNumArgs(); i++)
                    if (callee->getParamDecl(i)->getName() == n)
                        feed(c->getArg(i));
        for (const std::string &n : names_in_count(annotations_of(callee).count))
            for (unsigned i = 0; i < callee->getNumParams() && i < c->getNumArgs(); i++)
                if (callee->getParamDecl(i)->getName() == n)
                    feed(c->getArg(i));
        return true;
    }
    void finish()
    {
        for (auto &[v, init] : initialisers)
            if (count_names.count(v->getNameAsString()))
                vars.insert(v);
        for (size_t before = SIZE_MAX; before != vars.size();) {
            before = vars.size();
            for (auto &[v, init] : initialisers)
                if (vars.count(v))
                    feed(init);
            for (auto &[lhs, rhs] : assignments)
                if (const auto *r = dyn_cast<DeclRefExpr>(lhs); r != nullptr && vars.count(dyn_cast<VarDecl>(r->getDecl())))
                    feed(rhs);
        }
    }

private:
    std::vector<std::pair<const Expr *, const Expr *>> assignments;
    std::vector<std::pair<const VarDecl *, const Expr *>> initialisers;
    std::set<std::string> count_names;

    void feed(const Expr *e)
    {
        e = e->IgnoreParens();
        if (!e->getType()->isIntegralOrEnumerationType())
            return;
        if (const auto *c = dyn_cast<ImplicitCastExpr>(e)) {
            if (c->getCastKind() == CK_IntegralCast)
                roots.insert(c);
            return feed(c->getSubExpr());
        }
        if (const auto *c = dyn_cast<ExplicitCastExpr>(e))
            return feed(c->getSubExpr());
        if (const auto *b = dyn_cast<BinaryOperator>(e)) {
            if (b->isAdditiveOp() || b->getOpcode() == BO_Mul || b->getOpcode() == BO_Shl) {
                if (roots.insert(b).second) {
                    feed(b->getLHS());
                    feed(b->getRHS());
                }
            } else if (b->isAssignmentOp()) {
                feed(b->getLHS());
            }
            return;
        }
        if (const auto *c = dyn_cast<ConditionalOperator>(e)) {
            feed(c->getTrueExpr());
            feed(c->getFalseExpr());
            return;
        }
        if (const auto *u = dyn_cast<UnaryOperator>(e)) {
            if (u->isIncrementDecrementOp() || u->getOpcode() == UO_Plus)
                feed(u->getSubExpr());
            return;
        }
        if (const auto *r = dyn_cast<DeclRefExpr>(e))
            if (const auto *v = dyn_cast<VarDecl>(r->getDecl()); v != nullptr && v->hasLocalStorage())
                vars.insert(v);
    }
};

class Arithmetic {
public:
    Arithmetic(Unit &unit, const Flow &flow, Reporter &out) : unit(unit), flow(flow), out(out)
    {
        feeding.TraverseStmt(const_cast<Stmt *>(flow.function()->getBody()));
        feeding.finish();
    }

    void look(const Stmt *st, const State &s)
    {
        if (unit.in_island(st->getBeginLoc()))
            return;
        if (const auto *b = dyn_cast<BinaryOperator>(st)) {
            BinaryOperatorKind op = b->isCompoundAssignmentOp() ? BinaryOperator::getOpForCompoundAssignment(b->getOpcode()) : b->getOpcode();
            if (!b->getRHS()->getType()->isIntegralOrEnumerationType() || !b->getLHS()->getType()->isIntegralOrEnumerationType())
                return;
            if (op == BO_Div || op == BO_Rem)
                division(b, s);
            else if (op == BO_Shl || op == BO_Shr)
                shift(b, s);
            if (b->isCompoundAssignmentOp()) {
                if ((op == BO_Add || op == BO_Sub || op == BO_Mul) && feeds(b->getLHS()))
                    overflow_assign(llvm::cast<CompoundAssignOperator>(b), op, s);
            } else if ((op == BO_Add || op == BO_Sub || op == BO_Mul) && feeding.roots.count(b)) {
                overflow(b, s);
            }
        } else if (const auto *u = dyn_cast<UnaryOperator>(st)) {
            if (u->isIncrementDecrementOp() && feeds(u->getSubExpr()))
                step(u, s);
        } else if (const auto *c = dyn_cast<ImplicitCastExpr>(st)) {
            if (c->getCastKind() == CK_IntegralCast && feeding.roots.count(c))
                narrowing(c, s);
        }
        for (const Flowing &f : flows_of(flow.function(), st))
            declared_range_holds(f, s);
        changed_in_place(st, s);
    }

private:
    Unit &unit;
    const Flow &flow;
    Reporter &out;
    Feeding feeding;

    bool feeds(const Expr *lhs)
    {
        const auto *r = dyn_cast<DeclRefExpr>(lhs->IgnoreParens());
        return r != nullptr && feeding.vars.count(dyn_cast<VarDecl>(r->getDecl()));
    }

    std::string text(const Expr *e) { return unit.source_text(e->getSourceRange()); }

    void error(const Expr *at, const std::string &message, const std::string &fact, const std::string &help)
    {
        Finding f{ "SC-10", unit.place(at->getSourceRange()), message, {}, help, {}, flow.function()->getNameAsString() };
        if (!fact.empty())
            f.path.push_back({ unit.place(at->getSourceRange()), fact });
        out.report(f);
    }

    static std::string constant(Wide v)
    {
        if (v > (Wide)INT64_MAX)
            return wide_text(v) + "UL";
        if (v < -(Wide)INT64_MAX)
            return "(-" + wide_text((Wide)INT64_MAX) + "L - 1)";
        return "(" + wide_text(v) + "L)";
    }

    void division(const BinaryOperator *b, const State &s)
    {
        Value d = flow.eval(b->getRHS(), s);
        QualType type = b->isCompoundAssignmentOp() ? llvm::cast<CompoundAssignOperator>(b)->getComputationResultType() : b->getType();
        bool zero = d.range.lo <= 0 && d.range.hi >= 0;
        bool is_signed = type->isSignedIntegerOrEnumerationType();
        Value n = flow.eval(b->getLHS(), s);
        bool minimum = is_signed && d.range.lo <= -1 && d.range.hi >= -1 && n.range.lo <= flow.type_range(type).lo;

        if (d.constant() && d.range.lo == 0)
            return error(b->getRHS(), "division by zero", flow.describe(b->getRHS(), d, s), "test the divisor first");
        if (!zero && !minimum) {
            unit.add_site("SC-10", "division", b, b->getSourceRange(), Fate::Static, "`" + text(b->getRHS()) + "` is not 0 here");
            return;
        }
        Site &site = unit.add_site("SC-10", "division", b, b->getSourceRange(), Fate::Check, flow.describe(b->getRHS(), d, s));
        if (!minimum)
            return wrap_check(unit, site, b->getRHS(), "sc_v != 0");
        if (!repeatable(unit, flow, b->getLHS(), s)) {
            unit.sites.pop_back();
            return error(b, "the dividend cannot be looked at twice, to check the smallest number divided by -1", "", "compute it into a local first");
        }
        wrap_check(unit, site, b->getRHS(), "sc_v != 0 && !(sc_v == -1 && (" + unit.flat_text(b->getLHS()->getSourceRange()) + ") == " + constant(flow.type_range(type).lo) + ")");
    }

    void shift(const BinaryOperator *b, const State &s)
    {
        QualType type = b->isCompoundAssignmentOp() ? llvm::cast<CompoundAssignOperator>(b)->getComputationLHSType() : b->getType();
        Wide width = (Wide)unit.context().getIntWidth(type);
        Value a = flow.eval(b->getRHS(), s);

        if (a.range.lo >= 0 && a.range.hi < width) {
            unit.add_site("SC-10", "shift", b, b->getSourceRange(), Fate::Static, "`" + text(b->getRHS()) + "` is in " + wide_text(a.range.lo) + " .. " + wide_text(a.range.hi));
            return;
        }
        if (a.range.hi < 0 || a.range.lo >= width)
            return error(b->getRHS(), "shift by " + (a.constant() ? wide_text(a.range.lo) : "`" + text(b->getRHS()) + "`") + " of a type of " + wide_text(width) + " bits", "", "widen the operand, or mask the amount");
        Site &site = unit.add_site("SC-10", "shift", b, b->getSourceRange(), Fate::Check, flow.describe(b->getRHS(), a, s));
        wrap_check(unit, site, b->getRHS(), "(unsigned long)sc_v < " + wide_text(width) + "UL");
    }

    static const char *builtin(BinaryOperatorKind op)
    {
        return op == BO_Add ? "add" : op == BO_Sub ? "sub" : "mul";
    }

    void overflow(const BinaryOperator *b, const State &s)
    {
        Value v = flow.eval_binary_raw(b, s);
        Interval type = flow.type_range(b->getType());

        if (v.range.inside(type)) {
            unit.add_site("SC-10", "overflow", b, b->getSourceRange(), Fate::Static, "`" + text(b) + "` is in " + wide_text(v.range.lo) + " .. " + wide_text(v.range.hi));
            return;
        }
        if (v.range.lo > type.hi || v.range.hi < type.lo)
            return error(b, "`" + text(b) + "` does not fit in its type", flow.describe(b, v, s), "compute in a wider type");
        Site &site = unit.add_site("SC-10", "overflow", b, b->getSourceRange(), Fate::Check, "`" + text(b) + "` feeds an index, a size or a shift, and may leave its type");
        compute_checked(site, b, b->getOpcode(), b, ")); sc_r; })");
        site.condition = "`" + text(b) + "` does not overflow";
    }

    /* `a op b` becomes the builtin that puts a op b into sc_r, in a check of its own that `rest` ends. */
    void compute_checked(Site &site, const BinaryOperator *b, BinaryOperatorKind op, const Expr *like, const std::string &rest)
    {
        Edit around, middle;

        around.begin = unit.flat_offset(b->getBeginLoc());
        around.end = unit.flat_end(b->getEndLoc());
        around.before = "__extension__({ " + declaration(unit, like, "sc_r") + "; SC_CHECK(" + id_text(site) + ", !__builtin_" + builtin(op) + "_overflow((";
        around.after = "), &sc_r" + rest;
        middle.begin = unit.flat_offset(b->getOperatorLoc());
        middle.end = unit.flat_end(b->getOperatorLoc());
        middle.before = "), (";
        middle.replace = true;
        site.edits = { around, middle };
    }

    static std::string id_text(const Site &site)
    {
        char id[16];
        snprintf(id, sizeof(id), "0x%08x", site.id);
        return id;
    }

    void overflow_assign(const CompoundAssignOperator *b, BinaryOperatorKind op, const State &s)
    {
        Value x = flow.eval(b->getLHS(), s), y = flow.eval(b->getRHS(), s);
        Interval type = flow.type_range(b->getLHS()->getType()), r;

        if (op == BO_Add)
            r = { add_wide(x.range.lo, y.range.lo), add_wide(x.range.hi, y.range.hi) };
        else if (op == BO_Sub)
            r = Interval{ add_wide(x.range.lo, -y.range.hi), add_wide(x.range.hi, -y.range.lo) }.meet({ -flow.difference(y, x, s), flow.difference(x, y, s) });
        else
            r = { x.range.lo >= 0 && y.range.lo >= 0 ? mul_wide(x.range.lo, y.range.lo) : -INF, x.range.lo >= 0 && y.range.lo >= 0 ? mul_wide(x.range.hi, y.range.hi) : INF };
        if (r.inside(type)) {
            unit.add_site("SC-10", "overflow", b, b->getSourceRange(), Fate::Static, "the result is in " + wide_text(r.lo) + " .. " + wide_text(r.hi));
            return;
        }
        Site &site = unit.add_site("SC-10", "overflow", b, b->getSourceRange(), Fate::Check, "`" + text(b) + "` feeds an index, a size or a shift, and may leave its type");
        compute_checked(site, b, op, b->getLHS(), ")); " + unit.flat_text(b->getLHS()->getSourceRange()) + " = sc_r; })");
        site.condition = "`" + text(b) + "` does not overflow";
    }

    void step(const UnaryOperator *u, const State &s)
    {
        Value v = flow.eval(u->getSubExpr(), s);
        Interval type = flow.type_range(u->getSubExpr()->getType());
        Wide end = u->isIncrementOp() ? type.hi : type.lo;

        if (u->isIncrementOp() ? v.range.hi < end : v.range.lo > end) {
            unit.add_site("SC-10", "overflow", u, u->getSourceRange(), Fate::Static, "`" + text(u->getSubExpr()) + "` is " + (u->isIncrementOp() ? "at most " + wide_text(v.range.hi) : "at least " + wide_text(v.range.lo)));
            return;
        }
        Site &site = unit.add_site("SC-10", "overflow", u, u->getSourceRange(), Fate::Check, flow.describe(u->getSubExpr(), v, s) + " and feeds an index, a size or a shift");
        Edit around;
        around.begin = unit.flat_offset(u->getBeginLoc());
        around.end = unit.flat_end(u->getEndLoc());
        around.before = "__extension__({ " + check_text(site, "(" + unit.flat_text(u->getSubExpr()->getSourceRange()) + ") != " + constant(end)) + "; ";
        around.after = "; })";
        site.condition = "`" + text(u->getSubExpr()) + "` is not " + wide_text(end);
        site.edits = { around };
    }

    /* A conversion nobody wrote keeps the value. */
    void narrowing(const ImplicitCastExpr *c, const State &s)
    {
        const Expr *from = c->getSubExpr();
        Value v = flow.eval(from, s);
        Interval to = flow.type_range(c->getType()), type = flow.type_range(from->getType());
        std::string condition;

        if (v.range.inside(to) || !from->getType()->isIntegralOrEnumerationType() || type.inside(to))
            return;
        if (v.range.lo > to.hi || v.range.hi < to.lo)
            return error(from, "the value changes when it becomes `" + type_name(c->getType()) + "`", flow.describe(from, v, s), "compute in a wider type, or write the cast that is meant");
        if (type.lo < to.lo && v.range.lo < to.lo)
            condition = "sc_v >= " + constant(to.lo);
        if (type.hi > to.hi && v.range.hi > to.hi)
            condition += (condition.empty() ? "" : " && ") + std::string("sc_v <= ") + constant(to.hi);
        Site &site = unit.add_site("SC-10", "conversion", c, c->getSourceRange(), Fate::Check, flow.describe(from, v, s) + " and becomes `" + type_name(c->getType()) + "`");
        wrap_check(unit, site, from, condition);
    }

    /* The variable or field that an lvalue names, or whose element it is. */
    static const ValueDecl *named(const Expr *e)
    {
        e = e->IgnoreParens();
        while (const auto *sub = dyn_cast<ArraySubscriptExpr>(e))
            e = strip(sub->getBase());
        return named_by(e);
    }

    /* Another check stands around the operation already. */
    bool feeds_site(const Stmt *st)
    {
        for (const Site &site : unit.sites)
            if (site.operation == st && site.fate == Fate::Check)
                return true;
        return false;
    }

    /* x += y, x++ and &x of an x with SC_RANGE. */
    void changed_in_place(const Stmt *st, const State &s)
    {
        const ValueDecl *d = nullptr;
        const auto *b = dyn_cast<CompoundAssignOperator>(st);
        const auto *u = dyn_cast<UnaryOperator>(st);

        if (const ValueDecl *out_there = exposed(unit, st); out_there != nullptr && !annotations_of(out_there).range_lo.empty())
            return error(llvm::cast<Expr>(st), "the address of `" + out_there->getNameAsString() + "`, which has a range, is handed out", "", "let a local be filled, and assign it");
        if (b != nullptr)
            d = named(b->getLHS());
        else if (u != nullptr && u->isIncrementDecrementOp())
            d = named(u->getSubExpr());
        if (d == nullptr || annotations_of(d).range_lo.empty())
            return;
        const Expr *lhs = b != nullptr ? b->getLHS() : u->getSubExpr();
        Interval want = promised_range(d, flow.type_range(lhs->getType()));
        Value v;
        if (u != nullptr) {
            Wide c = u->isIncrementOp() ? 1 : -1;
            v = flow.eval(lhs, s);
            v.range = { add_wide(v.range.lo, c), add_wide(v.range.hi, c) };
        } else {
            BinaryOperator *plain = BinaryOperator::Create(unit.context(), b->getLHS(), b->getRHS(), BinaryOperator::getOpForCompoundAssignment(b->getOpcode()), b->getComputationResultType(), VK_PRValue,
                                                           OK_Ordinary, b->getOperatorLoc(), FPOptionsOverride());
            v = flow.eval_binary_raw(plain, s);
        }
        if (v.range.inside(want)) {
            unit.add_site("SC-10", "range", st, st->getSourceRange(), Fate::Static, "the result is in " + wide_text(v.range.lo) + " .. " + wide_text(v.range.hi));
            return;
        }
        bool fits = v.range.lo <= want.hi && v.range.hi >= want.lo, free = !feeds_site(st);
        if (fits && free && u != nullptr && repeatable(unit, flow, lhs, s)) {
            Site &site = unit.add_site("SC-10", "range", u, u->getSourceRange(), Fate::Check, flow.describe(lhs, flow.eval(lhs, s), s) + "; `" + d->getNameAsString() + "` is in " + wide_text(want.lo) + " .. " + wide_text(want.hi));
            Edit around;
            site.condition = "(" + unit.flat_text(lhs->getSourceRange()) + ")" + (u->isIncrementOp() ? " < " + constant(want.hi) : " > " + constant(want.lo));
            around.begin = unit.flat_offset(u->getBeginLoc());
            around.end = unit.flat_end(u->getEndLoc());
            around.before = "__extension__({ " + check_text(site, site.condition) + "; ";
            around.after = "; })";
            site.edits = { around };
            return;
        }
        if (fits && free && b != nullptr && repeatable(unit, flow, lhs, s) && (b->getOpcode() == BO_AddAssign || b->getOpcode() == BO_SubAssign)) {
            BinaryOperatorKind op = BinaryOperator::getOpForCompoundAssignment(b->getOpcode());
            Site &site = unit.add_site("SC-10", "range", b, b->getSourceRange(), Fate::Check, "the result may be in " + wide_text(v.range.lo) + " .. " + wide_text(v.range.hi) + "; `" + d->getNameAsString() + "` is in " + wide_text(want.lo) + " .. " + wide_text(want.hi));
            compute_checked(site, b, op, lhs, ") && sc_r >= " + constant(want.lo) + " && sc_r <= " + constant(want.hi) + "); " + unit.flat_text(lhs->getSourceRange()) + " = sc_r; })");
            site.condition = "`" + text(b) + "` stays in the range";
            return;
        }
        error(llvm::cast<Expr>(st), "`" + d->getNameAsString() + "` is in " + wide_text(want.lo) + " .. " + wide_text(want.hi) + ", and is changed in place", "the result may be in " + wide_text(v.range.lo) + " .. " + wide_text(v.range.hi),
              "write the assignment out: it is checked");
    }

    /* SC_RANGE of the place a value goes to. */
    void declared_range_holds(const Flowing &f, const State &s)
    {
        if (annotations_of(f.place).range_lo.empty() || !f.value->getType()->isIntegralOrEnumerationType())
            return;
        QualType type = f.kind == Flowing::Return ? flow.function()->getReturnType() : f.place->getType();
        Interval want = promised_range(f.place, flow.type_range(type));
        Value v = flow.eval(f.value, s);

        if (v.range.inside(want)) {
            unit.add_site("SC-10", "range", f.value, f.value->getSourceRange(), Fate::Static, "`" + text(f.value) + "` is in " + wide_text(v.range.lo) + " .. " + wide_text(v.range.hi));
            return;
        }
        if (v.range.lo > want.hi || v.range.hi < want.lo)
            return error(f.value, "`" + f.place->getNameAsString() + "` is in " + wide_text(want.lo) + " .. " + wide_text(want.hi), flow.describe(f.value, v, s), "");
        Site &site = unit.add_site("SC-10", "range", f.value, f.value->getSourceRange(), Fate::Check, flow.describe(f.value, v, s) + "; `" + f.place->getNameAsString() + "` is in " + wide_text(want.lo) + " .. " + wide_text(want.hi));
        std::string condition;
        if (v.range.lo < want.lo)
            condition = "sc_v >= " + constant(want.lo);
        if (v.range.hi > want.hi)
            condition += (condition.empty() ? "" : " && ") + std::string("sc_v <= ") + constant(want.hi);
        wrap_check(unit, site, f.value, condition);
    }
};

/* SC_RANGE in objects that the compiler makes. */
class GlobalRanges : public RecursiveASTVisitor<GlobalRanges> {
public:
    GlobalRanges(Unit &unit, Reporter &out) : unit(unit), out(out) {}
    bool TraverseFunctionDecl(FunctionDecl *f)
    {
        known(f);
        for (const ParmVarDecl *p : f->parameters())
            known(p);
        return true;
    }
    bool VisitFieldDecl(FieldDecl *f)
    {
        known(f);
        return true;
    }
    bool VisitVarDecl(VarDecl *v)
    {
        known(v);
        if (v->hasGlobalStorage() && v->getInit() != nullptr && v->isThisDeclarationADefinition())
            holds(v, v->getInit());
        return true;
    }
    bool VisitInitListExpr(InitListExpr *list)
    {
        for (auto [f, value] : members_of(list))
            if (value != nullptr)
                holds(f, value);
        return true;
    }

private:
    Unit &unit;
    Reporter &out;
    void known(const ValueDecl *d)
    {
        Interval r;
        if (!annotations_of(d).range_lo.empty() && !unit.exempt(d->getLocation()) && !range_is_known(d, r))
            out.report({ "SC-10", unit.place(d->getLocation()), "the range of `" + d->getNameAsString() + "`, " + annotations_of(d).range_lo + " .. " + annotations_of(d).range_hi + ", is not two numbers that rise", {}, "write numbers, enumeration constants, and + - * << of them", {}, "" });
    }
    void holds(const ValueDecl *d, const Expr *value)
    {
        Expr::EvalResult r;
        if (annotations_of(d).range_lo.empty() || unit.exempt(value->getBeginLoc()) || isa<ImplicitValueInitExpr>(value) || !value->getType()->isIntegralOrEnumerationType())
            return;
        Interval want = promised_range(d, {});
        if (!value->EvaluateAsInt(r, unit.context()))
            return;
        Wide v = r.Val.getInt().isUnsigned() ? (Wide)r.Val.getInt().getZExtValue() : (Wide)r.Val.getInt().getSExtValue();
        if (v < want.lo || v > want.hi)
            out.report({ "SC-10", unit.place(value->getSourceRange()), "`" + d->getNameAsString() + "` is in " + wide_text(want.lo) + " .. " + wide_text(want.hi), {}, "", {}, "" });
    }
};

class ArithmeticHolds : public Rule {
public:
    const char *id() const override { return "SC-10"; }
    const char *title() const override { return "no division by zero, oversized shift or overflow that feeds an index or size"; }
    void check_unit(Unit &unit, Reporter &out) override
    {
        GlobalRanges(unit, out).TraverseDecl(unit.context().getTranslationUnitDecl());
        each_function(unit, [&](const Flow &flow) {
            Arithmetic arithmetic(unit, flow, out);
            flow.visit([&](const Stmt *st, const State &s) { arithmetic.look(st, s); });
        });
    }
};

SAFECC_RULE(ArithmeticHolds);

} // namespace
} // namespace safecc
