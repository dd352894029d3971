/* SPDX-License-Identifier: MIT */
/* A call: the locks it takes and releases, itself or below, those it needs held, and their order. */
#include "engine/callees.h"
#include "rules/locks/locks.h"

using namespace clang;

namespace safecc::locks {

void Locks::call(const CallExpr *call, LockState &s, bool look)
{
    const FunctionDecl *callee = callee_of(call);

    if (callee == nullptr || callee->getBuiltinID() != 0)
        return;
    const Annotations &a = annotations_of(callee);
    std::string name = callee->getNameAsString();
    const FieldDecl *field = nullptr;

    for (const std::string &h : a.holds) {
        std::string path = in_caller(call, h, &field);
        if (s.must.count({ path, nullptr }))
            continue;
        if (collecting && leave_to_caller({ path, "", "`" + name + "`" }))
            continue;
        if (look)
            say(call, "`" + name + "` needs `" + (path.empty() ? h : path) + "` held", "take it first");
    }
    if (a.acquires.empty() && a.releases.empty())
        for (const FunctionDecl *one : callees_of(call))
            if (auto it = program.needs.find(function_key(unit, one)); it != program.needs.end())
                for (const Need &n : it->second)
                    needed_by_callee(call, one, n, s, look);
    if (look && needs_are_found(callee) && s.must.empty() && !collecting && !s.argument_fresh(call))
        say(call, "`" + name + "` is called with no lock held", "take the lock first, or let this function end in _locked too");
    for (const std::string &lock : a.releases)
        release(call, lock, s, look);
    acquire(call, a.acquires, s, look);
    if (a.acquires.empty())
        for (const FunctionDecl *one : callees_of(call))
            below(call, one, s, look);
    /* A variable whose address goes to a call may be another afterwards; an object that is stored is known. */
    for (unsigned i = 0; i < call->getNumArgs(); i++) {
        const Expr *arg = call->getArg(i)->IgnoreParenImpCasts();
        if (const auto *u = dyn_cast<UnaryOperator>(arg); u != nullptr && u->getOpcode() == UO_AddrOf && isa<DeclRefExpr>(u->getSubExpr()->IgnoreParens()) && u->getSubExpr()->getType()->isScalarType())
            assigned(u->getSubExpr(), s, look, call);
        for (const FunctionDecl *one : callees_of(call))
            if (program.kept->count({ function_key(unit, one), i }))
                s.published(call->getArg(i));
    }
}

/* What a call's annotation text names, in the caller's words. */
std::string Locks::in_caller(const CallExpr *call, const std::string &text, const FieldDecl **field)
{
    const FunctionDecl *callee = callee_of(call);
    std::string path = dotted(text), head = path.substr(0, path.find('.'));

    *field = nullptr;
    for (unsigned i = 0; i < callee->getNumParams() && i < call->getNumArgs(); i++)
        for (const FunctionDecl *d : callee->redecls())
            if (d->getParamDecl(i)->getName() == head) {
                std::string base = paths.of(call->getArg(i));
                if (path == head)
                    *field = last_field(call->getArg(i));
                return base.empty() ? "" : base + path.substr(head.size());
            }
    return path;
}

void Locks::release(const CallExpr *call, const std::string &lock, LockState &s, bool look)
{
    const FieldDecl *field = nullptr;
    std::string path = in_caller(call, lock, &field);
    Held h{ path, field };

    if (look && path.empty())
        say(call, "a lock must be named by a path of variables and fields", "copy the address of the object to a local");
    else if (look && !s.must.count(h))
        say(call, "`" + path + "` is released and " + (s.may.count(h) ? "may not be held here" : "is not held"), "");
    s.must.erase(h);
    s.may.erase(h);
}

void Locks::acquire(const CallExpr *call, const std::vector<std::string> &locks, LockState &s, bool look)
{
    std::set<Held> together;

    for (const std::string &lock : locks) {
        const FieldDecl *field = nullptr;
        std::string path = in_caller(call, lock, &field);
        Held h{ path, field };
        if (path.empty()) {
            if (look)
                say(call, "a lock must be named by a path of variables and fields", "copy the address of the object to a local");
            continue;
        }
        if (look && s.may.count(h) && !together.count(h))
            say(call, "`" + path + "` is taken and " + (s.must.count(h) ? "is held already" : "may be held already"), "");
        if (look)
            order(call, h, s);
        together.insert(h);
        s.where[path] = call;
    }
    s.must.insert(together.begin(), together.end());
    s.may.insert(together.begin(), together.end());
}

/* Locks that the callee takes, itself or below. */
void Locks::below(const CallExpr *call, const FunctionDecl *callee, LockState &s, bool look)
{
    std::string name = callee->getNameAsString();
    auto lowest = program.lowest.find(function_key(unit, callee));
    auto taken = program.taken.find(function_key(unit, callee));

    if (!look)
        return;
    for (const Held &h : s.must) {
        int mine = rank(h);
        if (lowest != program.lowest.end() && mine != 0 && lowest->second != 0 && lowest->second <= mine)
            say(call, "`" + name + "` takes a lock of rank " + std::to_string(lowest->second) + " while `" + h.path + "` of rank " + std::to_string(mine) + " is held", "see the lock order in core/lock.h");
        else if (taken != program.taken.end() && (h.field != nullptr ? taken->second.count(rank_key(h.field)) : taken->second.count(h.path) + taken->second.count(unit.path + ":" + h.path)) != 0)
            say(call, "`" + name + "` takes a lock of the kind of `" + h.path + "`, which is held", "it may be the same one: call it without, or let it be _locked");
    }
}

int Locks::rank(const Held &h)
{
    auto it = program.ranks.find(h.field != nullptr ? rank_key(h.field) : unit.path + ":" + h.path);
    if (it == program.ranks.end() && h.field == nullptr)
        it = program.ranks.find(h.path);
    return it == program.ranks.end() ? 0 : it->second;
}

void Locks::order(const CallExpr *call, const Held &h, const LockState &s)
{
    int mine = rank(h);
    if (mine == 0)
        return;
    for (const Held &other : s.must)
        if (int theirs = rank(other); theirs != 0 && theirs >= mine)
            say(call, "`" + h.path + "` of rank " + std::to_string(mine) + " is taken while `" + other.path + "` of rank " + std::to_string(theirs) + " is held",
                theirs == mine ? "two locks of one rank are taken by spin_lock_pair()" : "see the lock order in core/lock.h");
}

} // namespace safecc::locks
