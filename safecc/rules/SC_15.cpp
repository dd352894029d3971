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
    /* memcpy() and its kin read as often as they like. */
    bool VisitCallExpr(CallExpr *call)
    {
        static const std::set<std::string> copies = { "memcpy", "memmove", "memset", "memcmp", "strlen", "strnlen", "memchr", "strcmp", "strncmp" };
        const FunctionDecl *callee = call->getDirectCallee();
        std::string name = callee == nullptr ? "" : callee->getNameAsString();
        if (name.rfind("__builtin_", 0) == 0)
            name = name.substr(10);
        if (!copies.count(name))
            return true;
        for (const Expr *arg : call->arguments()) {
            const Expr *e = strip(arg);
            if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_AddrOf) {
                if (guest(u->getSubExpr()))
                    say(e->getSourceRange(), "`" + name + "` goes over guest memory", "use guest_read(), guest_write() or the shared_*() functions");
            } else if (e->getType()->isArrayType() ? guest(e) : e->getType()->isPointerType() && annotations_of_type(e->getType()->getPointeeType()).guest) {
                say(e->getSourceRange(), "`" + name + "` goes over guest memory", "use guest_read(), guest_write() or the shared_*() functions");
            }
        }
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
    /* Functions that fetch from an address they are given: the number of that parameter. */
    using Fetchers = std::map<const FunctionDecl *, unsigned>;
    Fetches(Unit &unit, const FunctionDecl *f, const Fetchers &fetchers, Reporter &out) : unit(unit), f(f), fetchers(fetchers), out(out) {}

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
                s.erase(name(at));
    }
    void leave(State &, const CFGBlock &) {}
    void step(const Stmt *st, State &s, bool look)
    {
        if (const auto *call = dyn_cast<CallExpr>(st)) {
            const Expr *at = address(call);
            if (at == nullptr)
                return;
            std::string text = name(at);
            auto it = s.find(text);
            if (look && it != s.end() && !unit.exempt(call->getBeginLoc())) {
                Finding finding{ "SC-15", unit.place(call->getSourceRange()), "guest memory at `" + unit.source_text(at->getSourceRange()) + "` is fetched a second time: the guest may have changed it in between", {}, "use what was read first", {}, f->getNameAsString() };
                finding.path.push_back({ it->second, "fetched here first" });
                out.report(finding);
            }
            s.emplace(text, unit.place(call->getSourceRange()));
            /* And by its other names. */
            for (auto &[copy, first] : aliases) {
                if (first == text)
                    s.emplace(copy, unit.place(call->getSourceRange()));
                if (copy == text)
                    s.emplace(first, unit.place(call->getSourceRange()));
            }
        } else if (const auto *b = dyn_cast<BinaryOperator>(st); b != nullptr && b->isAssignmentOp()) {
            changed(b->getLHS(), s);
            if (const auto *r = dyn_cast<DeclRefExpr>(b->getLHS()->IgnoreParens()); r != nullptr && b->getOpcode() == BO_Assign)
                copied(dyn_cast<VarDecl>(r->getDecl()), b->getRHS(), s);
        } else if (const auto *u = dyn_cast<UnaryOperator>(st); u != nullptr && u->isIncrementDecrementOp()) {
            changed(u->getSubExpr(), s);
        } else if (const auto *d = dyn_cast<DeclStmt>(st)) {
            for (const Decl *one : d->decls())
                if (const auto *v = dyn_cast<VarDecl>(one)) {
                    drop(v->getNameAsString(), s);
                    if (v->getInit() != nullptr)
                        copied(v, v->getInit(), s);
                }
        }
    }

private:
    Unit &unit;
    const FunctionDecl *f;
    const Fetchers &fetchers;
    Reporter &out;

    const Expr *address(const CallExpr *call)
    {
        if (const Expr *e = read_address(call))
            return e;
        const FunctionDecl *callee = call->getDirectCallee();
        auto it = callee == nullptr ? fetchers.end() : fetchers.find(callee->getCanonicalDecl());
        return it != fetchers.end() && it->second < call->getNumArgs() ? call->getArg(it->second) : nullptr;
    }
    std::string name(const Expr *at) { return unit.flat_text(strip(at)->getSourceRange()); }

    /* v = at: what was fetched from one has been fetched from the other. */
    void copied(const VarDecl *v, const Expr *value, State &s)
    {
        const Expr *e = strip(value);
        if (v == nullptr || e->getType()->isPointerType() || !(isa<DeclRefExpr>(e) || isa<MemberExpr>(e)))
            return;
        if (auto it = s.find(name(e)); it != s.end())
            s[v->getNameAsString()] = it->second;
        aliases[v->getNameAsString()] = name(e);
    }
    std::map<std::string, std::string> aliases;

public:
    static const Expr *read_address(const CallExpr *call)
    {
        static const std::set<std::string> reads = { "guest_read", "guest_read_u64", "guest_read_u32" };
        const FunctionDecl *callee = call->getDirectCallee();
        return callee != nullptr && reads.count(callee->getNameAsString()) && call->getNumArgs() > 1 ? call->getArg(1) : nullptr;
    }

private:
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

class Readers : public RecursiveASTVisitor<Readers> {
public:
    std::vector<const CallExpr *> list;
    bool VisitCallExpr(CallExpr *c)
    {
        list.push_back(c);
        return true;
    }
};

class GuestReadOnce : public Rule {
public:
    const char *id() const override { return "SC-15"; }
    const char *title() const override { return "guest memory is read once, by the functions for it"; }
    void check_unit(Unit &unit, Reporter &out) override
    {
        Visitor("SC-15", unit, out).run();
        Fetches::Fetchers fetchers;
        for (const FunctionDecl *f : judged_functions(unit)) {
            Readers readers;
            readers.TraverseStmt(f->getBody());
            for (const CallExpr *call : readers.list)
                if (const Expr *at = Fetches::read_address(call))
                    if (const auto *r = dyn_cast<DeclRefExpr>(strip(at)))
                        if (const auto *p = dyn_cast<ParmVarDecl>(r->getDecl()))
                            fetchers[f->getCanonicalDecl()] = p->getFunctionScopeIndex();
        }
        for (const FunctionDecl *f : judged_functions(unit))
            if (const CFG *cfg = graph_of(unit, f)) {
                Fetches fetches(unit, f, fetchers, out);
                walk(*cfg, fetches, Fetches::State());
            }
    }
};

SAFECC_RULE(GuestReadOnce);

} // namespace
} // namespace safecc
