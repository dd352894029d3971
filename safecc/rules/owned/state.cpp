/* SPDX-License-Identifier: MIT */
/* How ownership on two paths becomes one, and what a change of a variable makes unknown. */
#include "rules/owned/state.h"

using namespace clang;

namespace safecc::owned {

bool opaque_type(QualType t)
{
    return annotations_of_type(t).opaque;
}

bool holds_owned(QualType t, unsigned depth)
{
    if (opaque_type(t))
        return true;
    t = t.getCanonicalType();
    if (const auto *a = dyn_cast<ArrayType>(t))
        return holds_owned(a->getElementType(), depth);
    if (const RecordDecl *r = t->getAsRecordDecl(); r != nullptr && depth < 8)
        for (const FieldDecl *f : r->fields())
            if (annotations_of(f).owned || holds_owned(f->getType(), depth + 1))
                return true;
    return false;
}

static Own join_own(const Holder &h, Own x, Own y)
{
    auto either = [&](Own o) { return x == o || y == o; };
    bool pointer = h.path.empty() && h.v->getType()->isPointerType();

    if (x == y)
        return x;
    if (either(Own::Maybe))
        return Own::Maybe;
    if (either(Own::Gone))
        return either(Own::Nothing) && !pointer ? Own::Gone : Own::Maybe;
    if (either(Own::Pending))
        return Own::Pending;
    if (either(Own::Kept))
        return Own::Kept;
    if (either(Own::Copied))
        return Own::Copied;
    if (pointer)
        return Own::Owned; /* owned on one path, nothing on the other: null there */
    if (either(Own::None) && !either(Own::Owned))
        return Own::None;
    return Own::Perhaps;
}

bool OwnState::join(const OwnState &from)
{
    bool changed = false;
    std::set<Holder> all;

    for (auto &[h, t] : of)
        all.insert(h);
    for (auto &[h, t] : from.of)
        all.insert(h);
    for (const Holder &h : all) {
        auto a = of.find(h);
        auto b = from.of.find(h);
        Thing x = a == of.end() ? Thing() : a->second, y = b == from.of.end() ? Thing() : b->second, r = x;
        if (x == y)
            continue;
        r.own = join_own(h, x.own, y.own);
        if (r.own == y.own && r.own != x.own)
            r = y;
        if (r.own == Own::Pending && x.own == y.own && x.result != y.result)
            r.result.clear();
        if (r.own == Own::Copied)
            r.sources.insert(y.sources.begin(), y.sources.end());
        if (r.spent() && (r.at == nullptr || y.own == Own::Gone))
            r.at = y.spent() ? y.at : x.at;
        if (!(r == x)) {
            of[h] = r;
            changed = true;
        }
    }
    for (auto &[c, owners] : from.alias) {
        size_t n = alias[c].size();
        alias[c].insert(owners.begin(), owners.end());
        changed |= n != alias[c].size();
    }
    return changed;
}

std::set<const VarDecl *> OwnState::owners(const VarDecl *v) const
{
    std::set<const VarDecl *> all;

    if (v == nullptr)
        return all;
    if (auto it = alias.find(v); it != alias.end())
        all = it->second;
    if (of.count({ v, "" }))
        all.insert(v);
    return all;
}

bool goes_by(const std::string &path, const std::string &name)
{
    for (size_t at = path.find(name); at != std::string::npos; at = path.find(name, at + 1)) {
        auto part = [&](size_t i) { return i < path.size() && (isalnum((unsigned char)path[i]) || path[i] == '_'); };
        bool member = at > 0 && (path[at - 1] == '.' || path[at - 1] == '>');
        if (!member && !(at > 0 && part(at - 1)) && !part(at + name.size()))
            return true;
    }
    return false;
}

void OwnState::moved(const VarDecl *v)
{
    std::string name = v->getNameAsString();

    for (auto it = of.begin(); it != of.end();)
        it = !it->first.path.empty() && goes_by(it->first.path, name) ? of.erase(it) : std::next(it);
    for (auto &[h, t] : of)
        for (auto it = t.sources.begin(); it != t.sources.end();)
            it = goes_by(*it, name) ? t.sources.erase(it) : std::next(it);
    for (auto &[h, t] : of)
        if (goes_by(t.result, name))
            t.result.clear();
}

void OwnState::forget(const VarDecl *v)
{
    of.erase({ v, "" });
    alias.erase(v);
    moved(v);
}

} // namespace safecc::owned
