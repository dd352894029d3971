/* SPDX-License-Identifier: MIT */
/* Checks as text, and where values flow. */
#include "engine/checks.h"

#include "clang/AST/ParentMapContext.h"
#include "engine/callees.h"
#include "engine/shapes.h"

using namespace clang;

namespace safecc {

std::string check_text(const Site &site, const std::string &condition)
{
    char id[16];

    snprintf(id, sizeof(id), "0x%08x", site.id);
    return std::string("SC_CHECK(") + id + ", " + condition + ")";
}

std::string declaration(Unit &unit, const Expr *like, const std::string &name)
{
    QualType t = like->getType().getUnqualifiedType();
    std::string text = name;

    t.getAsStringInternal(text, unit.context().getPrintingPolicy());
    if (text.find("unnamed") != std::string::npos || text.find("anonymous") != std::string::npos)
        return "__typeof__(" + unit.flat_text(like->getSourceRange()) + ") " + name;
    return text;
}

void wrap_check(Unit &unit, Site &site, const Expr *e, const std::string &condition)
{
    Edit edit;

    edit.begin = unit.flat_offset(e->getBeginLoc());
    edit.end = unit.flat_end(e->getEndLoc());
    edit.before = "__extension__({ " + declaration(unit, e, "sc_v") + " = (";
    edit.after = "); " + check_text(site, condition) + "; sc_v; })";
    site.condition = condition;
    site.edits.push_back(edit);
}

static void members(const InitListExpr *list, std::vector<Flowing> &out)
{
    if (list->getType()->getAsRecordDecl() == nullptr) {
        for (const Expr *e : list->inits())
            if (const auto *inner = dyn_cast<InitListExpr>(e))
                members(inner, out);
        return;
    }
    for (auto [f, init] : members_of(list)) {
        if (const auto *inner = dyn_cast_or_null<InitListExpr>(init))
            members(inner, out);
        else if (init != nullptr && !isa<ImplicitValueInitExpr>(init))
            out.push_back({ init, f, nullptr, nullptr, Flowing::Member, list });
    }
}

std::vector<Flowing> flows_of(const FunctionDecl *f, const Stmt *st)
{
    std::vector<Flowing> out;

    if (const auto *call = dyn_cast<CallExpr>(st)) {
        const FunctionDecl *callee = callee_of(call);
        if (callee != nullptr && callee->getBuiltinID() == 0)
            for (unsigned i = 0; i < call->getNumArgs() && i < callee->getNumParams(); i++)
                out.push_back({ call->getArg(i), callee->getParamDecl(i), call, nullptr, Flowing::Argument });
    } else if (const auto *d = dyn_cast<DeclStmt>(st)) {
        for (const Decl *one : d->decls())
            if (const auto *v = dyn_cast<VarDecl>(one); v != nullptr && v->getInit() != nullptr) {
                if (const auto *list = dyn_cast<InitListExpr>(v->getInit()->IgnoreParenImpCasts()))
                    members(list, out);
                else
                    out.push_back({ v->getInit(), v, nullptr, nullptr, Flowing::Initialiser });
            }
    } else if (const auto *b = dyn_cast<BinaryOperator>(st)) {
        if (b->getOpcode() != BO_Assign)
            return out;
        const Expr *target = b->getLHS()->IgnoreParens();
        if (const auto *m = dyn_cast<MemberExpr>(target))
            out.push_back({ b->getRHS(), m->getMemberDecl(), nullptr, target, Flowing::Assignment });
        else if (const auto *r = dyn_cast<DeclRefExpr>(target))
            out.push_back({ b->getRHS(), r->getDecl(), nullptr, target, Flowing::Assignment });
        else if (const auto *s = dyn_cast<ArraySubscriptExpr>(target)) {
            const ValueDecl *array = named_by(s->getBase());
            if (array != nullptr && strip(s->getBase())->getType()->isArrayType())
                out.push_back({ b->getRHS(), array, nullptr, target, Flowing::Assignment });
        }
    } else if (const auto *r = dyn_cast<ReturnStmt>(st)) {
        if (r->getRetValue() != nullptr)
            out.push_back({ r->getRetValue(), f, nullptr, nullptr, Flowing::Return });
    } else if (const auto *lit = dyn_cast<CompoundLiteralExpr>(st)) {
        if (const auto *list = dyn_cast<InitListExpr>(lit->getInitializer()))
            members(list, out);
    }
    return out;
}

static bool only_read(Unit &unit, const Expr *address)
{
    const Expr *e = address;

    for (;;) {
        const Expr *up = nullptr;
        for (const auto &parent : unit.context().getParents(*e)) {
            if (const auto *a = parent.get<AtomicExpr>())
                return a->getOp() == AtomicExpr::AO__atomic_load_n;
            if (const auto *sub = parent.get<ArraySubscriptExpr>())
                return sub->getBase()->IgnoreParens() == e || sub->getBase() == e;
            if (const auto *u = parent.get<UnaryOperator>(); u != nullptr && u->getOpcode() == UO_Deref)
                return true; /* *&x is x, and judged as x */
            if (const auto *c = parent.get<ImplicitCastExpr>()) {
                QualType t = c->getType();
                if (t->isPointerType() && t->getPointeeType().isConstQualified())
                    return true;
                up = c;
            } else if (const auto *p = parent.get<ParenExpr>()) {
                up = p;
            } else if (const auto *m = parent.get<MemberExpr>()) {
                if (m->isArrow())
                    return true;
            }
        }
        if (up == nullptr)
            return false;
        e = up;
    }
}

const ValueDecl *exposed(Unit &unit, const Stmt *st)
{
    const Expr *e = nullptr;

    if (const auto *u = dyn_cast<UnaryOperator>(st); u != nullptr && u->getOpcode() == UO_AddrOf)
        e = u->getSubExpr()->IgnoreParens();
    else if (const auto *c = dyn_cast<ImplicitCastExpr>(st); c != nullptr && c->getCastKind() == CK_ArrayToPointerDecay)
        e = c->getSubExpr()->IgnoreParens();
    if (e == nullptr || e->getType().isConstQualified() || only_read(unit, llvm::cast<Expr>(st)))
        return nullptr;
    while (const auto *sub = dyn_cast<ArraySubscriptExpr>(e)) {
        const Expr *base = strip(sub->getBase());
        if (!base->getType()->isArrayType())
            return nullptr;
        e = base;
    }
    return named_by(e);
}

/* The one expression that holds e, or null. */
static const Expr *around(Unit &unit, const Expr *e)
{
    const auto parents = unit.context().getParents(*e);

    return parents.size() == 1 ? parents[0].get<Expr>() : nullptr;
}

/* `base` names an object, and `up` names a part of it. */
static bool names_part(const Expr *up, const Expr *base)
{
    if (const auto *m = dyn_cast<MemberExpr>(up))
        return !m->isArrow();
    if (const auto *sub = dyn_cast<ArraySubscriptExpr>(up))
        return sub->getBase() == base;
    const auto *c = dyn_cast<ImplicitCastExpr>(up);
    return isa<ParenExpr>(up) || (c != nullptr && (c->getCastKind() == CK_NoOp || c->getCastKind() == CK_ArrayToPointerDecay));
}

bool is_access(Unit &unit, const Site &site)
{
    const Expr *e = site.covers, *up = e == nullptr ? nullptr : around(unit, e);

    /* Up to what follows the pointer or takes the index. */
    while (up != nullptr && (isa<ParenExpr>(up) || isa<ImplicitCastExpr>(up)))
        up = around(unit, up);
    const auto *m = dyn_cast_or_null<MemberExpr>(up);
    const auto *u = dyn_cast_or_null<UnaryOperator>(up);
    if (!(m != nullptr && m->isArrow()) && !(u != nullptr && u->getOpcode() == UO_Deref) && (up == nullptr || !isa<ArraySubscriptExpr>(up)))
        return false;
    /* From there up to what is done with the object. */
    for (e = up, up = around(unit, e); up != nullptr && names_part(up, e); up = around(unit, e))
        e = up;
    if (up == nullptr || !e->isGLValue())
        return false; /* an array's address */
    if (const auto *c = dyn_cast<ImplicitCastExpr>(up))
        return c->getCastKind() == CK_LValueToRValue;
    if (const auto *b = dyn_cast<BinaryOperator>(up))
        return b->isAssignmentOp() && b->getLHS()->IgnoreParens() == e->IgnoreParens();
    const auto *step = dyn_cast<UnaryOperator>(up);
    return step != nullptr && step->isIncrementDecrementOp();
}

void each_function(Unit &unit, const std::function<void(const Flow &)> &seen)
{
    for (const FunctionDecl *f : judged_functions(unit))
        if (const Flow *flow = FlowCache::of(unit, f))
            seen(*flow);
}

} // namespace safecc
