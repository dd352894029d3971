/* SPDX-License-Identifier: MIT */
/*
 * SC-15: guest memory is read once, into a local, by the functions for it. A type marked SC_GUEST is never read or written
 * through a pointer; the same guest address is not fetched twice in one function.
 */
#include "engine/flow.h"
#include "engine/walk.h"
#include "rules/judged.h"

using namespace clang;

namespace safecc {
namespace {

class Visitor : public JudgedVisitor<Visitor> {
public:
    using JudgedVisitor::JudgedVisitor;

    /* A load or a store of a field that is guest memory; its address alone may be passed on. */
    bool VisitImplicitCastExpr(ImplicitCastExpr *c)
    {
        if (c->getCastKind() == CK_LValueToRValue && guest(c->getSubExpr()))
            say(c->getSourceRange(), "`" + text(c) + "` reads guest memory as if nobody else could change it", "read it once into a local: guest_read(), guest_get() or shared_read*()");
        return true;
    }
    bool VisitBinaryOperator(BinaryOperator *b)
    {
        if (b->isAssignmentOp() && guest(b->getLHS()))
            say(b->getSourceRange(), "guest memory is written directly", "use guest_write(), guest_put() or shared_write*()");
        return true;
    }
    bool VisitUnaryOperator(UnaryOperator *u)
    {
        if (u->isIncrementDecrementOp() && guest(u->getSubExpr()))
            say(u->getSourceRange(), "guest memory is changed directly", "use the shared_*() functions");
        return true;
    }
private:
    /* The lvalue lies in an object of an SC_GUEST type, reached through a pointer. */
    bool guest(const Expr *e)
    {
        for (bool marked = false;;) {
            e = e->IgnoreParens();
            marked |= annotations_of_type(e->getType()).guest;
            if (const auto *m = dyn_cast<MemberExpr>(e)) {
                marked |= annotations_of(llvm::cast<FieldDecl>(m->getMemberDecl())->getParent()).guest;
                if (m->isArrow())
                    return marked;
                e = m->getBase();
            } else if (const auto *s = dyn_cast<ArraySubscriptExpr>(e)) {
                const Expr *base = s->getBase()->IgnoreParenImpCasts();
                if (!base->getType()->isArrayType())
                    return marked;
                e = base;
            } else if (const auto *u = dyn_cast<UnaryOperator>(e)) {
                return marked && u->getOpcode() == UO_Deref;
            } else {
                return false; /* a local copy */
            }
        }
    }
};

/* The same address, fetched again after a fetch that went well, and nothing it is made of assigned in between. */
class Fetches {
public:
    using State = std::map<std::string, Place>;
    Fetches(Unit &unit, const FunctionDecl *f, Reporter &out) : unit(unit), f(f), out(out) {}

    bool join(State &into, const State &from)
    {
        size_t n = into.size();
        into.insert(from.begin(), from.end());
        return into.size() != n;
    }
    /* `guest_read(...) != 0`: on that branch nothing was read. */
    void edge(const Expr *cond, bool truth, State &s)
    {
        cond = strip(cond);
        if (const auto *u = dyn_cast<UnaryOperator>(cond); u != nullptr && u->getOpcode() == UO_LNot)
            return edge(u->getSubExpr(), !truth, s);
        const auto *b = dyn_cast<BinaryOperator>(cond);
        const auto *call = dyn_cast<CallExpr>(b != nullptr && b->isEqualityOp() ? strip(b->getLHS()) : cond);
        bool failed = b == nullptr ? truth : b->isEqualityOp() && (b->getOpcode() == BO_NE) == truth;
        if (call != nullptr && failed)
            if (const Expr *at = address(call))
                s.erase(unit.flat_text(at->getSourceRange()));
    }
    void leave(State &, const CFGBlock &) {}
    void step(const Stmt *st, State &s, bool look)
    {
        if (const auto *call = dyn_cast<CallExpr>(st)) {
            const Expr *at = address(call);
            if (at == nullptr)
                return;
            std::string text = unit.flat_text(at->getSourceRange());
            auto it = s.find(text);
            if (look && it != s.end() && !unit.exempt(call->getBeginLoc())) {
                Finding finding{ "SC-15", unit.place(call->getSourceRange()), "guest memory at `" + unit.source_text(at->getSourceRange()) + "` is fetched a second time: the guest may have changed it in between", {}, "use what was read first", {}, f->getNameAsString() };
                finding.path.push_back({ it->second, "fetched here first" });
                out.report(finding);
            }
            s.emplace(text, unit.place(call->getSourceRange()));
        } else if (const auto *b = dyn_cast<BinaryOperator>(st); b != nullptr && b->isAssignmentOp()) {
            changed(b->getLHS(), s);
        } else if (const auto *u = dyn_cast<UnaryOperator>(st); u != nullptr && u->isIncrementDecrementOp()) {
            changed(u->getSubExpr(), s);
        } else if (const auto *d = dyn_cast<DeclStmt>(st)) {
            for (const Decl *one : d->decls())
                if (const auto *v = dyn_cast<VarDecl>(one))
                    drop(v->getNameAsString(), s);
        }
    }

private:
    Unit &unit;
    const FunctionDecl *f;
    Reporter &out;

    static const Expr *address(const CallExpr *call)
    {
        static const std::set<std::string> reads = { "guest_read", "guest_read_u64", "guest_read_u32" };
        const FunctionDecl *callee = call->getDirectCallee();
        return callee != nullptr && reads.count(callee->getNameAsString()) && call->getNumArgs() > 1 ? call->getArg(1) : nullptr;
    }
    void changed(const Expr *lhs, State &s)
    {
        lhs = lhs->IgnoreParens();
        while (const auto *m = dyn_cast<MemberExpr>(lhs))
            lhs = m->getBase()->IgnoreParenImpCasts();
        if (const auto *r = dyn_cast<DeclRefExpr>(lhs))
            drop(r->getDecl()->getNameAsString(), s);
    }
    static void drop(const std::string &name, State &s)
    {
        for (auto it = s.begin(); it != s.end();) {
            std::string padded = " " + it->first + " ";
            it = padded.find(" " + name + " ") != std::string::npos ? s.erase(it) : std::next(it);
        }
    }
};

class GuestReadOnce : public Rule {
public:
    const char *id() const override { return "SC-15"; }
    const char *title() const override { return "guest memory is read once, by the functions for it"; }
    void check_unit(Unit &unit, Reporter &out) override
    {
        Visitor("SC-15", unit, out).run();
        for (const FunctionDecl *f : judged_functions(unit))
            if (const CFG *cfg = graph_of(unit, f)) {
                Fetches fetches(unit, f, out);
                walk(*cfg, fetches, Fetches::State());
            }
    }
};

SAFECC_RULE(GuestReadOnce);

} // namespace
} // namespace safecc
