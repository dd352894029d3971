/* SPDX-License-Identifier: MIT */
/* SC-08: no null pointer is followed, or put where null is not expected. */
#include "engine/callees.h"
#include "engine/checks.h"
#include "engine/shapes.h"

using namespace clang;

namespace safecc {
namespace {

class Nulls {
public:
    Nulls(Unit &unit, const Flow &flow, Reporter &out) : unit(unit), flow(flow), out(out) {}

    void look(const Stmt *st, const State &s)
    {
        if (unit.in_island(st->getBeginLoc()))
            return;
        if (const auto *u = dyn_cast<UnaryOperator>(st)) {
            if (u->getOpcode() == UO_Deref)
                followed(u->getSubExpr(), s, "followed");
        } else if (const auto *m = dyn_cast<MemberExpr>(st)) {
            if (m->isArrow())
                followed(m->getBase(), s, "followed");
        } else if (const auto *sub = dyn_cast<ArraySubscriptExpr>(st)) {
            if (!strip(sub->getBase())->getType()->isArrayType())
                followed(sub->getBase(), s, "indexed");
        }
        if (const auto *a = dyn_cast<AtomicExpr>(st))
            atomic(const_cast<AtomicExpr *>(a), s);
        if (const auto *call = dyn_cast<CallExpr>(st); call != nullptr && table_of(call) != nullptr)
            table(call);
        for (const Flowing &f : flows_of(flow.function(), st))
            flow_into(f, s);
        address_out(st);
    }

private:
    Unit &unit;
    const Flow &flow;
    Reporter &out;

    void followed(const Expr *p, const State &s, const char *how)
    {
        if (Site *site = need(p, s, std::string("is ") + how, "test it first: if (p == NULL) ..."))
            site->covers = p;
    }

    /* Every operand that is a pointer is followed: the object, and what a compare-exchange expects. */
    void atomic(AtomicExpr *a, const State &s)
    {
        bool stores_pointer = a->getPtr()->getType()->getPointeeType()->isPointerType();

        followed(a->getPtr(), s, "followed");
        for (unsigned i = 0; i < a->getNumSubExprs(); i++) {
            Expr *e = a->getSubExprs()[i];
            bool expected = a->isCmpXChg() && (i == 2 || (i == 4 && !a->getSubExprs()[i]->getType()->isIntegerType()));
            if (e != a->getPtr() && e->getType()->isPointerType() && (!stores_pointer || expected))
                followed(e, s, "followed");
        }
    }

    /* An entry of a table of functions that nobody filled in. */
    void table(const CallExpr *call)
    {
        const Expr *callee = call->getCallee();

        if (!table_has_holes(call)) {
            unit.add_site("SC-08", "call", callee, callee->getSourceRange(), Fate::Static, "every entry of `" + table_of(call)->getNameAsString() + "` is a function");
            return;
        }
        Site &site = unit.add_site("SC-08", "call", callee, callee->getSourceRange(), Fate::Check, "`" + table_of(call)->getNameAsString() + "` has entries that are no function");
        wrap_check(unit, site, callee, "sc_v != 0");
    }

    /* Whoever has the address of a pointer that is never null can make it so. */
    void address_out(const Stmt *st)
    {
        const ValueDecl *d = exposed(unit, st);

        if (d == nullptr || !annotations_of(d).nonnull)
            return;
        Finding f{ "SC-08", unit.place(st->getSourceRange()), "the address of `" + d->getNameAsString() + "`, which is SC_NONNULL, is handed out", {}, "assign it here", {}, flow.function()->getNameAsString() };
        f.path.push_back({ unit.place(d->getLocation()), "`" + d->getNameAsString() + "` is declared here" });
        out.report(f);
    }

    void flow_into(const Flowing &f, const State &s)
    {
        const Annotations &a = annotations_of(f.place);
        QualType type = f.kind == Flowing::Return ? flow.function()->getReturnType() : f.target != nullptr ? f.target->getType() : f.place->getType();

        if (!type->isPointerType() || a.nullable || type->isFunctionPointerType())
            return;
        switch (f.kind) {
        case Flowing::Argument:
            if (unit.system_declared(f.place))
                return;
            need(f.value, s, "goes to parameter `" + f.place->getNameAsString() + "` of `" + callee_of(f.call)->getNameAsString() + "`, which takes no null",
                 "test it first, or let the parameter be SC_NULLABLE");
            return;
        case Flowing::Return:
            need(f.value, s, "is returned by `" + f.place->getNameAsString() + "`, which does not return null", "let the function be SC_NULLABLE, or test first");
            return;
        default:
            if (a.nonnull)
                need(f.value, s, "goes to `" + f.place->getNameAsString() + "`, which is SC_NONNULL", "test it first");
        }
    }

    Site *need(const Expr *p, const State &s, const std::string &how, const std::string &help)
    {
        Null n = flow.null_of(p, s);
        std::string text = unit.source_text(strip(p)->getSourceRange());

        if (n == Null::Never) {
            return &unit.add_site("SC-08", "null", p, p->getSourceRange(), Fate::Static, "`" + text + "` is not null here: made from an address, declared so, or tested");
        }
        if (n == Null::Unknown) {
            Site &site = unit.add_site("SC-08", "null", p, p->getSourceRange(), Fate::Check, "`" + text + "` was read from memory and not tested");
            wrap_check(unit, site, p, "sc_v != 0");
            return &site;
        }
        Finding f{ "SC-08", unit.place(p->getSourceRange()), "`" + text + "` " + (n == Null::Always ? "is null and " : "may be null and ") + how, {}, help, {},
                   flow.function()->getNameAsString() };
        if (const Stmt *why = flow.why_null(p, s))
            f.path.push_back({ unit.place(why->getSourceRange()), "`" + text + "` " + (n == Null::Always ? "is" : "may be") + " null from here" });
        else if (const ValueDecl *d = declared(p))
            f.path.push_back({ unit.place(d->getLocation()), "`" + d->getNameAsString() + "` is declared SC_NULLABLE here" });
        out.report(f);
        return nullptr;
    }

    const ValueDecl *declared(const Expr *e)
    {
        if (const auto *c = dyn_cast<CallExpr>(strip(e)))
            return callee_of(c);
        return named_by(e);
    }
};

class NoNull : public Rule {
public:
    const char *id() const override { return "SC-08"; }
    const char *title() const override { return "no null pointer is followed"; }
    void check_unit(Unit &unit, Reporter &out) override
    {
        for (const Decl *d : unit.context().getTranslationUnitDecl()->decls()) {
            const auto *v = dyn_cast<VarDecl>(d);
            if (v == nullptr || !v->isThisDeclarationADefinition() || !annotations_of(v).nonnull || !v->getType()->isPointerType() || unit.exempt(v->getLocation()))
                continue;
            const Expr *init = v->getAnyInitializer();
            if (init == nullptr || init->isNullPointerConstant(unit.context(), Expr::NPC_ValueDependentIsNotNull) != Expr::NPCK_NotNull)
                out.report({ "SC-08", unit.place(v->getLocation()), "`" + v->getNameAsString() + "` is SC_NONNULL and starts as null", {}, "give it a value where it is defined", {}, "" });
        }
        each_function(unit, [&](const Flow &flow) {
            Nulls nulls(unit, flow, out);
            flow.visit([&](const Stmt *st, const State &s) { nulls.look(st, s); });
        });
    }
};

SAFECC_RULE(NoNull);

} // namespace
} // namespace safecc
