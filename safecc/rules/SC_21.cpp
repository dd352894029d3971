/* SPDX-License-Identifier: MIT */
/*
 * SC-21: an unsafe island stands in a core file, has a number of its own, and says why it is sound. What it rests on is asked
 * before it (SC_REQUIRE), and what only the core may do (SC_CORE) is done by nobody else: its functions called, its fields
 * written.
 */
#include "engine/checks.h"
#include "rules/judged.h"

using namespace clang;

namespace safecc {
namespace {

class Visitor : public RecursiveASTVisitor<Visitor> {
public:
    Visitor(Unit &unit, Reporter &out) : unit(unit), out(out) {}

    bool VisitAttributedStmt(AttributedStmt *s)
    {
        auto words = statement_annotation(s);

        if (words.empty() || words[0] != "unsafe")
            return true;
        judge(s->getBeginLoc(), words.size() > 1 ? words[1] : "", unit.core_file(s->getBeginLoc()));
        if (!isa<CompoundStmt>(s->getSubStmt()))
            say(s->getBeginLoc(), "SC_UNSAFE stands before something that is no block", "SC_UNSAFE(\"...\") { ... }");
        return true;
    }

    bool VisitNamedDecl(NamedDecl *d)
    {
        const std::string &why = annotations_of(d).unsafe_decl;

        if (!why.empty())
            judge(d->getLocation(), why, unit.core_file(d->getLocation()));
        return true;
    }

    bool VisitDeclRefExpr(DeclRefExpr *r)
    {
        if (annotations_of(r->getDecl()).core && !of_core(r->getLocation()))
            say(r->getLocation(), "`" + r->getDecl()->getNameAsString() + "` is for the core only", "use what the core's header offers to modules: functions that take a held reference");
        return true;
    }

    /* Who may not write a field of the core's does not assign it, nor take an address through which it can be written. */
    bool VisitBinaryOperator(BinaryOperator *b)
    {
        if (b->isAssignmentOp()) {
            written(b->getLHS());
            whole(b->getLHS(), b->getLHS()->getType());
        }
        return true;
    }
    bool VisitUnaryOperator(UnaryOperator *u)
    {
        if (u->isIncrementDecrementOp() || (u->getOpcode() == UO_AddrOf && !read_only.count(u)))
            written(u->getSubExpr());
        return true;
    }
    bool VisitImplicitCastExpr(ImplicitCastExpr *c)
    {
        const Expr *from = c->getSubExpr()->IgnoreParens();

        /* &p->field where a pointer to const is wanted. */
        if (c->getType()->isPointerType() && c->getType()->getPointeeType().isConstQualified())
            read_only.insert(from);
        else if (c->getCastKind() == CK_BitCast && c->getType()->isVoidPointerType())
            whole(from, from->getType()->getPointeeType());
        if (c->getCastKind() == CK_ArrayToPointerDecay && !read_only.count(c) && !indexed.count(c))
            written(from);
        return true;
    }
    bool VisitArraySubscriptExpr(ArraySubscriptExpr *a)
    {
        indexed.insert(a->getBase()->IgnoreParens());
        return true;
    }

private:
    Unit &unit;
    Reporter &out;
    std::set<const Expr *> read_only, indexed;

    /* All of an object of a struct, some of whose fields are the core's. */
    void whole(const Expr *e, QualType type)
    {
        const auto *record = type.isNull() || of_core(e->getExprLoc()) || is_local(e) ? nullptr : type->getAsRecordDecl();
        if (record == nullptr)
            return;
        for (const FieldDecl *f : record->fields())
            if (annotations_of(f).core)
                return say(e->getExprLoc(), "all of a struct is written, whose field `" + f->getNameAsString() + "` is for the core to write", "write the fields that are meant");
    }

    /* The field that is written, and those that it is a part of. */
    void written(const Expr *e)
    {
        if (unit.context().getBaseElementType(e->getType()).isConstQualified())
            return; /* its address is one to read */
        for (e = e->IgnoreParenImpCasts();;) {
            if (const auto *m = dyn_cast<MemberExpr>(e)) {
                if (annotations_of(m->getMemberDecl()).core && !of_core(m->getMemberLoc()) && !is_local(m))
                    return say(m->getMemberLoc(), "`" + m->getMemberDecl()->getNameAsString() + "` is for the core to write", "call the core's function that changes it");
                if (m->isArrow())
                    return;
                e = m->getBase()->IgnoreParenImpCasts();
            } else if (const auto *a = dyn_cast<ArraySubscriptExpr>(e); a != nullptr && isa<ImplicitCastExpr>(a->getBase())) {
                e = a->getBase()->IgnoreParenImpCasts();
            } else {
                return;
            }
        }
    }

    /* A part of a local: a copy, which nobody believes. */
    static bool is_local(const Expr *e)
    {
        for (;;) {
            e = e->IgnoreParenImpCasts();
            if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_AddrOf) {
                e = u->getSubExpr();
            } else if (const auto *m = dyn_cast<MemberExpr>(e)) {
                if (m->isArrow())
                    return false;
                e = m->getBase();
            } else if (const auto *r = dyn_cast<DeclRefExpr>(e)) {
                const auto *v = dyn_cast<VarDecl>(r->getDecl());
                return v != nullptr && v->hasLocalStorage() && !v->getType()->isPointerType();
            } else {
                return false;
            }
        }
    }

    /* Written in a file of the core, or in the body of one of its macros. */
    bool of_core(SourceLocation at)
    {
        const TokenOrigin *o = unit.origin(at);
        return o == nullptr || unit.core_name(unit.files[o->file]) || (o->macro != 0 && unit.core_name(unit.macros[o->macro].file));
    }

    void judge(SourceLocation at, const std::string &why, bool core)
    {
        if (!core)
            say(at, "an unsafe island outside of the core", "a module holds none: move the operation behind a function of the core");
        else if (!numbered(why))
            say(at, "an unsafe island without a number", "SC_UNSAFE(\"DEV-nn: why it is sound\")");
        else if (why.size() - why.find(':') < 12)
            say(at, "an unsafe island that does not say why it is sound", "one sentence after the number");
    }

    static bool numbered(const std::string &why)
    {
        size_t i = 4;
        if (why.rfind("DEV-", 0) != 0)
            return false;
        while (i < why.size() && isdigit((unsigned char)why[i]))
            i++;
        return i > 4 && i < why.size() && why[i] == ':';
    }
    void say(SourceLocation at, const std::string &message, const std::string &help)
    {
        if (!unit.from_trusted_file(at))
            out.report({ "SC-21", unit.place(at), message, {}, help, {}, unit.function_at(at) });
    }
};

class Islands : public Rule {
public:
    const char *id() const override { return "SC-21"; }
    const char *title() const override { return "unsafe islands: in the core only, numbered, with their reason"; }
    void check_unit(Unit &unit, Reporter &out) override
    {
        Visitor(unit, out).TraverseDecl(unit.context().getTranslationUnitDecl());
        each_function(unit, [&](const Flow &flow) {
            flow.visit([&](const Stmt *st, const State &s) {
                const auto *call = dyn_cast<CallExpr>(st);
                if (call != nullptr && call->getDirectCallee() != nullptr && call->getDirectCallee()->getName() == "sc_required_" && call->getNumArgs() == 1)
                    required(unit, flow, call->getArg(0), s);
            });
        });
    }

private:
    static void required(Unit &unit, const Flow &flow, const Expr *condition, const State &s)
    {
        Interval r = flow.eval(condition, s).range;

        if (unit.in_island(condition->getBeginLoc()))
            return;
        if (r.lo > 0) {
            unit.add_site("SC-21", "required", condition, condition->getSourceRange(), Fate::Static, "it holds here");
            return;
        }
        Site &site = unit.add_site("SC-21", "required", condition, condition->getSourceRange(), Fate::Check, "an island rests on `" + unit.source_text(condition->getSourceRange()) + "`");
        wrap_check(unit, site, condition, "sc_v");
    }
};
SAFECC_RULE(Islands);

} // namespace
} // namespace safecc
