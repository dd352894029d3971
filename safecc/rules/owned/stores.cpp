/* SPDX-License-Identifier: MIT */
/* A value goes to a local, to a field, or into a new object: whose is it then? */
#include "engine/shapes.h"
#include "rules/owned/ownership.h"
#include "rules/owned/values.h"

using namespace clang;

namespace safecc::owned {

/* v = value, or v declared with it. */
void Ownership::take(const VarDecl *v, const Expr *value, OwnState &s, bool look, const Stmt *at)
{
    std::set<const VarDecl *> from;
    bool opaque = opaque_type(v->getType());

    sources(value, s, from);
    if (auto it = s.of.find({ v, "" }); look && it != s.of.end() && it->second.own == Own::Owned && (v->getType()->isPointerType() || opaque) && !from.count(v) && isa<BinaryOperator>(at))
        say(at, "`" + v->getNameAsString() + "` is overwritten while it owns " + (opaque ? "a reference" : "an object"), v->getBeginLoc(), "declared here", "consume it first");
    s.forget(v);
    if (fresh(unit, value)) {
        s.local(v) = { Own::Owned, at, nullptr, "", {} };
    } else if (opaque) {
        from.erase(v);
        take_opaque(v, value, from, s, at);
    } else {
        from.erase(v);
        if (!from.empty())
            s.alias[v] = from;
    }
    if (const auto *list = dyn_cast<InitListExpr>(strip(value)); list != nullptr && !opaque)
        members(list, s, look, at);
    results(v->getNameAsString(), value, s);
}

/* A copy of what a field holds; or it moves here from another local. */
void Ownership::take_opaque(const VarDecl *v, const Expr *value, const std::set<const VarDecl *> &from, OwnState &s, const Stmt *at)
{
    Thing t{ Own::Nothing, at, nullptr, "", {} };

    copied(unit, value, t.sources);
    if (!t.sources.empty())
        t.own = Own::Copied;
    if (from.size() == 1 && variable(value) != nullptr) {
        const VarDecl *w = *from.begin();
        t = s.local(w);
        if (t.own == Own::Owned || t.own == Own::Perhaps || t.own == Own::Copied)
            s.local(w).own = Own::Kept;
    }
    s.local(v) = t;
}

void Ownership::assign(const BinaryOperator *b, OwnState &s, bool look)
{
    const Expr *lhs = b->getLHS()->IgnoreParens();

    if (b->getOpcode() != BO_Assign) {
        if (const VarDecl *v = variable(lhs))
            s.moved(v);
        return;
    }
    if (const VarDecl *v = variable(lhs); v != nullptr && isa<DeclRefExpr>(lhs)) {
        take(v, b->getRHS(), s, look, b);
        return;
    }
    bool owned_place = opaque_type(lhs->getType());
    if (const auto *m = dyn_cast<MemberExpr>(lhs))
        owned_place |= annotations_of(m->getMemberDecl()).owned;
    else if (const auto *r = dyn_cast<DeclRefExpr>(lhs))
        owned_place |= annotations_of(r->getDecl()).owned;
    if (opaque_type(lhs->getType())) {
        /* What was copied from here is the copy's now. */
        std::string here = path_text(unit, lhs);
        for (auto &[h, t] : s.of)
            if (t.own == Own::Copied && t.sources.count(here)) {
                t.own = Own::Owned;
                t.sources.clear();
            }
        store_opaque(b, lhs, s, look);
        return;
    }
    results(path_text(unit, lhs), b->getRHS(), s);
    if (owned_place)
        consume(b->getRHS(), b, s, look);
    else
        keep(b->getRHS(), s);
}

/* A reference goes into a field: it can still be read by its old name, and be given away by neither twice. */
void Ownership::store_opaque(const BinaryOperator *b, const Expr *lhs, OwnState &s, bool look)
{
    Holder to = holder(unit, lhs);
    const VarDecl *from = variable(b->getRHS());

    if (from != nullptr && s.of.count({ from, "" })) {
        Thing &t = s.local(from);
        if (look && t.spent())
            gone(b->getRHS(), from->getNameAsString(), t, "is stored");
        else if (look && t.own == Own::Copied)
            say(b, "`" + from->getNameAsString() + "` is stored a second time: " + *t.sources.begin() + " still holds it", from->getLocation(), "declared here", "sc_take() it");
        else if (look && t.own == Own::Kept)
            say(b, "`" + from->getNameAsString() + "` is stored a second time", from->getLocation(), "declared here", "hold it a second time: frame_dup()");
        if (t.own != Own::Pending && t.own != Own::Empty && t.own != Own::Nothing)
            t.own = Own::Kept;
    } else if (const Expr *value = strip(b->getRHS()); look && from == nullptr && !fresh(unit, value) && (isa<MemberExpr>(value) || isa<ArraySubscriptExpr>(value))) {
        say(b, "a reference is copied, and held once", value->getBeginLoc(), "read here", "sc_take() it from there, or hold it a second time: frame_dup()");
    }
    if (to.v != nullptr && !to.path.empty())
        s.of.erase(to);
}

/* Members of an initialiser go into the object that is made. */
void Ownership::members(const Expr *e, OwnState &s, bool look, const Stmt *at)
{
    const auto *list = dyn_cast<InitListExpr>(strip(e));
    if (list == nullptr)
        return;
    const RecordDecl *record = list->getType()->getAsRecordDecl();
    if (record == nullptr || record->isUnion()) {
        for (const Expr *i : list->inits())
            members(i, s, look, at);
        return;
    }
    for (auto [field, init] : members_of(list)) {
        if (init == nullptr)
            break;
        if (isa<InitListExpr>(strip(init))) {
            members(init, s, look, at);
        } else if (annotations_of(field).owned) {
            consume(init, at, s, look);
        } else if (opaque_type(field->getType())) {
            if (const VarDecl *v = variable(init); v != nullptr && s.of.count({ v, "" }))
                s.local(v).own = Own::Kept;
        }
    }
}

void Ownership::keep(const Expr *value, OwnState &s)
{
    std::set<const VarDecl *> from;

    sources(value, s, from);
    for (const VarDecl *v : from)
        if (Thing &t = s.local(v); t.own == Own::Owned || t.own == Own::Perhaps)
            t.own = Own::Kept;
}

} // namespace safecc::owned
