/* SPDX-License-Identifier: MIT */
/*
 * SC-12: an owned value is consumed exactly once, and not used afterwards.
 *
 * Owned: a local that takes the result of an SC_OWNED function or sc_new(), an SC_OWNED parameter, what sc_take() gives.
 * Consumed: handed to an SC_OWNED parameter (sc_delete is one), returned from an SC_OWNED function, stored into an SC_OWNED
 * field. Stored into a field without SC_OWNED it can be deleted no more: its memory keeps its type for ever, so a pointer
 * to it stays good. Copies of an owned local die with it.
 */
#include "engine/flow.h"
#include "engine/walk.h"

using namespace clang;

namespace safecc {
namespace {

enum class Own : uint8_t { None, Owned, Gone, Maybe, Kept };

struct OwnState {
    std::map<const VarDecl *, Own> of;
    std::map<const VarDecl *, const Stmt *> gone_at;
    std::map<const VarDecl *, const VarDecl *> alias; /* copy -> the owned local */
};

class Ownership {
public:
    Ownership(Unit &unit, const FunctionDecl *f, Reporter &out) : unit(unit), f(f), out(out) {}

    OwnState entry()
    {
        OwnState s;

        for (const ParmVarDecl *p : f->parameters())
            if (annotations_of(p).owned && !is_out(p))
                s.of[p] = Own::Owned;
        return s;
    }

    bool join(OwnState &into, const OwnState &from)
    {
        bool changed = false;
        std::set<const VarDecl *> all;

        for (auto &[v, o] : into.of)
            all.insert(v);
        for (auto &[v, o] : from.of)
            all.insert(v);
        for (const VarDecl *v : all) {
            auto a = into.of.find(v);
            auto b = from.of.find(v);
            Own x = a == into.of.end() ? Own::None : a->second, y = b == from.of.end() ? Own::None : b->second, r = x;
            if (x == y)
                continue;
            if (x == Own::Maybe || y == Own::Maybe || x == Own::Gone || y == Own::Gone)
                r = Own::Maybe;
            else if (x == Own::Kept || y == Own::Kept)
                r = Own::Kept;
            else
                r = Own::Owned; /* owned on one path, nothing on the other: null there */
            if (r != x) {
                into.of[v] = r;
                changed = true;
            }
            if (auto g = from.gone_at.find(v); g != from.gone_at.end())
                into.gone_at.emplace(v, g->second);
        }
        for (auto &[c, v] : from.alias)
            changed |= into.alias.emplace(c, v).second;
        return changed;
    }

    /* On the branch where it is null there is nothing to consume. */
    void edge(const Expr *cond, bool truth, OwnState &s)
    {
        const Expr *e = strip(cond);

        if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_LNot)
            return edge(u->getSubExpr(), !truth, s);
        if (const auto *b = dyn_cast<BinaryOperator>(e)) {
            if (b->getOpcode() == BO_LAnd && truth) {
                edge(b->getLHS(), true, s);
                edge(b->getRHS(), true, s);
                return;
            }
            if (b->getOpcode() == BO_LOr && !truth) {
                edge(b->getLHS(), false, s);
                edge(b->getRHS(), false, s);
                return;
            }
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
        if (!truth)
            nothing(e, s);
    }

    void step(const Stmt *st, OwnState &s, bool look)
    {
        if (const auto *d = dyn_cast<DeclStmt>(st)) {
            for (const Decl *one : d->decls())
                if (const auto *v = dyn_cast<VarDecl>(one); v != nullptr && v->hasLocalStorage() && v->getInit() != nullptr)
                    take(v, v->getInit(), s, look, st);
                else if (v != nullptr)
                    forget(v, s);
        } else if (const auto *b = dyn_cast<BinaryOperator>(st); b != nullptr && b->getOpcode() == BO_Assign) {
            assign(b, s, look);
        } else if (const auto *call = dyn_cast<CallExpr>(st)) {
            this->call(call, s, look);
        } else if (const auto *r = dyn_cast<ReturnStmt>(st)) {
            if (r->getRetValue() != nullptr)
                if (const VarDecl *v = owner(r->getRetValue(), s)) {
                    if (annotations_of(f).owned)
                        consume(r->getRetValue(), r, s, look);
                    else if (s.of[v] == Own::Owned && v->getType()->isPointerType())
                        s.of[v] = Own::Kept;
                }
        } else if (const auto *r = dyn_cast<DeclRefExpr>(st)) {
            use(r, s, look);
        } else if (const auto *a = dyn_cast<AtomicExpr>(st)) {
            auto *atomic = const_cast<AtomicExpr *>(a);
            if (atomic->getOp() == AtomicExpr::AO__atomic_store_n)
                keep(atomic->getVal1(), s);
        }
    }

    void leave(OwnState &s, const CFGBlock &b)
    {
        /* A program that ends gives everything back. */
        if (unit.options->host)
            return;
        for (auto &[v, o] : s.of) {
            if (o != Own::Owned || !v->getType()->isPointerType())
                continue;
            Place at = unit.place(b.empty() ? f->getEndLoc() : last_place(b));
            Finding finding{ "SC-12", at, "`" + v->getNameAsString() + "` is owned here and neither consumed nor stored", {}, "delete it, return it, or store it", {}, f->getNameAsString() };
            finding.path.push_back({ unit.place(v->getLocation()), "it became owned here" });
            if (!unit.in_island(v->getLocation()))
                out.report(finding);
        }
    }

    void note_target(const DeclRefExpr *r) { targets.insert(r); }

private:
    Unit &unit;
    const FunctionDecl *f;
    Reporter &out;
    std::set<const DeclRefExpr *> targets; /* names that are assigned, not used */

    static SourceLocation last_place(const CFGBlock &b)
    {
        for (auto it = b.rbegin(); it != b.rend(); ++it)
            if (auto st = it->getAs<CFGStmt>())
                return st->getStmt()->getBeginLoc();
        return {};
    }

    /* SC_OWNED T *out is a place to put one. */
    static bool is_out(const ParmVarDecl *p)
    {
        return p->getType()->isPointerType() && annotations_of_type(p->getType()->getPointeeType()).opaque;
    }

    static const VarDecl *variable(const Expr *e)
    {
        const auto *r = dyn_cast<DeclRefExpr>(strip(e));
        const auto *v = r == nullptr ? nullptr : dyn_cast<VarDecl>(r->getDecl());
        return v != nullptr && v->hasLocalStorage() ? v : nullptr;
    }

    const VarDecl *owner(const Expr *e, const OwnState &s)
    {
        const VarDecl *v = variable(e);
        if (v == nullptr)
            return nullptr;
        if (auto it = s.alias.find(v); it != s.alias.end())
            v = it->second;
        return s.of.count(v) ? v : nullptr;
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
            if (const auto *r = dyn_cast<DeclRefExpr>(strip(last)); r != nullptr && r->getDecl()->getName() == "sc_taken_")
                return true;
            return fresh(last);
        }
        /* slot_take() */
        if (const auto *a = dyn_cast<AtomicExpr>(e))
            return a->getOp() == AtomicExpr::AO__atomic_exchange_n && a->getType()->isPointerType();
        if (const auto *call = dyn_cast<CallExpr>(e)) {
            const FunctionDecl *callee = call->getDirectCallee();
            return callee != nullptr && annotations_of(callee).owned;
        }
        return false;
    }

    void nothing(const Expr *e, OwnState &s)
    {
        if (const VarDecl *v = owner(e, s))
            if (s.of[v] == Own::Owned)
                s.of.erase(v);
    }

    void forget(const VarDecl *v, OwnState &s)
    {
        s.of.erase(v);
        s.gone_at.erase(v);
        s.alias.erase(v);
    }

    void take(const VarDecl *v, const Expr *value, OwnState &s, bool look, const Stmt *at)
    {
        const VarDecl *from = owner(value, s);

        if (auto it = s.of.find(v); look && it != s.of.end() && it->second == Own::Owned && v->getType()->isPointerType() && from != v && isa<BinaryOperator>(at))
            say(at, "`" + v->getNameAsString() + "` is overwritten while it owns an object", v->getBeginLoc(), "declared here", "consume it first");
        forget(v, s);
        if (fresh(value)) {
            s.of[v] = Own::Owned;
        } else if (from != nullptr && from != v) {
            s.alias[v] = from;
        } else if (const VarDecl *inner = interior(value); inner != nullptr && s.of.count(inner)) {
            s.alias[v] = inner;
        }
    }

    /* &p->f */
    static const VarDecl *interior(const Expr *e)
    {
        const auto *u = dyn_cast<UnaryOperator>(strip(e));
        if (u == nullptr || u->getOpcode() != UO_AddrOf)
            return nullptr;
        const Expr *x = u->getSubExpr()->IgnoreParens();
        while (const auto *m = dyn_cast<MemberExpr>(x)) {
            if (m->isArrow())
                return variable(m->getBase());
            x = m->getBase()->IgnoreParens();
        }
        return nullptr;
    }

    void assign(const BinaryOperator *b, OwnState &s, bool look)
    {
        const Expr *lhs = b->getLHS()->IgnoreParens();

        if (const VarDecl *v = variable(lhs); v != nullptr && isa<DeclRefExpr>(lhs)) {
            take(v, b->getRHS(), s, look, b);
            return;
        }
        bool owned_place = false;
        if (const auto *m = dyn_cast<MemberExpr>(lhs))
            owned_place = annotations_of(m->getMemberDecl()).owned;
        else if (const auto *r = dyn_cast<DeclRefExpr>(lhs))
            owned_place = annotations_of(r->getDecl()).owned;
        if (owned_place)
            consume(b->getRHS(), b, s, look);
        else
            keep(b->getRHS(), s);
    }

    void keep(const Expr *value, OwnState &s)
    {
        if (const VarDecl *v = owner(value, s))
            if (s.of[v] == Own::Owned)
                s.of[v] = Own::Kept;
    }

    void consume(const Expr *value, const Stmt *at, OwnState &s, bool look)
    {
        const VarDecl *v = owner(value, s);

        if (v == nullptr) {
            const VarDecl *plain = variable(value);
            /* A pointer that this function does not own cannot be given away. */
            if (look && plain != nullptr && plain->getType()->isPointerType() && !isa<ReturnStmt>(at))
                say(at, "`" + plain->getNameAsString() + "` is not owned here and is given away", plain->getLocation(), "declared here", "take it out of its field with sc_take(), or let the parameter be SC_OWNED");
            else if (look && plain == nullptr && isa<CallExpr>(at) && strip(value)->getType()->isPointerType() && isa<MemberExpr>(strip(value)) && !annotated_owned_take(value))
                say(at, "a field's object is given away and the field still names it", value->getBeginLoc(), "read here", "sc_take(field) leaves null there");
            return;
        }
        Own &o = s.of[v];
        if (look && (o == Own::Gone || o == Own::Maybe))
            gone(value, v, s, "is consumed a second time");
        if (look && o == Own::Kept && isa<CallExpr>(at))
            say(at, "`" + v->getNameAsString() + "` was stored where others find it, and is given away", v->getLocation(), "declared here", "store it in an SC_OWNED field and sc_take() it from there");
        o = Own::Gone;
        s.gone_at[v] = at;
    }

    bool annotated_owned_take(const Expr *) { return false; }

    void call(const CallExpr *call, OwnState &s, bool look)
    {
        const FunctionDecl *callee = call->getDirectCallee();

        if (callee == nullptr)
            return;
        for (unsigned i = 0; i < call->getNumArgs() && i < callee->getNumParams(); i++) {
            const ParmVarDecl *p = callee->getParamDecl(i);
            if (!annotations_of(p).owned)
                continue;
            const Expr *arg = strip(call->getArg(i));
            if (const auto *u = dyn_cast<UnaryOperator>(arg); u != nullptr && u->getOpcode() == UO_AddrOf) {
                /* An out parameter: whether it was filled is for the result to say, so no obligation. */
                if (const VarDecl *v = variable(u->getSubExpr()))
                    forget(v, s);
                continue;
            }
            if (is_out(p))
                continue;
            consume(arg, call, s, look);
        }
    }

    void use(const DeclRefExpr *r, OwnState &s, bool look)
    {
        const auto *v = dyn_cast<VarDecl>(r->getDecl());

        if (!look || v == nullptr || targets.count(r))
            return;
        const VarDecl *o = owner(r, s);
        if (o == nullptr)
            return;
        Own state = s.of[o];
        if (state == Own::Gone || state == Own::Maybe)
            gone(r, o, s, v == o ? "is used" : "is used, and names the same object as `" + o->getNameAsString() + "`,");
    }

    void gone(const Expr *at, const VarDecl *v, OwnState &s, const std::string &what)
    {
        auto it = s.gone_at.find(v);
        bool maybe = s.of[v] == Own::Maybe;

        if (unit.in_island(at->getBeginLoc()))
            return;
        Finding finding{ "SC-12", unit.place(at->getSourceRange()), "`" + unit.source_text(at->getSourceRange()) + "` " + what + (maybe ? " after it may have been consumed" : " after it was consumed"),
                         {}, "use it before it is given away", {}, f->getNameAsString() };
        if (it != s.gone_at.end())
            finding.path.push_back({ unit.place(it->second->getSourceRange()), "consumed here" });
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
    std::vector<const DeclRefExpr *> list;
    bool VisitBinaryOperator(BinaryOperator *b)
    {
        if (b->getOpcode() == BO_Assign)
            if (const auto *r = dyn_cast<DeclRefExpr>(b->getLHS()->IgnoreParens()))
                list.push_back(r);
        return true;
    }
    bool VisitUnaryOperator(UnaryOperator *u)
    {
        if (u->getOpcode() == UO_AddrOf)
            if (const auto *r = dyn_cast<DeclRefExpr>(u->getSubExpr()->IgnoreParens()))
                list.push_back(r);
        return true;
    }
    /* An argument for an SC_OWNED parameter is consumed by the call itself, which says so. */
    bool VisitCallExpr(CallExpr *c)
    {
        const FunctionDecl *callee = c->getDirectCallee();
        for (unsigned i = 0; callee != nullptr && i < c->getNumArgs() && i < callee->getNumParams(); i++)
            if (annotations_of(callee->getParamDecl(i)).owned)
                if (const auto *r = dyn_cast<DeclRefExpr>(strip(c->getArg(i))))
                    list.push_back(r);
        return true;
    }
};

class OwnedOnce : public Rule {
public:
    const char *id() const override { return "SC-12"; }
    const char *title() const override { return "an owned value is consumed exactly once and not used afterwards"; }
    void check_unit(Unit &unit, Reporter &out) override
    {
        for (const FunctionDecl *f : judged_functions(unit)) {
            const CFG *cfg = graph_of(unit, f);
            if (cfg == nullptr)
                continue;
            Ownership ownership(unit, f, out);
            Targets targets;
            targets.TraverseStmt(f->getBody());
            for (const DeclRefExpr *r : targets.list)
                ownership.note_target(r);
            walk(*cfg, ownership, ownership.entry());
        }
    }
};

SAFECC_RULE(OwnedOnce);

} // namespace
} // namespace safecc
