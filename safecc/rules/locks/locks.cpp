/* SPDX-License-Identifier: MIT */
/* What each statement does to the locks that are held, and what may still be held at the end. */
#include "rules/locks/locks.h"

using namespace clang;

namespace safecc::locks {

Locks::Locks(Unit &unit, const FunctionDecl *f, const Program &program, Reporter &out)
    : unit(unit), f(f), program(program), out(out), paths(f), collecting(needs_are_found(f)), as_it_should(accesses_as_they_should(f))
{
}

Finding Locks::make(SourceLocation at, std::string message, std::string help)
{
    return { "SC-14", unit.place(at), std::move(message), {}, std::move(help), {}, f->getNameAsString() };
}

void Locks::say(const Stmt *at, std::string message, std::string help)
{
    if (unit.exempt(at->getBeginLoc()))
        return;
    Finding finding = make(at->getBeginLoc(), std::move(message), std::move(help));
    finding.place = unit.place(at->getSourceRange());
    out.report(finding);
}

LockState Locks::entry()
{
    LockState s;

    for (const std::string &h : annotations_of(f).holds)
        s.must.insert({ dotted(h), nullptr });
    for (const std::string &h : annotations_of(f).releases)
        s.must.insert({ dotted(h), nullptr });
    s.may = s.must;
    at_entry = s.must;
    return s;
}

/* At the last statement of the block. */
void Locks::say_at_end(Finding finding, const CFGBlock &b)
{
    if (SourceLocation at = last_place(b); at.isValid())
        finding.place = unit.place(at);
    out.report(finding);
}

void Locks::leave(LockState &s, const CFGBlock &b)
{
    const Annotations &a = annotations_of(f);
    std::string name = f->getNameAsString();

    for (const Held &h : s.may) {
        if (at_entry.count(h) || listed(a.acquires, h.path))
            continue;
        Finding finding = make(f->getEndLoc(), "`" + h.path + "` " + (s.must.count(h) ? "is" : "may be") + " still held when `" + name + "` returns", "release it on every path, or declare SC_ACQUIRES(" + h.path + ")");
        if (auto it = s.where.find(h.path); it != s.where.end())
            finding.path.push_back({ unit.place(it->second->getSourceRange()), "taken here" });
        say_at_end(finding, b);
    }
    for (const std::string &lock : a.acquires)
        if (!s.must.count({ dotted(lock), nullptr }))
            say_at_end(make(f->getEndLoc(), "`" + name + "` is SC_ACQUIRES(" + lock + ") and may return without it", "take it on every path"), b);
    for (const std::string &lock : a.releases)
        if (s.may.count({ dotted(lock), nullptr }) && !listed(a.acquires, lock))
            say_at_end(make(f->getEndLoc(), "`" + name + "` is SC_RELEASES(" + lock + ") and may return with it", "release it on every path"), b);
}

void Locks::step(const Stmt *st, LockState &s, bool look)
{
    if (const auto *call = dyn_cast<CallExpr>(st)) {
        this->call(call, s, look);
    } else if (const auto *m = dyn_cast<MemberExpr>(st)) {
        member(m, s, look);
    } else if (const auto *r = dyn_cast<DeclRefExpr>(st)) {
        global(r, s, look);
        still_guarded(r, s, look);
    } else if (const auto *b = dyn_cast<BinaryOperator>(st); b != nullptr && b->isAssignmentOp()) {
        assigned(b->getLHS(), s, look, b);
        if (b->getOpcode() == BO_Assign)
            given(b->getLHS(), b->getRHS(), s);
        fixed(b->getLHS(), s, look, b);
    } else if (const auto *u = dyn_cast<UnaryOperator>(st); u != nullptr && u->isIncrementDecrementOp()) {
        assigned(u->getSubExpr(), s, look, u);
        fixed(u->getSubExpr(), s, look, u);
    } else if (const auto *a = dyn_cast<AtomicExpr>(st)) {
        auto *atomic = const_cast<AtomicExpr *>(a);
        for (unsigned i = 0; i < atomic->getNumSubExprs(); i++)
            if (atomic->getSubExprs()[i] != atomic->getPtr())
                s.published(atomic->getSubExprs()[i]);
    } else if (const auto *d = dyn_cast<DeclStmt>(st)) {
        for (const Decl *one : d->decls())
            if (const auto *v = dyn_cast<VarDecl>(one); v != nullptr && v->hasLocalStorage())
                declared(v, s);
    }
    if (look)
        fixed_exposed(st, s);
}

void Locks::declared(const VarDecl *v, LockState &s)
{
    s.fresh.erase(v);
    s.inside.erase(v);
    if (v->getInit() == nullptr)
        return;
    if (makes(v->getInit()))
        s.fresh.insert(v);
    point(v, v->getInit(), s);
}

void Locks::given(const Expr *lhs, const Expr *value, LockState &s)
{
    const auto *r = dyn_cast<DeclRefExpr>(lhs->IgnoreParens());
    const auto *v = r == nullptr ? nullptr : dyn_cast<VarDecl>(r->getDecl());

    if (v == nullptr || !v->hasLocalStorage())
        return s.published(value);
    s.fresh.erase(v);
    if (makes(value))
        s.fresh.insert(v);
    point(v, value, s);
}

/* A pointer that is assigned names another object: its locks are not known any more. */
void Locks::assigned(const Expr *lhs, LockState &s, bool look, const Stmt *at)
{
    lhs = lhs->IgnoreParens();
    std::string name;
    if (const auto *r = dyn_cast<DeclRefExpr>(lhs)) {
        if (const auto *v = dyn_cast<VarDecl>(r->getDecl()))
            name = paths.name(v);
    } else if (isa<MemberExpr>(lhs) && lhs->getType()->isPointerType()) {
        name = paths.of(lhs);
    }
    if (name.empty())
        return;
    bool member = !isa<DeclRefExpr>(lhs);
    for (auto it = s.must.begin(); it != s.must.end();) {
        if (member ? it->path.rfind(name + ".", 0) == 0 : goes_through(it->path, name) && it->path != name) {
            if (look)
                say(at, "`" + unit.source_text(lhs->getSourceRange()) + "` is assigned while `" + it->path + "` is held", "keep the pointer until the lock is released");
            s.may.erase(*it);
            it = s.must.erase(it);
        } else {
            ++it;
        }
    }
}

} // namespace safecc::locks
