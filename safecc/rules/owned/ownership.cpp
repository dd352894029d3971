/* SPDX-License-Identifier: MIT */
/* What each statement does to what is owned, uses of what is gone, and what is left at the end. */
#include "rules/owned/ownership.h"

#include "engine/callees.h"
#include "rules/owned/values.h"

using namespace clang;

namespace safecc::owned {
namespace {

/* Names and fields that are assigned, filled or given away. */
class Targets : public RecursiveASTVisitor<Targets> {
public:
    std::set<const Expr *> list;
    bool VisitBinaryOperator(BinaryOperator *b)
    {
        if (b->getOpcode() == BO_Assign)
            add(b->getLHS());
        return true;
    }
    bool VisitUnaryOperator(UnaryOperator *u)
    {
        if (u->getOpcode() == UO_AddrOf)
            add(u->getSubExpr());
        return true;
    }
    /* An argument for an SC_OWNED parameter is consumed by the call itself, which says so. */
    bool VisitCallExpr(CallExpr *c)
    {
        const FunctionDecl *callee = callee_of(c);
        for (unsigned i = 0; callee != nullptr && i < c->getNumArgs() && i < callee->getNumParams(); i++)
            if (annotations_of(callee->getParamDecl(i)).owned)
                add(strip(c->getArg(i)));
        return true;
    }

private:
    void add(const Expr *e)
    {
        e = e->IgnoreParens();
        if (isa<DeclRefExpr>(e) || isa<MemberExpr>(e))
            list.insert(e);
    }
};

} // namespace

Ownership::Ownership(Unit &unit, const FunctionDecl *f, const Kept &kept, Reporter &out) : unit(unit), f(f), kept(kept), out(out)
{
    Targets found;

    found.TraverseStmt(f->getBody());
    targets = found.list;
}

void Ownership::say(const Stmt *at, const std::string &message, SourceLocation from, const std::string &fact, const std::string &help)
{
    if (unit.in_island(at->getBeginLoc()))
        return;
    Finding finding{ "SC-12", unit.place(at->getSourceRange()), message, {}, help, {}, f->getNameAsString() };
    if (from.isValid())
        finding.path.push_back({ unit.place(from), fact });
    out.report(finding);
}

void Ownership::gone(const Expr *at, const std::string &name, const Thing &t, const std::string &what)
{
    bool maybe = t.own == Own::Maybe;

    if (unit.in_island(at->getBeginLoc()))
        return;
    Finding finding{ "SC-12", unit.place(at->getSourceRange()), "`" + name + "` " + what + (maybe ? " after it may have been consumed" : " after it was consumed"),
                     {}, "use it before it is given away", {}, f->getNameAsString() };
    if (t.at != nullptr)
        finding.path.push_back({ unit.place(t.at->getSourceRange()), "consumed here" });
    out.report(finding);
}

bool is_out(const ParmVarDecl *p)
{
    return p->getType()->isPointerType() && opaque_type(p->getType()->getPointeeType());
}

OwnState Ownership::entry()
{
    OwnState s;

    for (const ParmVarDecl *p : f->parameters())
        if (annotations_of(p).owned && !is_out(p))
            s.local(p) = { Own::Owned, nullptr, nullptr, "", {} };
    return s;
}

void Ownership::step(const Stmt *st, OwnState &s, bool look)
{
    if (const auto *d = dyn_cast<DeclStmt>(st)) {
        for (const Decl *one : d->decls())
            if (const auto *v = dyn_cast<VarDecl>(one); v != nullptr && v->hasLocalStorage())
                declared(v, s, look, st);
    } else if (const auto *b = dyn_cast<BinaryOperator>(st); b != nullptr && b->isAssignmentOp()) {
        assign(b, s, look);
    } else if (const auto *u = dyn_cast<UnaryOperator>(st); u != nullptr && u->isIncrementDecrementOp()) {
        if (const VarDecl *v = variable(u->getSubExpr()))
            s.moved(v);
    } else if (const auto *lit = dyn_cast<CompoundLiteralExpr>(st)) {
        members(lit->getInitializer(), s, look, lit);
    } else if (const auto *call = dyn_cast<CallExpr>(st)) {
        this->call(call, s, look);
    } else if (const auto *r = dyn_cast<ReturnStmt>(st)) {
        if (r->getRetValue() != nullptr)
            returned(r, s, look);
    } else if (const auto *r = dyn_cast<DeclRefExpr>(st)) {
        use(r, s, look);
    } else if (const auto *m = dyn_cast<MemberExpr>(st)) {
        if (opaque_type(m->getType()))
            use_field(m, s, look);
    } else if (const auto *a = dyn_cast<AtomicExpr>(st)) {
        auto *atomic = const_cast<AtomicExpr *>(a);
        for (unsigned i = 0; i < atomic->getNumSubExprs(); i++)
            if (const Expr *e = atomic->getSubExprs()[i]; e != atomic->getPtr() && e->getType()->isPointerType())
                keep(e, s);
    }
}

void Ownership::declared(const VarDecl *v, OwnState &s, bool look, const Stmt *at)
{
    if (v->getInit() != nullptr)
        return take(v, v->getInit(), s, look, at);
    s.forget(v);
    if (opaque_type(v->getType()))
        s.local(v) = { Own::Empty, at, nullptr, "", {} };
}

void Ownership::use(const DeclRefExpr *r, OwnState &s, bool look)
{
    const auto *v = dyn_cast<VarDecl>(r->getDecl());

    if (!look || v == nullptr || targets.count(r))
        return;
    for (const VarDecl *o : s.owners(v)) {
        Thing &t = s.local(o);
        if (t.spent())
            gone(r, r->getDecl()->getNameAsString(), t, v == o ? "is used" : "is used, and names the same object as `" + o->getNameAsString() + "`,");
        else if (v == o && t.own == Own::Pending)
            say(r, "`" + v->getNameAsString() + "` is used before anyone looked at the result of the call that fills it", t.call->getBeginLoc(), "filled here", "test the result first");
        else if (v == o && t.own == Own::Empty)
            say(r, "`" + v->getNameAsString() + "` is used, and nothing was ever put into it", v->getLocation(), "declared here", "");
    }
}

void Ownership::use_field(const MemberExpr *m, OwnState &s, bool look)
{
    if (!look || targets.count(m))
        return;
    Holder h = holder(unit, m);
    auto it = h.v == nullptr || h.path.empty() ? s.of.end() : s.of.find(h);
    if (it == s.of.end())
        return;
    if (it->second.spent())
        gone(m, h.path, it->second, "is used");
    else if (it->second.own == Own::Pending)
        say(m, "`" + h.path + "` is used before anyone looked at the result of the call that fills it", it->second.call->getBeginLoc(), "filled here", "test the result first");
}

/* The object that holds the field is gone too. */
bool Ownership::gone_with_root(const Holder &h, OwnState &s)
{
    for (const VarDecl *o : s.owners(h.v))
        if (s.local(o).spent())
            return true;
    return !isa<ParmVarDecl>(h.v) && !h.v->getType()->isPointerType(); /* a local struct ends here */
}

void Ownership::leave(OwnState &s, const CFGBlock &b)
{
    /* A program that ends gives everything back. */
    if (unit.options->host)
        return;
    for (auto &[h, t] : s.of) {
        bool opaque = h.path.empty() ? opaque_type(h.v->getType()) : true;
        std::string name = h.path.empty() ? h.v->getNameAsString() : h.path;
        Place at = unit.place(b.empty() ? f->getEndLoc() : last_place(b));

        if (unit.in_island(h.v->getLocation()))
            continue;
        if (h.path.empty() && t.own == Own::Owned && (h.v->getType()->isPointerType() || opaque)) {
            Finding finding{ "SC-12", at, "`" + name + "` is owned here and neither consumed nor stored", {}, opaque ? "give it back, return it, or store it" : "delete it, return it, or store it", {}, f->getNameAsString() };
            finding.path.push_back({ unit.place(t.at != nullptr ? t.at->getBeginLoc() : h.v->getLocation()), "it became owned here" });
            out.report(finding);
        } else if (h.path.empty() && t.own == Own::Pending && opaque && !isa<ParmVarDecl>(h.v)) {
            Finding finding{ "SC-12", at, "`" + name + "` may have been filled, and nobody looked at the result of the call", {}, "test the result, and give the value back where it was 0", {}, f->getNameAsString() };
            finding.path.push_back({ unit.place(t.call->getSourceRange()), "filled here" });
            out.report(finding);
        } else if (!h.path.empty() && t.own == Own::Gone && !gone_with_root(h, s)) {
            Finding finding{ "SC-12", at, "`" + name + "` was given away and the field still holds it", {}, "sc_take(" + name + ") leaves none there", {}, f->getNameAsString() };
            if (t.at != nullptr)
                finding.path.push_back({ unit.place(t.at->getSourceRange()), "given away here" });
            out.report(finding);
        }
    }
}

} // namespace safecc::owned
