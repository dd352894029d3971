/* SPDX-License-Identifier: MIT */
/* An access to an object that a lock guards, that is atomic, or fixed; and pointers that outlive the lock they were made under. */
#include "clang/AST/ParentMapContext.h"
#include "engine/callees.h"
#include "engine/checks.h"
#include "rules/locks/locks.h"

using namespace clang;

namespace safecc::locks {
namespace {

class AtomicUses : public RecursiveASTVisitor<AtomicUses> {
public:
    std::set<const Expr *> list;
    bool VisitAtomicExpr(AtomicExpr *a)
    {
        collect(a->getPtr());
        return true;
    }
    bool VisitCallExpr(CallExpr *c)
    {
        const FunctionDecl *callee = callee_of(c);
        if (callee == nullptr)
            return true;
        std::string name = callee->getNameAsString();
        bool lock = !annotations_of(callee).acquires.empty() || !annotations_of(callee).releases.empty();
        if (lock || name.rfind("atomic_", 0) == 0 || name.rfind("shared_", 0) == 0)
            for (const Expr *arg : c->arguments())
                collect(arg);
        return true;
    }
    /* sizeof x, offsetof: nothing is read. */
    bool VisitUnaryExprOrTypeTraitExpr(UnaryExprOrTypeTraitExpr *e)
    {
        if (!e->isArgumentType())
            collect(e->getArgumentExpr());
        return true;
    }

private:
    void collect(const Expr *e)
    {
        e = strip(e);
        list.insert(e);
        if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_AddrOf)
            collect(u->getSubExpr());
        else if (const auto *s = dyn_cast<ArraySubscriptExpr>(e))
            collect(s->getBase());
    }
};

bool has_fixed(QualType t)
{
    const RecordDecl *r = t->getAsRecordDecl();
    if (r != nullptr)
        for (const FieldDecl *field : r->fields())
            if (annotations_of(field).fixed || has_fixed(field->getType()))
                return true;
    return false;
}

} // namespace

std::set<const Expr *> accesses_as_they_should(const FunctionDecl *f)
{
    AtomicUses uses;

    uses.TraverseStmt(f->getBody());
    return uses.list;
}

/* ---- guarded and atomic ---- */

void Locks::member(const MemberExpr *m, LockState &s, bool look)
{
    const auto *field = dyn_cast<FieldDecl>(m->getMemberDecl());

    if (field == nullptr || as_it_should.count(m))
        return;
    const Annotations &a = annotations_of(field);
    if (a.atomic && a.guarded_by.empty() && look && !s.made_here(m) && !m->getType()->isArrayType())
        say(m, "`" + unit.source_text(m->getSourceRange()) + "` is SC_ATOMIC and is used plainly", "use the functions of core/atomic.h");
    if (a.guarded_by.empty() || s.made_here(m))
        return;
    std::string base = paths.of(m->getBase());
    if (s.holds(a.guarded_by, base))
        return;
    if (collecting && leave_to_caller(need_of(a.guarded_by, base, field, "`" + unit.source_text(m->getSourceRange()) + "`")))
        return;
    if (!look)
        return;
    Finding finding = make(m->getBeginLoc(), "`" + unit.source_text(m->getSourceRange()) + "` is used without `" + a.guarded_by + "` held", "take the lock first; if the object is not shared yet, make it in this function");
    finding.place = unit.place(m->getSourceRange());
    finding.path.push_back({ unit.place(field->getLocation()), "`" + field->getNameAsString() + "` is SC_GUARDED_BY(" + a.guarded_by + ")" });
    for (const Held &h : s.must)
        finding.path.push_back({ {}, "held here: `" + h.path + "`" });
    if (!unit.exempt(m->getBeginLoc()))
        out.report(finding);
}

void Locks::global(const DeclRefExpr *r, LockState &s, bool look)
{
    const auto *v = dyn_cast<VarDecl>(r->getDecl());

    if (v == nullptr || !v->hasGlobalStorage() || as_it_should.count(r))
        return;
    const Annotations &a = annotations_of(v);
    if (a.atomic && a.guarded_by.empty() && look && !v->getType()->isArrayType())
        say(r, "`" + v->getNameAsString() + "` is SC_ATOMIC and is used plainly", "use the functions of core/atomic.h");
    if (a.guarded_by.empty() || s.holds(a.guarded_by, ""))
        return;
    if (collecting && leave_to_caller(need_of(a.guarded_by, "", nullptr, "`" + v->getNameAsString() + "`")))
        return;
    if (look)
        say(r, "`" + v->getNameAsString() + "` is used without `" + a.guarded_by + "` held", "take the lock first");
}

/* ---- pointers into guarded objects ---- */

/* The guarded field or variable that the value points into; what a local that points there points into. */
bool Locks::into(const Expr *e, const LockState &s, Inside &to)
{
    e = strip(e);
    if (const auto *c = dyn_cast<AbstractConditionalOperator>(e))
        return into(c->getTrueExpr(), s, to) || into(c->getFalseExpr(), s, to);
    if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_AddrOf)
        e = u->getSubExpr();
    else if (const auto *r = dyn_cast<DeclRefExpr>(e); r != nullptr && !r->getType()->isArrayType()) {
        auto it = s.inside.find(dyn_cast<VarDecl>(r->getDecl()));
        if (it != s.inside.end())
            to = it->second;
        return it != s.inside.end();
    } else if (!e->getType()->isArrayType())
        return false;
    for (;;) {
        e = strip(e);
        if (const auto *m = dyn_cast<MemberExpr>(e)) {
            const auto *field = dyn_cast<FieldDecl>(m->getMemberDecl());
            if (field != nullptr && !annotations_of(field).guarded_by.empty() && !s.made_here(m)) {
                to = { field, nullptr, annotations_of(field).guarded_by, paths.of(m->getBase()) };
                return true;
            }
            if (m->isArrow())
                return into(m->getBase(), s, to);
            e = m->getBase();
        } else if (const auto *sub = dyn_cast<ArraySubscriptExpr>(e)) {
            if (!strip(sub->getBase())->getType()->isArrayType())
                return into(sub->getBase(), s, to);
            e = sub->getBase();
        } else if (const auto *r = dyn_cast<DeclRefExpr>(e)) {
            const auto *v = dyn_cast<VarDecl>(r->getDecl());
            if (v == nullptr || !v->hasGlobalStorage() || annotations_of(v).guarded_by.empty())
                return false;
            to = { nullptr, v, annotations_of(v).guarded_by, "" };
            return true;
        } else {
            return false;
        }
    }
}

void Locks::point(const VarDecl *v, const Expr *value, LockState &s)
{
    Inside to;

    s.inside.erase(v);
    if (v->getType()->isPointerType() && into(value, s, to))
        s.inside[v] = to;
}

void Locks::still_guarded(const DeclRefExpr *r, LockState &s, bool look)
{
    auto it = s.inside.find(dyn_cast<VarDecl>(r->getDecl()));

    if (it == s.inside.end() || as_it_should.count(r) || s.holds(it->second.guard, it->second.base))
        return;
    for (const auto &parent : unit.context().getParents(*r)) /* it is given another value */
        if (const auto *b = parent.get<BinaryOperator>(); b != nullptr && b->getOpcode() == BO_Assign && b->getLHS()->IgnoreParens() == r)
            return;
    std::string what = it->second.field != nullptr ? it->second.field->getNameAsString() : it->second.global->getNameAsString();
    if (collecting && leave_to_caller(need_of(it->second.guard, it->second.base, it->second.field, "`" + what + "`")))
        return;
    if (look)
        say(r, "`" + r->getDecl()->getNameAsString() + "` points into `" + what + "`, and `" + it->second.guard + "` is not held any more", "use it before the lock is released");
}

/* ---- fixed once published ---- */

void Locks::fixed(const Expr *lhs, LockState &s, bool look, const Stmt *at)
{
    if (lhs->getType()->isRecordType() && has_fixed(lhs->getType())) {
        /* *out = ... of an object that the caller is making: it forgets what it knew (Flow::store_struct). */
        const auto *u = dyn_cast<UnaryOperator>(lhs->IgnoreParens());
        const auto *r = u == nullptr || u->getOpcode() != UO_Deref ? nullptr : dyn_cast<DeclRefExpr>(strip(u->getSubExpr()));
        if (look && !s.made_here(lhs) && !(r != nullptr && isa<ParmVarDecl>(r->getDecl())))
            say(at, "`" + unit.source_text(lhs->getSourceRange()) + "` has SC_FIXED fields, and is changed where others may know the object", "set it in the function that makes the object");
        return;
    }

    const auto *m = dyn_cast<MemberExpr>(lhs->IgnoreParens());

    while (m == nullptr) {
        const auto *sub = dyn_cast<ArraySubscriptExpr>(lhs->IgnoreParens());
        if (sub == nullptr || !strip(sub->getBase())->getType()->isArrayType())
            return;
        lhs = strip(sub->getBase());
        m = dyn_cast<MemberExpr>(lhs);
    }
    const auto *field = dyn_cast<FieldDecl>(m->getMemberDecl());
    if (!look || field == nullptr || !annotations_of(field).fixed || s.made_here(m))
        return;
    say(at, "`" + unit.source_text(m->getSourceRange()) + "` is SC_FIXED, and is changed where others may know the object", "set it in the function that makes the object");
}

void Locks::fixed_exposed(const Stmt *st, LockState &s)
{
    const ValueDecl *d = exposed(unit, st);

    if (d != nullptr && annotations_of(d).fixed && !(isa<FieldDecl>(d) && s.made_here(llvm::cast<Expr>(st))))
        say(st, "the address of `" + d->getNameAsString() + "`, which is SC_FIXED, is handed out", "fill a local, and set it where the object is made");
}

} // namespace safecc::locks
