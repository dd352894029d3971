/* SPDX-License-Identifier: MIT */
/* SC-07: an index lies within the bounds of its array; a pointer and its count change together. */
#include "engine/checks.h"
#include "engine/shapes.h"
#include "rules/counts/globals.h"

using namespace clang;

namespace safecc {
namespace {

class Bounds {
public:
    Bounds(Unit &unit, const Flow &flow, Reporter &out) : unit(unit), flow(flow), out(out) {}

    void look(const Stmt *st, const State &s)
    {
        if (unit.in_island(st->getBeginLoc()))
            return;
        if (const auto *sub = dyn_cast<ArraySubscriptExpr>(st))
            subscript(sub, s);
        for (const Flowing &f : flows_of(flow.function(), st))
            flow_into(f, s);
        if (const auto *call = dyn_cast<CallExpr>(st))
            bytes_copied(call, s);
        if (const auto *d = dyn_cast<DeclStmt>(st)) {
            for (const Decl *one : d->decls())
                if (const auto *v = dyn_cast<VarDecl>(one); v != nullptr && v->getInit() != nullptr)
                    if (const auto *list = dyn_cast<InitListExpr>(v->getInit()->IgnoreParenImpCasts()))
                        flexible(list, s);
        } else if (const auto *lit = dyn_cast<CompoundLiteralExpr>(st)) {
            if (const auto *list = dyn_cast<InitListExpr>(lit->getInitializer()))
                flexible(list, s);
        }
        if (const auto *b = dyn_cast<BinaryOperator>(st); b != nullptr && b->isAssignmentOp())
            count_assigned(b->getLHS(), b, s);
        if (const auto *u = dyn_cast<UnaryOperator>(st); u != nullptr && (u->isIncrementDecrementOp() || exposed(unit, u) != nullptr))
            count_assigned(u->getSubExpr(), u, s);
        address_out(st);
    }

private:
    Unit &unit;
    const Flow &flow;
    Reporter &out;

    Finding finding(SourceRange at, std::string message, std::string help)
    {
        return { "SC-07", unit.place(at), std::move(message), {}, std::move(help), {}, flow.function()->getNameAsString() };
    }

    void subscript(const ArraySubscriptExpr *sub, const State &s)
    {
        const Expr *base = sub->getBase(), *index = sub->getIdx();
        Value i = flow.eval(index, s);
        Bound b = bound_of(unit, flow, base, s);
        std::string what = unit.source_text(strip(base)->getSourceRange());

        if (!b.error.empty()) {
            out.report(finding(sub->getSourceRange(), b.error, "see safecc --explain SC-07 for what a count may be"));
            return;
        }
        if (!b.known) {
            if (i.constant() && i.range.lo == 0) {
                unit.add_site("SC-07", "index", sub, sub->getSourceRange(), Fate::Static, "the one object that the pointer names").covers = index;
                return;
            }
            Finding f = finding(sub->getSourceRange(), "`" + what + "` points to one object, and is indexed by `" + unit.source_text(index->getSourceRange()) + "`",
                                "say how many there are: SC_COUNT(n) after its declaration");
            if (const ValueDecl *d = named_by(base)) {
                f.path.push_back({ unit.place(d->getLocation()), "declared here" });
                Place end = unit.place(d->getLocation());
                end.column = end.end_column;
                f.fixes.push_back({ end, " SC_COUNT(n)" });
            }
            out.report(f);
            return;
        }
        Value zero;
        zero.range = { 0, 0 };
        bool low = i.range.lo >= 0 || flow.difference(zero, i, s) <= 0;
        bool high = flow.less(i, b.count, s);
        if (low && high) {
            unit.add_site("SC-07", "index", sub, sub->getSourceRange(), Fate::Static, reason(index, i, b)).covers = index;
            return;
        }
        if (i.range.hi < 0 || (i.range.lo >= b.count.range.hi && b.count.range.hi < INF)) {
            Finding f = finding(index->getSourceRange(), "index outside of `" + what + "`, which has " + count_words(b), "");
            f.path.push_back({ unit.place(index->getSourceRange()), flow.describe(index, i, s) + " here" });
            out.report(f);
            return;
        }
        if (b.text.empty()) {
            out.report(finding(sub->getSourceRange(), "the count of `" + what + "` cannot be written as a check here", "copy the pointer and its count to locals first"));
            return;
        }
        Site &site = unit.add_site("SC-07", "index", sub, sub->getSourceRange(), Fate::Check,
                                   flow.describe(index, i, s) + "; `" + what + "` has " + count_words(b));
        wrap_check(unit, site, index, condition(index->getType(), b));
        site.covers = index;
        if (b.stable && b.must_be.empty() && !(b.is_signed && b.count.range.lo < 0)) {
            site.index = index;
            site.count = b.text;
        }
    }

    std::string condition(QualType type, const Bound &b)
    {
        std::string c = b.must_be.empty() ? "" : b.must_be + " && ";
        bool is_signed = type->isSignedIntegerOrEnumerationType();

        if (b.is_signed && b.count.range.lo < 0)
            return c + "(long)(" + b.text + ") > 0 && " + (is_signed ? "(unsigned long)(long)sc_v" : "(unsigned long)sc_v") + " < (unsigned long)(" + b.text + ")";
        return c + (is_signed ? "(unsigned long)(long)sc_v < (" : "sc_v < (") + b.text + ")";
    }

    static std::string count_words(const Bound &b)
    {
        if (b.count.constant())
            return wide_text(b.count.range.lo) + (b.count.range.lo == 1 ? " element" : " elements");
        return "`" + b.text + "` elements";
    }

    std::string reason(const Expr *index, const Value &i, const Bound &b)
    {
        std::string text = unit.source_text(index->getSourceRange());

        if (b.count.constant() && i.range.hi < b.count.range.lo)
            return "`" + text + "` is in " + wide_text(i.range.lo) + " .. " + wide_text(i.range.hi) + ", of " + wide_text(b.count.range.lo);
        return "`" + text + "` < `" + b.text + "` holds on every path here";
    }

    /* ---- pointers into places that promise a count ---- */

    void flow_into(const Flowing &f, const State &s)
    {
        if (!f.value->getType()->isPointerType() && !f.value->getType()->isArrayType())
            return;
        CountScope scope;
        std::string count = annotations_of(f.place).count;
        Bound need;

        if (f.target != nullptr && f.target->getType()->isPointerType() && f.place->getType()->isArrayType() && count.empty())
            return;
        scope.function = flow.function();
        if (f.kind == Flowing::Argument) {
            scope.call = f.call;
            const auto *parm = llvm::cast<ParmVarDecl>(f.place);
            if (count.empty())
                if (const auto *array = dyn_cast<ConstantArrayType>(parm->getOriginalType().getCanonicalType()))
                    count = std::to_string(array->getSize().getZExtValue());
        } else if (f.kind == Flowing::Assignment) {
            const Expr *place = f.target;
            if (const auto *sub = dyn_cast<ArraySubscriptExpr>(place))
                place = strip(sub->getBase());
            if (const auto *m = dyn_cast<MemberExpr>(place)) {
                scope.object = m->getBase();
                scope.arrow = m->isArrow();
                if (const auto *field = dyn_cast<FieldDecl>(m->getMemberDecl()))
                    scope.record = field->getParent();
            }
        } else if (f.kind == Flowing::Member) {
            /* The count is what the same initialiser gives it. */
            scope.list = f.list;
            scope.record = f.list->getType()->getAsRecordDecl();
        }
        if (count.empty())
            return;
        if (f.kind == Flowing::Return)
            scope.call = nullptr;
        if (f.kind == Flowing::Assignment && scope.record != nullptr)
            return field_assigned(f, count, scope, s);
        need = read_count(unit, flow, count, scope, s);
        require(f.value, need, s, "the place it goes to, `" + f.place->getNameAsString() + "`,");
    }

    /* A flexible array has as many elements as its object was made with: an initialiser makes none. */
    void flexible(const InitListExpr *list, const State &s)
    {
        const RecordDecl *record = list->getType()->getAsRecordDecl();

        for (const Expr *e : list->inits())
            if (const auto *inner = dyn_cast<InitListExpr>(e))
                flexible(inner, s);
        if (record == nullptr || record->isUnion())
            return;
        for (const FieldDecl *f : record->fields()) {
            if (!f->getType()->isIncompleteArrayType() || annotations_of(f).count.empty())
                continue;
            CountScope scope;
            scope.list = list;
            scope.record = record;
            Bound need = read_count(unit, flow, annotations_of(f).count, scope, s);
            if (!need.known || need.count.range.hi > 0)
                out.report(finding(list->getSourceRange(), "`" + f->getNameAsString() + "` has no elements here, and its count `" + annotations_of(f).count + "` may be more than 0", "set the count to 0"));
        }
    }

    /* memcpy(d, s, n) and its kin: n bytes of each. */
    void bytes_copied(const CallExpr *call, const State &s)
    {
        const FunctionDecl *callee = call->getDirectCallee();
        std::string name = callee == nullptr ? "" : callee->getNameAsString();

        if (name.rfind("__builtin_", 0) == 0)
            name = name.substr(10);
        if (name == "snprintf" && call->getNumArgs() > 1) {
            Bound size;
            size.known = true;
            size.count = flow.eval(call->getArg(1), s);
            size.text = repeatable(unit, flow, call->getArg(1), s) ? "(" + unit.flat_text(call->getArg(1)->getSourceRange()) + ")" : "";
            require(call->getArg(0), size, s, "`snprintf`", true);
            return;
        }
        if ((name != "memcpy" && name != "memmove" && name != "memset" && name != "memcmp") || call->getNumArgs() != 3)
            return;
        Bound n;
        n.known = true;
        n.count = flow.eval(call->getArg(2), s);
        n.text = repeatable(unit, flow, call->getArg(2), s) ? "(" + unit.flat_text(call->getArg(2)->getSourceRange()) + ")" : "";
        for (unsigned i = 0; i < (name == "memset" ? 1U : 2U); i++)
            require(call->getArg(i), n, s, "`" + name + "`", true);
    }

    /* x->p = v and x->n = k stand side by side: the new count is what v must have. */
    void field_assigned(const Flowing &f, const std::string &count, const CountScope &scope, const State &s)
    {
        Null null = flow.null_of(f.value, s);

        if (null == Null::Always)
            return;
        Bound need = read_count(unit, flow, count, scope, s);
        if (need.known && need.count.constant())
            return require(f.value, need, s, "`" + f.place->getNameAsString() + "`");
        const Expr *new_count = partner(f.target, scope, count);
        if (new_count == nullptr) {
            out.report(finding(f.target->getSourceRange(), "`" + f.place->getNameAsString() + "` is assigned without its count `" + count + "`",
                               "assign both in adjacent statements"));
            return;
        }
        Bound k;
        k.known = true;
        k.count = flow.eval(new_count, s);
        k.is_signed = new_count->getType()->isSignedIntegerOrEnumerationType() && k.count.range.lo < 0;
        k.text = repeatable(unit, flow, new_count, s) ? "(" + unit.flat_text(new_count->getSourceRange()) + ")" : "";
        require(f.value, k, s, "`" + f.place->getNameAsString() + "` with its new count");
    }

    static const BinaryOperator *assignment(const Stmt *st)
    {
        const auto *e = dyn_cast_or_null<Expr>(st);
        const auto *b = e == nullptr ? nullptr : dyn_cast<BinaryOperator>(e->IgnoreParens());

        return b != nullptr && b->getOpcode() == BO_Assign ? b : nullptr;
    }

    /*
     * The right side of the assignment to the field (named by `count`) of the same object, in the run of plain assignments
     * around the target: nothing comes between them that could see one without the other.
     */
    const Expr *partner(const Expr *target, const CountScope &scope, const std::string &count)
    {
        std::string object = unit.flat_text(scope.object->getSourceRange());

        for (const BinaryOperator *b : run_around(flow.function()->getBody(), target)) {
            const auto *m = dyn_cast<MemberExpr>(b->getLHS()->IgnoreParens());
            if (m->getMemberDecl()->getNameAsString() == count && unit.flat_text(m->getBase()->getSourceRange()) == object)
                return b->getRHS();
        }
        return nullptr;
    }

    /* x.f = e with e free of side effects */
    static const BinaryOperator *plain_assignment(const Stmt *st)
    {
        const BinaryOperator *b = assignment(st);

        return b != nullptr && isa<MemberExpr>(b->getLHS()->IgnoreParens()) && pure(b->getRHS()) ? b : nullptr;
    }

    std::vector<const BinaryOperator *> run_around(const Stmt *in, const Expr *target)
    {
        std::vector<const BinaryOperator *> run;

        if (const auto *c = dyn_cast<CompoundStmt>(in)) {
            bool found = false;
            for (const Stmt *st : c->body()) {
                const BinaryOperator *any = assignment(st), *b = plain_assignment(st);
                bool here = any != nullptr && any->getLHS()->IgnoreParens() == target;
                if (here || b != nullptr) {
                    run.push_back(here ? any : b);
                    found |= here;
                } else {
                    if (found)
                        return run;
                    run.clear();
                }
            }
            if (found)
                return run;
            run.clear();
        }
        for (const Stmt *child : in->children())
            if (child != nullptr) {
                run = run_around(child, target);
                if (!run.empty())
                    return run;
            }
        return {};
    }

    /* Equal but for blanks and outer parentheses: `(n) - (i)` and `( n - i )`. */
    static bool same_words(const std::string &a, const std::string &b)
    {
        auto plain = [](const std::string &text) {
            std::string out;
            for (char c : text)
                if (c != ' ' && c != '(' && c != ')')
                    out += c;
            return out;
        };
        bool products = (a + b).find('*') != std::string::npos || (a + b).find('/') != std::string::npos;
        return !products && plain(a) == plain(b) && std::count(a.begin(), a.end(), '-') <= 1;
    }

    /* Elements as bytes. */
    void in_bytes(Bound &have, const Expr *value)
    {
        QualType t = strip(value)->getType();
        QualType element = t->isPointerType() ? t->getPointeeType() : t->isArrayType() ? t->getAsArrayTypeUnsafe()->getElementType() : t;
        Wide size = element->isVoidType() || element->isIncompleteType() ? 1 : (Wide)unit.context().getTypeSizeInChars(element).getQuantity();

        if (size == 1)
            return;
        have.count.range = { mul_wide(have.count.range.lo, size), mul_wide(have.count.range.hi, size) };
        have.count.key = Keys::none;
        have.count.below.clear();
        have.count.above.clear();
        if (!have.text.empty())
            have.text = "(unsigned long)(" + have.text + ") * " + wide_text(size);
    }

    void require(const Expr *value, const Bound &need, const State &s, const std::string &who, bool bytes = false)
    {
        Null null = flow.null_of(value, s);
        Bound have = bound_of(unit, flow, value, s);

        if (!need.error.empty() || !have.error.empty()) {
            out.report(finding(value->getSourceRange(), need.error.empty() ? have.error : need.error, "see safecc --explain SC-07 for what a count may be"));
            return;
        }
        if (null == Null::Always)
            return;
        const bool one = !have.known;
        if (one) {
            have.known = true;
            have.count.range = { 1, 1 };
            have.text = "1UL";
        }
        if (bytes || value->getType()->isVoidPointerType())
            in_bytes(have, value);
        if (flow.difference(need.count, have.count, s) <= 0 || (!need.text.empty() && same_words(need.text, have.text))) {
            Site &proved = unit.add_site("SC-07", "count", value, value->getSourceRange(), Fate::Static, who + " needs at most " + (need.text.empty() ? wide_text(need.count.range.hi) : need.text) + ", there are " + have.text);
            proved.covers = bytes ? value : nullptr;
            return;
        }
        if (need.count.range.lo > have.count.range.hi) {
            out.report(finding(value->getSourceRange(), who + " needs " + wide_text(need.count.range.lo) + " elements, and `" + unit.flat_text(value->getSourceRange()) + "` has " + count_words(have), ""));
            return;
        }
        const auto *address = dyn_cast<UnaryOperator>(strip(value));
        if (one && strip(value)->getType()->isVariableArrayType())
            return; /* SC-06 has refused it */
        if (one && (address == nullptr || address->getOpcode() != UO_AddrOf)) {
            out.report(finding(value->getSourceRange(), "`" + unit.source_text(value->getSourceRange()) + "` points to one object, and " + who + " may need more", "declare the count: SC_COUNT(n) behind the pointer that holds it"));
            return;
        }
        if (need.text.empty() || have.text.empty()) {
            out.report(finding(value->getSourceRange(), "whether `" + unit.flat_text(value->getSourceRange()) + "` has enough elements for " + who + " cannot be checked here",
                               "copy the count to a local first"));
            return;
        }
        Site &site = unit.add_site("SC-07", "count", value, value->getSourceRange(), Fate::Check, who + " needs " + need.text + " elements, there are " + have.text);
        site.covers = bytes ? value : nullptr;
        std::string condition = have.must_be.empty() ? "" : have.must_be + " && ";
        if (need.is_signed && need.count.range.lo < 0)
            condition += "(long)(" + need.text + ") >= 0 && ";
        if (have.is_signed && have.count.range.lo < 0)
            condition += "(long)(" + have.text + ") >= 0 && ";
        condition += "(unsigned long)(" + need.text + ") <= (unsigned long)(" + have.text + ")";
        if (null != Null::Never)
            condition = "sc_v == 0 || (" + condition + ")";
        wrap_check(unit, site, value, condition);
    }

    /* ---- what a count names is not changed behind the pointer's back ---- */

    void count_assigned(const Expr *lhs, const Stmt *st, const State &s)
    {
        lhs = lhs->IgnoreParens();
        if (const auto *r = dyn_cast<DeclRefExpr>(lhs)) {
            if (const auto *v = dyn_cast<VarDecl>(r->getDecl()); v != nullptr && v->getType()->isIntegralOrEnumerationType())
                local_count_assigned(v, st);
        } else if (const auto *m = dyn_cast<MemberExpr>(lhs)) {
            if (const auto *f = dyn_cast<FieldDecl>(m->getMemberDecl()); f != nullptr && f->getType()->isIntegralOrEnumerationType())
                field_count_assigned(m, f, st, s);
        }
    }

    /* Whoever has the address of a pointer with a count can make it point elsewhere. */
    void address_out(const Stmt *st)
    {
        const ValueDecl *d = exposed(unit, st);

        if (d == nullptr)
            return;
        QualType t = d->getType();
        while (const auto *a = dyn_cast<ArrayType>(t.getTypePtr()))
            t = a->getElementType();
        const auto *parm = dyn_cast<ParmVarDecl>(d);
        bool array = parm != nullptr && isa<ConstantArrayType>(parm->getOriginalType().getCanonicalType()) && isa<UnaryOperator>(st);
        if (!t->isPointerType() || (annotations_of(d).count.empty() && !array))
            return;
        Finding f = finding(st->getSourceRange(), "the address of `" + d->getNameAsString() + "` is handed out, and nobody could see that its count still holds", "pass the pointer itself, and assign it here");
        f.path.push_back({ unit.place(d->getLocation()), "`" + d->getNameAsString() + "` has a count" });
        out.report(f);
    }

    void local_count_assigned(const VarDecl *v, const Stmt *st)
    {
        unsigned here = unit.flat_offset(st->getBeginLoc());

        for (const Decl *d : flow.function()->decls()) {
            const auto *p = dyn_cast<VarDecl>(d);
            if (p == nullptr || p == v || annotations_of(p).count.empty())
                continue;
            bool names_it = false;
            for (const std::string &n : names_in_count(annotations_of(p).count))
                names_it |= n == v->getName();
            if (!names_it || unit.flat_offset(p->getLocation()) > here)
                continue;
            Finding f = finding(st->getSourceRange(), "`" + v->getNameAsString() + "` is the count of `" + p->getNameAsString() + "` and is changed",
                                "keep the count as it is and work on a copy");
            f.path.push_back({ unit.place(p->getLocation()), "`" + p->getNameAsString() + "` has `" + annotations_of(p).count + "` elements from here on" });
            out.report(f);
        }
    }

    void field_count_assigned(const MemberExpr *m, const FieldDecl *count, const Stmt *st, const State &s)
    {
        const auto *b = dyn_cast<BinaryOperator>(st);

        for (const FieldDecl *p : count->getParent()->fields()) {
            bool names_it = false;
            for (const std::string &n : names_in_count(annotations_of(p).count))
                names_it |= n == count->getName();
            if (!names_it)
                continue;
            if (b != nullptr && b->getOpcode() == BO_Assign) {
                Value v = flow.eval(b->getRHS(), s), old = flow.eval(m, s);
                if ((v.constant() && v.range.lo == 0) || flow.difference(v, old, s) <= 0)
                    continue; /* fewer is always true */
                CountScope scope;
                scope.object = m->getBase();
                if (partner(m, scope, p->getNameAsString()) != nullptr)
                    continue;
            }
            Finding f = finding(st->getSourceRange(), "`" + count->getNameAsString() + "` is the count of `" + p->getNameAsString() + "` and is changed without it",
                                "assign both in adjacent statements, the pointer with at least that many elements");
            f.path.push_back({ unit.place(p->getLocation()), "`" + p->getNameAsString() + "` has SC_COUNT(" + annotations_of(p).count + ")" });
            out.report(f);
        }
    }
};

class IndexInBounds : public Rule {
public:
    const char *id() const override { return "SC-07"; }
    const char *title() const override { return "an index is within bounds; a pointer and its count change together"; }
    void check_unit(Unit &unit, Reporter &out) override
    {
        judge_global_counts(unit, out);
        each_function(unit, [&](const Flow &flow) {
            Bounds bounds(unit, flow, out);
            flow.visit([&](const Stmt *st, const State &s) { bounds.look(st, s); });
        });
    }
};

SAFECC_RULE(IndexInBounds);

} // namespace
} // namespace safecc
