/* SPDX-License-Identifier: MIT */
/*
 * SC-12: an owned value is consumed exactly once, and not used afterwards.
 *
 * Owned: a local that takes the result of an SC_OWNED function or sc_new(), an SC_OWNED parameter, what sc_take() gives, and
 * what a call has put behind an SC_OWNED out parameter (SC_OWNED T *out, T opaque) once its result was found to be 0.
 * Consumed: handed to an SC_OWNED parameter (sc_delete is one), returned from an SC_OWNED function, stored into an SC_OWNED
 * field. Stored into a field without SC_OWNED it can be deleted no more: its memory keeps its type for ever, so a pointer
 * to it stays good. Copies of an owned local die with it.
 *
 * An SC_OPAQUE value is what it says (a held reference), so it is owned wherever it stands: a local may not be dropped, and
 * a copy of a field may be given away only once the field has another value. Only the core looks into one or makes one.
 */
#include "clang/AST/ParentMapContext.h"
#include "engine/callees.h"
#include "engine/checks.h"
#include "engine/walk.h"
#include "rules/judged.h"
#include "rules/kept.h"

using namespace clang;

namespace safecc {
namespace {

enum class Own : uint8_t {
    None,
    Empty,   /* an opaque local that was given no value */
    Nothing, /* holds none */
    Owned,
    Perhaps, /* owned on some path, nothing on another */
    Pending, /* a call may have filled it: its result was not looked at */
    Copied,  /* the field it was read from still holds it */
    Kept,    /* stored where others find it */
    Gone,
    Maybe,   /* gone on some path */
};

/* A local; or, of opaque values, what a path from a local names. */
struct Holder {
    const VarDecl *v = nullptr;
    std::string path;
    bool operator<(const Holder &o) const { return std::tie(v, path) < std::tie(o.v, o.path); }
};

struct Thing {
    Own own = Own::None;
    const Stmt *at = nullptr;             /* what made it so */
    const CallExpr *call = nullptr;       /* Pending: the call, and what has its result, as text */
    std::string result;
    std::set<std::string> sources;        /* Copied: from where */
    bool operator==(const Thing &o) const { return own == o.own && call == o.call && result == o.result && sources == o.sources; }
};

struct OwnState {
    std::map<Holder, Thing> of;
    std::map<const VarDecl *, std::set<const VarDecl *>> alias; /* copy -> the owned locals it may name */
};

bool opaque_type(QualType t)
{
    return annotations_of_type(t).opaque;
}

/* Holds an owned pointer or an opaque value, at any depth. */
bool holds_owned(QualType t, unsigned depth = 0)
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

class Ownership {
public:
    Ownership(Unit &unit, const FunctionDecl *f, const Kept &kept, Reporter &out) : unit(unit), f(f), kept(kept), out(out) {}

    OwnState entry()
    {
        OwnState s;

        for (const ParmVarDecl *p : f->parameters())
            if (annotations_of(p).owned && !is_out(p))
                s.of[{ p, "" }] = { Own::Owned, nullptr, nullptr, "", {} };
        return s;
    }

    bool join(OwnState &into, const OwnState &from)
    {
        bool changed = false;
        std::set<Holder> all;

        for (auto &[h, t] : into.of)
            all.insert(h);
        for (auto &[h, t] : from.of)
            all.insert(h);
        for (const Holder &h : all) {
            auto a = into.of.find(h);
            auto b = from.of.find(h);
            Thing x = a == into.of.end() ? Thing() : a->second, y = b == from.of.end() ? Thing() : b->second, r = x;
            if (x == y)
                continue;
            r.own = join_own(h, x.own, y.own);
            if (r.own == y.own && r.own != x.own)
                r = y;
            if (r.own == Own::Pending && x.own == y.own && x.result != y.result)
                r.result.clear();
            if (r.own == Own::Copied)
                r.sources.insert(y.sources.begin(), y.sources.end());
            if ((r.own == Own::Maybe || r.own == Own::Gone) && (r.at == nullptr || y.own == Own::Gone))
                r.at = y.own == Own::Gone || y.own == Own::Maybe ? y.at : x.at;
            if (!(r == x)) {
                into.of[h] = r;
                changed = true;
            }
        }
        for (auto &[c, owners] : from.alias) {
            size_t n = into.alias[c].size();
            into.alias[c].insert(owners.begin(), owners.end());
            changed |= n != into.alias[c].size();
        }
        return changed;
    }

    /* On the branch where it is null, or where the call failed, there is nothing to consume. */
    void edge(const Expr *cond, bool truth, OwnState &s)
    {
        const Expr *e = strip(cond);

        if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_LNot)
            return edge(u->getSubExpr(), !truth, s);
        if (const auto *b = dyn_cast<BinaryOperator>(e)) {
            if (b->isLogicalOp()) {
                if ((b->getOpcode() == BO_LAnd) == truth) {
                    edge(b->getLHS(), truth, s);
                    edge(b->getRHS(), truth, s);
                } else {
                    looked_at(b, s);
                }
                return;
            }
            if (b->getOpcode() == BO_Assign)
                return result(b, truth ? 1 : 0, s);
            if (!b->isComparisonOp())
                return;
            compared(b, truth, s);
            if (!b->isEqualityOp())
                return;
            bool null_branch = (b->getOpcode() == BO_EQ) == truth;
            for (const Expr *side : { b->getLHS(), b->getRHS() }) {
                const Expr *other = side == b->getLHS() ? b->getRHS() : b->getLHS();
                if (other->isNullPointerConstant(unit.context(), Expr::NPC_ValueDependentIsNotNull) != Expr::NPCK_NotNull && null_branch)
                    nothing(side, s);
            }
            return;
        }
        if (e->getType()->isPointerType()) {
            if (!truth)
                nothing(e, s);
            return;
        }
        /* fref_is_none(r): none there. */
        if (const auto *call = dyn_cast<CallExpr>(e); call != nullptr && call->getNumArgs() == 1 && opaque_type(call->getArg(0)->getType())) {
            std::string name = callee_of(call) == nullptr ? "" : callee_of(call)->getNameAsString();
            if (truth && name.size() > 8 && name.substr(name.size() - 8) == "_is_none")
                nothing(call->getArg(0), s);
            return;
        }
        result(e, truth ? 1 : 0, s);
    }

    void step(const Stmt *st, OwnState &s, bool look)
    {
        if (const auto *d = dyn_cast<DeclStmt>(st)) {
            for (const Decl *one : d->decls())
                if (const auto *v = dyn_cast<VarDecl>(one); v != nullptr && v->hasLocalStorage()) {
                    if (v->getInit() != nullptr)
                        take(v, v->getInit(), s, look, st);
                    else
                        forget(v, s);
                    if (v->getInit() == nullptr && opaque_type(v->getType()))
                        s.of[{ v, "" }] = { Own::Empty, st, nullptr, "", {} };
                }
        } else if (const auto *b = dyn_cast<BinaryOperator>(st); b != nullptr && b->isAssignmentOp()) {
            assign(b, s, look);
        } else if (const auto *u = dyn_cast<UnaryOperator>(st); u != nullptr && u->isIncrementDecrementOp()) {
            if (const VarDecl *v = variable(u->getSubExpr()))
                moved(v, s);
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

    void leave(OwnState &s, const CFGBlock &b)
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

    void note_target(const Expr *r) { targets.insert(r); }

private:
    Unit &unit;
    const FunctionDecl *f;
    const Kept &kept;
    Reporter &out;
    std::set<const Expr *> targets; /* names and fields that are assigned or filled, not used */

    static SourceLocation last_place(const CFGBlock &b)
    {
        for (auto it = b.rbegin(); it != b.rend(); ++it)
            if (auto st = it->getAs<CFGStmt>())
                return st->getStmt()->getBeginLoc();
        return {};
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

    /* SC_OWNED T *out is a place to put one. */
    static bool is_out(const ParmVarDecl *p)
    {
        return p->getType()->isPointerType() && opaque_type(p->getType()->getPointeeType());
    }

    static const VarDecl *variable(const Expr *e)
    {
        e = strip(e);
        while (const auto *se = dyn_cast<StmtExpr>(e)) {
            const auto *last = se->getSubStmt()->body_empty() ? nullptr : dyn_cast<Expr>(se->getSubStmt()->body_back());
            if (last == nullptr)
                return nullptr;
            e = strip(last);
        }
        const auto *r = dyn_cast<DeclRefExpr>(e);
        const auto *v = r == nullptr ? nullptr : dyn_cast<VarDecl>(r->getDecl());
        return v != nullptr && v->hasLocalStorage() ? v : nullptr;
    }

    /* The local at the root of x.f, p->f[i], *p. */
    static const VarDecl *root_of(const Expr *e)
    {
        for (;;) {
            e = strip(e);
            if (const auto *m = dyn_cast<MemberExpr>(e))
                e = m->getBase();
            else if (const auto *s = dyn_cast<ArraySubscriptExpr>(e))
                e = s->getBase();
            else if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && (u->getOpcode() == UO_Deref || u->getOpcode() == UO_AddrOf))
                e = u->getSubExpr();
            else
                return variable(e);
        }
    }

    std::string path_text(const Expr *e)
    {
        std::string text = unit.flat_text(strip(e)->getSourceRange()), plain;
        for (char c : text)
            if (c != ' ' && c != '\n')
                plain += c;
        while (plain.size() > 2 && plain[0] == '(' && plain.back() == ')' && plain.find(')') == plain.size() - 1)
            plain = plain.substr(1, plain.size() - 2);
        return plain;
    }

    /* What an opaque lvalue is known as: a local itself, or a path from one. */
    Holder holder(const Expr *e)
    {
        if (const VarDecl *v = variable(e))
            return { v, "" };
        const Expr *plain = strip(e);
        if (!opaque_type(plain->getType()) || !(isa<MemberExpr>(plain) || isa<ArraySubscriptExpr>(plain) || isa<UnaryOperator>(plain)))
            return {};
        const VarDecl *root = root_of(plain);
        return root == nullptr ? Holder{} : Holder{ root, path_text(plain) };
    }

    /* The owned locals that a variable may name. */
    std::set<const VarDecl *> owners(const VarDecl *v, const OwnState &s)
    {
        std::set<const VarDecl *> all;

        if (v == nullptr)
            return all;
        if (auto it = s.alias.find(v); it != s.alias.end())
            all = it->second;
        if (s.of.count({ v, "" }))
            all.insert(v);
        return all;
    }

    const VarDecl *owner(const Expr *e, const OwnState &s)
    {
        auto all = owners(variable(e), s);
        return all.empty() ? nullptr : *all.begin();
    }

    bool fresh(const Expr *e)
    {
        e = strip(e);
        if (const auto *c = dyn_cast<ExplicitCastExpr>(e))
            e = strip(c->getSubExpr());
        if (const auto *se = dyn_cast<StmtExpr>(e)) {
            if (se->getSubStmt()->body_empty())
                return false;
            const auto *last = dyn_cast<Expr>(se->getSubStmt()->body_back());
            if (last == nullptr)
                return false;
            if (const auto *r = dyn_cast<DeclRefExpr>(strip(last)); r != nullptr && r->getDecl()->getName() == "sc_taken_" && unit.from_trusted_macro(se->getBeginLoc()))
                return true;
            return fresh(last);
        }
        /* slot_take() */
        if (const auto *a = dyn_cast<AtomicExpr>(e))
            return a->getOp() == AtomicExpr::AO__atomic_exchange_n && a->getType()->isPointerType();
        if (const auto *call = dyn_cast<CallExpr>(e))
            return callee_of(call) != nullptr && annotations_of(callee_of(call)).owned;
        return false;
    }

    void nothing(const Expr *e, OwnState &s)
    {
        if (const VarDecl *v = owner(e, s)) {
            Thing &t = s.of[{ v, "" }];
            if (t.own == Own::Owned || t.own == Own::Perhaps || t.own == Own::Copied) {
                if (v->getType()->isPointerType())
                    s.of.erase({ v, "" });
                else
                    t.own = Own::Nothing;
            }
        }
    }

    void forget(const VarDecl *v, OwnState &s)
    {
        s.of.erase({ v, "" });
        s.alias.erase(v);
        moved(v, s);
    }

    /* Paths that the variable is part of name something else now. */
    static void moved(const VarDecl *v, OwnState &s)
    {
        std::string name = v->getNameAsString();

        for (auto it = s.of.begin(); it != s.of.end();)
            it = !it->first.path.empty() && names(it->first.path, name) ? s.of.erase(it) : std::next(it);
        for (auto &[h, t] : s.of)
            for (auto it = t.sources.begin(); it != t.sources.end();)
                it = names(*it, name) ? t.sources.erase(it) : std::next(it);
        for (auto &[h, t] : s.of)
            if (names(t.result, name))
                t.result.clear();
    }
    static bool names(const std::string &path, const std::string &name)
    {
        for (size_t at = path.find(name); at != std::string::npos; at = path.find(name, at + 1)) {
            auto part = [&](size_t i) { return i < path.size() && (isalnum((unsigned char)path[i]) || path[i] == '_'); };
            bool member = at > 0 && (path[at - 1] == '.' || path[at - 1] == '>');
            if (!member && !(at > 0 && part(at - 1)) && !part(at + name.size()))
                return true;
        }
        return false;
    }

    /* What else the value names: locals that die with it. */
    void sources(const Expr *e, const OwnState &s, std::set<const VarDecl *> &all)
    {
        e = strip(e);
        if (const VarDecl *v = variable(e)) {
            auto mine = owners(v, s);
            all.insert(mine.begin(), mine.end());
            return;
        }
        if (const auto *c = dyn_cast<AbstractConditionalOperator>(e)) {
            sources(c->getTrueExpr(), s, all);
            sources(c->getFalseExpr(), s, all);
        } else if (const auto *b = dyn_cast<BinaryOperator>(e)) {
            if (b->getOpcode() == BO_Comma || b->getOpcode() == BO_Assign)
                sources(b->getRHS(), s, all);
        } else if (const auto *c = dyn_cast<ExplicitCastExpr>(e)) {
            sources(c->getSubExpr(), s, all);
        } else if (const auto *se = dyn_cast<StmtExpr>(e)) {
            if (!se->getSubStmt()->body_empty())
                if (const auto *last = dyn_cast<Expr>(se->getSubStmt()->body_back()))
                    sources(last, s, all);
        } else if (const auto *list = dyn_cast<InitListExpr>(e)) {
            for (const Expr *i : list->inits())
                sources(i, s, all);
        } else if (const auto *lit = dyn_cast<CompoundLiteralExpr>(e)) {
            sources(lit->getInitializer(), s, all);
        } else if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_AddrOf) {
            /* &p->f */
            const Expr *x = u->getSubExpr()->IgnoreParens();
            for (;;) {
                if (const auto *m = dyn_cast<MemberExpr>(x)) {
                    if (m->isArrow())
                        return sources(m->getBase(), s, all);
                    x = m->getBase()->IgnoreParens();
                } else if (const auto *sub = dyn_cast<ArraySubscriptExpr>(x)) {
                    const Expr *base = strip(sub->getBase());
                    if (!base->getType()->isArrayType())
                        return sources(base, s, all);
                    x = base;
                } else if (const auto *d = dyn_cast<UnaryOperator>(x); d != nullptr && d->getOpcode() == UO_Deref) {
                    return sources(d->getSubExpr(), s, all);
                } else {
                    return;
                }
            }
        } else if (e->getType()->isArrayType()) {
            /* p->array as a pointer */
            if (const auto *m = dyn_cast<MemberExpr>(e); m != nullptr && m->isArrow())
                sources(m->getBase(), s, all);
        } else if (const auto *call = dyn_cast<CallExpr>(e)) {
            if (!call->getType()->isPointerType() && !call->getType()->isRecordType())
                return;
            for (const Expr *arg : call->arguments())
                if (strip(arg)->getType()->isPointerType() && may_hand_back(call, strip(arg)->getType()->getPointeeType()))
                    sources(arg, s, all);
        }
    }

    /* Can the result point into an object of that type? */
    static bool may_hand_back(const CallExpr *call, QualType object)
    {
        QualType t = call->getType();
        return !t->isPointerType() || may_contain(object, t->getPointeeType());
    }
    static bool may_contain(QualType whole, QualType part, unsigned depth = 0)
    {
        whole = whole.getCanonicalType().getUnqualifiedType();
        part = part.getCanonicalType().getUnqualifiedType();
        if (whole == part)
            return true;
        if (const auto *a = dyn_cast<ArrayType>(whole))
            return may_contain(a->getElementType(), part, depth);
        if (const RecordDecl *r = whole->getAsRecordDecl(); r != nullptr && depth < 6)
            for (const FieldDecl *field : r->fields())
                if (may_contain(field->getType(), part, depth + 1))
                    return true;
        return false;
    }

    /* v = value, or v declared with it. */
    void take(const VarDecl *v, const Expr *value, OwnState &s, bool look, const Stmt *at)
    {
        std::set<const VarDecl *> from;
        bool opaque = opaque_type(v->getType());

        sources(value, s, from);
        if (auto it = s.of.find({ v, "" }); look && it != s.of.end() && it->second.own == Own::Owned && (v->getType()->isPointerType() || opaque) && !from.count(v) && isa<BinaryOperator>(at))
            say(at, "`" + v->getNameAsString() + "` is overwritten while it owns " + (opaque ? "a reference" : "an object"), v->getBeginLoc(), "declared here", "consume it first");
        forget(v, s);
        if (fresh(value)) {
            s.of[{ v, "" }] = { Own::Owned, at, nullptr, "", {} };
        } else if (opaque) {
            Thing t{ Own::Nothing, at, nullptr, "", {} };
            copied(value, t.sources);
            if (!t.sources.empty())
                t.own = Own::Copied;
            from.erase(v);
            if (from.size() == 1 && variable(value) != nullptr) {
                /* It moves. */
                const VarDecl *w = *from.begin();
                t = s.of[{ w, "" }];
                if (t.own == Own::Owned || t.own == Own::Perhaps || t.own == Own::Copied)
                    s.of[{ w, "" }].own = Own::Kept;
            }
            s.of[{ v, "" }] = t;
        } else {
            from.erase(v);
            if (!from.empty())
                s.alias[v] = from;
        }
        if (const auto *list = dyn_cast<InitListExpr>(strip(value)); list != nullptr && !opaque)
            members(list, s, look, at);
        results(v->getNameAsString(), value, s);
    }

    /* Lvalues that an opaque value is read from. */
    void copied(const Expr *e, std::set<std::string> &all)
    {
        e = strip(e);
        if (const auto *c = dyn_cast<AbstractConditionalOperator>(e)) {
            copied(c->getTrueExpr(), all);
            copied(c->getFalseExpr(), all);
        } else if (isa<MemberExpr>(e) || isa<ArraySubscriptExpr>(e) || isa<UnaryOperator>(e)) {
            all.insert(path_text(e));
        } else if (const auto *r = dyn_cast<DeclRefExpr>(e)) {
            if (const auto *v = dyn_cast<VarDecl>(r->getDecl()); v != nullptr && !v->hasLocalStorage())
                all.insert(path_text(e));
        }
    }

    /* rc = call(&v): rc tells of v. */
    void results(const std::string &place, const Expr *value, OwnState &s)
    {
        for (auto &[h, t] : s.of) {
            if (t.own != Own::Pending || t.call == nullptr)
                continue;
            if (contains(value, t.call))
                t.result = place;
            else if (t.result == place)
                t.result.clear();
        }
    }
    static bool contains(const Stmt *e, const Stmt *what)
    {
        if (e == what)
            return true;
        for (const Stmt *c : e->children())
            if (c != nullptr && contains(c, what))
                return true;
        return false;
    }

    void assign(const BinaryOperator *b, OwnState &s, bool look)
    {
        const Expr *lhs = b->getLHS()->IgnoreParens();

        if (b->getOpcode() != BO_Assign) {
            if (const VarDecl *v = variable(lhs))
                moved(v, s);
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
            std::string here = path_text(lhs);
            for (auto &[h, t] : s.of)
                if (t.own == Own::Copied && t.sources.count(here)) {
                    t.own = Own::Owned;
                    t.sources.clear();
                }
            store_opaque(b, lhs, s, look);
            return;
        }
        results(path_text(lhs), b->getRHS(), s);
        if (owned_place)
            consume(b->getRHS(), b, s, look);
        else
            keep(b->getRHS(), s);
    }

    /* A reference goes into a field: it can still be read by its old name, and be given away by neither twice. */
    void store_opaque(const BinaryOperator *b, const Expr *lhs, OwnState &s, bool look)
    {
        Holder to = holder(lhs);
        const VarDecl *from = variable(b->getRHS());

        if (from != nullptr && s.of.count({ from, "" })) {
            Thing &t = s.of[{ from, "" }];
            if (look && (t.own == Own::Gone || t.own == Own::Maybe))
                gone(b->getRHS(), from->getNameAsString(), t, "is stored");
            else if (look && t.own == Own::Copied)
                say(b, "`" + from->getNameAsString() + "` is stored a second time: " + *t.sources.begin() + " still holds it", from->getLocation(), "declared here", "sc_take() it");
            else if (look && t.own == Own::Kept)
                say(b, "`" + from->getNameAsString() + "` is stored a second time", from->getLocation(), "declared here", "hold it a second time: frame_dup()");
            if (t.own != Own::Pending && t.own != Own::Empty && t.own != Own::Nothing)
                t.own = Own::Kept;
        } else if (const Expr *value = strip(b->getRHS()); look && from == nullptr && !fresh(value) && (isa<MemberExpr>(value) || isa<ArraySubscriptExpr>(value))) {
            say(b, "a reference is copied, and held once", value->getBeginLoc(), "read here", "sc_take() it from there, or hold it a second time: frame_dup()");
        }
        if (to.v != nullptr && !to.path.empty())
            s.of.erase(to);
    }

    /* Members of an initialiser go into the object that is made. */
    void members(const Expr *e, OwnState &s, bool look, const Stmt *at)
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
        unsigned i = 0;
        for (const FieldDecl *field : record->fields()) {
            if (field->isUnnamedBitField())
                continue;
            if (i >= list->getNumInits())
                break;
            const Expr *init = list->getInit(i++);
            if (isa<InitListExpr>(strip(init))) {
                members(init, s, look, at);
            } else if (annotations_of(field).owned) {
                consume(init, at, s, look);
            } else if (opaque_type(field->getType())) {
                if (const VarDecl *v = variable(init); v != nullptr && s.of.count({ v, "" }))
                    s.of[{ v, "" }].own = Own::Kept;
            }
        }
    }

    void returned(const ReturnStmt *r, OwnState &s, bool look)
    {
        const Expr *value = r->getRetValue();
        const VarDecl *v = owner(value, s);

        if (annotations_of(f).owned) {
            if (v != nullptr || opaque_type(value->getType()))
                consume(value, r, s, look);
            return;
        }
        if (v == nullptr)
            return;
        Thing &t = s.of[{ v, "" }];
        if (t.own == Own::Owned && v->getType()->isPointerType())
            t.own = Own::Kept;
        else if (look && opaque_type(v->getType()) && (t.own == Own::Owned || t.own == Own::Perhaps))
            say(r, "`" + v->getNameAsString() + "` is owned, and its new owner is not told", v->getLocation(), "declared here", "let the function be SC_OWNED");
    }

    void keep(const Expr *value, OwnState &s)
    {
        std::set<const VarDecl *> from;

        sources(value, s, from);
        for (const VarDecl *v : from)
            if (Thing &t = s.of[{ v, "" }]; t.own == Own::Owned || t.own == Own::Perhaps)
                t.own = Own::Kept;
    }

    void consume(const Expr *value, const Stmt *at, OwnState &s, bool look)
    {
        std::set<const VarDecl *> all = owners(variable(value), s);
        const Expr *plain = strip(value);

        /* Either may have gone. */
        if (const auto *c = dyn_cast<AbstractConditionalOperator>(plain)) {
            consume(c->getTrueExpr(), at, s, look);
            consume(c->getFalseExpr(), at, s, look);
            return;
        }

        if (all.empty()) {
            consume_other(value, plain, at, s, look);
            return;
        }
        for (const VarDecl *v : all) {
            Thing &t = s.of[{ v, "" }];
            std::string name = v->getNameAsString();
            if (look && (t.own == Own::Gone || t.own == Own::Maybe))
                gone(value, name, t, "is consumed a second time");
            if (look && t.own == Own::Kept && (isa<CallExpr>(at) || opaque_type(v->getType())))
                say(at, "`" + name + "` was stored where others find it, and is given away", v->getLocation(), "declared here", "store it in an SC_OWNED field and sc_take() it from there");
            if (look && t.own == Own::Copied)
                say(at, "`" + name + "` is given away, and `" + *t.sources.begin() + "` still holds it", t.at != nullptr ? t.at->getBeginLoc() : v->getLocation(), "read here", "sc_take() leaves none there");
            if (look && t.own == Own::Pending)
                say(at, "`" + name + "` is given away before anyone looked at the result of the call that fills it", t.call->getBeginLoc(), "filled here", "test the result first");
            if (look && t.own == Own::Empty)
                say(at, "`" + name + "` is given away, and nothing was ever put into it", v->getLocation(), "declared here", "");
            t.own = Own::Gone;
            t.at = at;
        }
    }

    /* Not a local that is followed. */
    void consume_other(const Expr *value, const Expr *plain, const Stmt *at, OwnState &s, bool look)
    {
        const VarDecl *v = variable(value);

        if (plain->isNullPointerConstant(unit.context(), Expr::NPC_ValueDependentIsNotNull) != Expr::NPCK_NotNull || fresh(plain))
            return;
        if (opaque_type(plain->getType())) {
            Holder h = holder(plain);
            if (v != nullptr && look) {
                say(at, "`" + v->getNameAsString() + "` is not owned here and is given away", v->getLocation(), "declared here", "let the parameter, or the function that gave it, be SC_OWNED");
            } else if (h.v != nullptr) {
                Thing &t = s.of[h];
                if (look && (t.own == Own::Gone || t.own == Own::Maybe))
                    gone(value, h.path, t, "is consumed a second time");
                if (look && t.own == Own::Pending)
                    say(at, "`" + h.path + "` is given away before anyone looked at the result of the call that fills it", t.call->getBeginLoc(), "filled here", "test the result first");
                t.own = Own::Gone;
                t.at = at;
            } else if (look && (isa<DeclRefExpr>(plain) || isa<MemberExpr>(plain) || isa<ArraySubscriptExpr>(plain) || isa<UnaryOperator>(plain))) {
                say(at, "`" + unit.source_text(plain->getSourceRange()) + "` is given away, and still holds it", {}, "", "sc_take() leaves none there");
            } else if (look && isa<CallExpr>(plain)) {
                say(at, "what `" + unit.source_text(plain->getSourceRange()) + "` gives is not owned, and is given away", {}, "", "let the function be SC_OWNED");
            }
            return;
        }
        if (!look || !plain->getType()->isPointerType())
            return;
        /* A pointer that this function does not own cannot be given away. */
        if (v != nullptr) {
            if (!isa<ReturnStmt>(at))
                say(at, "`" + v->getNameAsString() + "` is not owned here and is given away", v->getLocation(), "declared here", "take it out of its field with sc_take(), or let the parameter be SC_OWNED");
        } else if (isa<MemberExpr>(plain) || isa<ArraySubscriptExpr>(plain) || (isa<UnaryOperator>(plain) && llvm::cast<UnaryOperator>(plain)->getOpcode() == UO_Deref) || isa<DeclRefExpr>(plain)) {
            if (!isa<ReturnStmt>(at))
                say(at, "a field's object is given away and the field still names it", value->getBeginLoc(), "read here", "sc_take(field) leaves null there");
        } else if (isa<CallExpr>(plain) && !isa<ReturnStmt>(at)) {
            say(at, "what `" + unit.source_text(plain->getSourceRange()) + "` gives is not owned, and is given away", {}, "", "let the function be SC_OWNED: it takes the object from where it is");
        }
    }

    void call(const CallExpr *call, OwnState &s, bool look)
    {
        const FunctionDecl *callee = callee_of(call);

        if (callee == nullptr)
            return;
        for (unsigned i = 0; i < call->getNumArgs() && i < callee->getNumParams(); i++) {
            const ParmVarDecl *p = callee->getParamDecl(i);
            const Expr *arg = strip(call->getArg(i));
            if (!annotations_of(p).owned) {
                for (const FunctionDecl *one : callees_of(call))
                    if (kept.count({ function_key(unit, one), i }))
                        keep(arg, s);
                continue;
            }
            if (is_out(p)) {
                fill(call, arg, s, look);
                continue;
            }
            if (const auto *u = dyn_cast<UnaryOperator>(arg); u != nullptr && u->getOpcode() == UO_AddrOf) {
                if (const VarDecl *v = variable(u->getSubExpr()))
                    forget(v, s);
                continue;
            }
            consume(arg, call, s, look);
        }
    }

    /* The call puts a value behind the address, when it goes well. */
    void fill(const CallExpr *call, const Expr *arg, OwnState &s, bool look)
    {
        Holder h;

        if (const auto *u = dyn_cast<UnaryOperator>(arg); u != nullptr && u->getOpcode() == UO_AddrOf)
            h = holder(u->getSubExpr());
        else if (const VarDecl *v = variable(arg)) {
            const auto *p = dyn_cast<ParmVarDecl>(v);
            if (look && (p == nullptr || !annotations_of(p).owned))
                say(call, "`" + v->getNameAsString() + "` is filled with an owned value, and whoever has it is not told", v->getLocation(), "declared here", "let the parameter be SC_OWNED");
            return;
        }
        if (h.v == nullptr)
            return;
        auto it = s.of.find(h);
        if (look && it != s.of.end() && it->second.own == Own::Owned && h.path.empty())
            say(call, "`" + h.v->getNameAsString() + "` is filled while it owns a reference", h.v->getLocation(), "declared here", "consume it first");
        s.of[h] = { Own::Pending, call, call, "", {} };
    }

    /* ---- what the results of calls say ---- */

    void compared(const BinaryOperator *b, bool truth, OwnState &s)
    {
        Expr::EvalResult r;
        const Expr *left = b->getLHS(), *right = b->getRHS();
        BinaryOperatorKind op = b->getOpcode();

        if (!right->EvaluateAsInt(r, unit.context())) {
            if (!left->EvaluateAsInt(r, unit.context()))
                return;
            std::swap(left, right);
            op = BinaryOperator::reverseComparisonOp(op);
        }
        if (!r.Val.isInt() || !r.Val.getInt().isRepresentableByInt64())
            return;
        if (!truth)
            op = BinaryOperator::negateComparisonOp(op);
        int64_t k = r.Val.getInt().getExtValue();
        /* 0: went well; 1: it did not, and the caller has nothing; 2: one of both, but looked at */
        int what = op == BO_EQ ? (k == 0 ? 0 : 1) : op == BO_NE ? (k == 0 ? 1 : 2) : op == BO_LT ? (k <= 0 ? 1 : 2) : op == BO_LE ? (k < 0 ? 1 : 2) : op == BO_GE ? (k > 0 ? 1 : 2) : (k >= 0 ? 1 : 2);
        result(left, what, s);
    }

    void result(const Expr *e, int what, OwnState &s)
    {
        e = strip(e);
        if (const auto *b = dyn_cast<BinaryOperator>(e); b != nullptr && b->getOpcode() == BO_Assign)
            e = strip(b->getLHS());
        bool place = isa<DeclRefExpr>(e) || isa<MemberExpr>(e) || isa<ArraySubscriptExpr>(e) || isa<UnaryOperator>(e);
        std::string text = place ? path_text(e) : "";
        for (auto &[h, t] : s.of) {
            if (t.own != Own::Pending || t.call == nullptr)
                continue;
            bool this_one = place ? !text.empty() && t.result == text : contains(e, t.call);
            if (this_one)
                t = { what == 0 ? Own::Owned : what == 1 ? Own::Nothing : Own::Perhaps, t.at, nullptr, "", {} };
        }
    }

    /* One of several conditions was decided: results in it were looked at. */
    void looked_at(const Expr *e, OwnState &s)
    {
        class Names : public RecursiveASTVisitor<Names> {
        public:
            std::set<const ValueDecl *> list;
            bool VisitDeclRefExpr(DeclRefExpr *r)
            {
                list.insert(r->getDecl());
                return true;
            }
        } names;
        names.TraverseStmt(const_cast<Expr *>(e));
        for (auto &[h, t] : s.of)
            if (t.own == Own::Pending && t.call != nullptr && (contains(e, t.call) || mentioned(t.result, names.list)))
                t = { Own::Perhaps, t.at, nullptr, "", {} };
    }

    static bool mentioned(const std::string &place, const std::set<const ValueDecl *> &list)
    {
        for (const ValueDecl *d : list)
            if (names(place, d->getNameAsString()))
                return true;
        return false;
    }

    /* ---- uses ---- */

    void use(const DeclRefExpr *r, OwnState &s, bool look)
    {
        const auto *v = dyn_cast<VarDecl>(r->getDecl());

        if (!look || v == nullptr || targets.count(r))
            return;
        for (const VarDecl *o : owners(v, s)) {
            Thing &t = s.of[{ o, "" }];
            if (t.own == Own::Gone || t.own == Own::Maybe)
                gone(r, r->getDecl()->getNameAsString(), t, v == o ? "is used" : "is used, and names the same object as `" + o->getNameAsString() + "`,");
            else if (v == o && t.own == Own::Pending)
                say(r, "`" + v->getNameAsString() + "` is used before anyone looked at the result of the call that fills it", t.call->getBeginLoc(), "filled here", "test the result first");
            else if (v == o && t.own == Own::Empty)
                say(r, "`" + v->getNameAsString() + "` is used, and nothing was ever put into it", v->getLocation(), "declared here", "");
        }
    }

    void use_field(const MemberExpr *m, OwnState &s, bool look)
    {
        if (!look || targets.count(m))
            return;
        Holder h = holder(m);
        auto it = h.v == nullptr || h.path.empty() ? s.of.end() : s.of.find(h);
        if (it == s.of.end())
            return;
        if (it->second.own == Own::Gone || it->second.own == Own::Maybe)
            gone(m, h.path, it->second, "is used");
        else if (it->second.own == Own::Pending)
            say(m, "`" + h.path + "` is used before anyone looked at the result of the call that fills it", it->second.call->getBeginLoc(), "filled here", "test the result first");
    }

    /* The object that holds the field is gone too. */
    bool gone_with_root(const Holder &h, OwnState &s)
    {
        for (const VarDecl *o : owners(h.v, s)) {
            Own own = s.of[{ o, "" }].own;
            if (own == Own::Gone || own == Own::Maybe)
                return true;
        }
        return !isa<ParmVarDecl>(h.v) && !h.v->getType()->isPointerType(); /* a local struct ends here */
    }

    void gone(const Expr *at, const std::string &name, const Thing &t, const std::string &what)
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

    void say(const Stmt *at, const std::string &message, SourceLocation from, const std::string &fact, const std::string &help)
    {
        if (unit.in_island(at->getBeginLoc()))
            return;
        Finding finding{ "SC-12", unit.place(at->getSourceRange()), message, {}, help, {}, f->getNameAsString() };
        if (from.isValid())
            finding.path.push_back({ unit.place(from), fact });
        out.report(finding);
    }
};

class Targets : public RecursiveASTVisitor<Targets> {
public:
    std::vector<const Expr *> list;
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
            list.push_back(e);
    }
};

/* What needs no paths: opaque types from outside, owned objects copied whole, sc_take() of what has side effects. */
class Forms : public JudgedVisitor<Forms> {
public:
    using JudgedVisitor::JudgedVisitor;

    bool VisitMemberExpr(MemberExpr *m)
    {
        const auto *field = dyn_cast<FieldDecl>(m->getMemberDecl());
        if (field != nullptr && inside_opaque(m->getBase(), m->isArrow()) && !of_core(m->getMemberLoc()))
            say(m->getSourceRange(), "`" + text(m) + "` looks into an SC_OPAQUE object", "use the functions of the core");
        return true;
    }
    bool VisitInitListExpr(InitListExpr *list)
    {
        if (!opaque_type(list->getType()) || of_core(list->getBeginLoc()))
            return true;
        for (const Expr *i : list->inits()) {
            Expr::EvalResult r;
            if (!isa<ImplicitValueInitExpr>(i) && !(i->EvaluateAsInt(r, unit.context()) && r.Val.isInt() && r.Val.getInt() == 0))
                say(list->getSourceRange(), "an SC_OPAQUE object is made of numbers", "the core makes it");
        }
        return true;
    }
    bool VisitImplicitCastExpr(ImplicitCastExpr *c)
    {
        if (c->getCastKind() == CK_LValueToRValue && c->getType()->isRecordType() && !opaque_type(c->getType()) && holds_owned(c->getType()) && !isa<CompoundLiteralExpr>(strip(c->getSubExpr())))
            say(c->getSourceRange(), "`" + text(c) + "` is copied with what it owns", "move its members one by one: sc_take()");
        return true;
    }
    bool VisitVarDecl(VarDecl *v)
    {
        if ((v->getName() == "sc_taken_" || v->getName() == "fref_taken_") && v->getInit() != nullptr && !pure(v->getInit()) && !unit.in_island(v->getLocation()))
            out.report({ "SC-12", unit.place(v->getInit()->getSourceRange()), "`" + text(v->getInit()) + "` is taken, and evaluated twice for it", {}, "compute the place first", {}, unit.function_at(v->getLocation()) });
        return true;
    }

private:
    static bool inside_opaque(const Expr *base, bool arrow)
    {
        QualType t = base->getType();
        return opaque_type(arrow ? t->getPointeeType() : t);
    }
    /* Written in a file of the core, or in the body of one of its macros. */
    bool of_core(SourceLocation at)
    {
        const TokenOrigin *o = unit.origin(at);
        return o == nullptr || (o->macro != 0 ? unit.core_name(unit.macros[o->macro].file) : unit.core_name(unit.files[o->file]));
    }
};

class OwnedOnce : public Rule {
public:
    const char *id() const override { return "SC-12"; }
    const char *title() const override { return "an owned value is consumed exactly once and not used afterwards"; }
    void check_module(Module &module, Reporter &out) override
    {
        const Kept &kept = kept_parameters(module);

        for (auto &unit : module.units) {
            Forms("SC-12", *unit, out).run();
            for (const FunctionDecl *f : judged_functions(*unit)) {
                const CFG *cfg = graph_of(*unit, f);
                /* The core makes and ends references: it is judged in a run of its own. */
                if (cfg == nullptr || unit->core_file(f->getLocation()))
                    continue;
                Ownership ownership(*unit, f, kept, out);
                Targets targets;
                targets.TraverseStmt(f->getBody());
                for (const Expr *r : targets.list)
                    ownership.note_target(r);
                walk(*cfg, ownership, ownership.entry());
            }
        }
    }
};

SAFECC_RULE(OwnedOnce);

} // namespace
} // namespace safecc
