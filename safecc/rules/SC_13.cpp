/* SPDX-License-Identifier: MIT */
/*
 * SC-13: an RCU slot (SC_SLOT) is read and published only by slot_read() and slot_publish(); what was read is not used past
 * a preemption point, and not freed at once.
 */
#include "engine/callees.h"
#include "engine/flow.h"
#include "engine/shapes.h"
#include "engine/walk.h"
#include "rules/ending.h"
#include "rules/judged.h"

using namespace clang;

namespace safecc {
namespace {

/* The slot that an lvalue names: a field or variable with SC_SLOT, or an element of such an array. */
const ValueDecl *slot_of(const Expr *e)
{
    e = strip(e);
    while (const auto *s = dyn_cast<ArraySubscriptExpr>(e))
        e = strip(s->getBase());
    const ValueDecl *d = named_by(e);
    return d != nullptr && annotations_of(d).slot ? d : nullptr;
}

/* slot_read(x): an acquiring load of a slot. */
const ValueDecl *slot_read(const Expr *e)
{
    e = strip(e);
    if (const auto *a = dyn_cast<AtomicExpr>(e)) {
        const Expr *p = strip(const_cast<AtomicExpr *>(a)->getPtr());
        const auto *u = dyn_cast<UnaryOperator>(p);
        return u != nullptr && u->getOpcode() == UO_AddrOf ? slot_of(u->getSubExpr()) : nullptr;
    }
    return nullptr;
}

class Slots {
public:
    Slots(Unit &unit, const FunctionDecl *f, const std::set<std::string> &preempting, Reporter &out) : unit(unit), f(f), preempting(preempting), out(out) {}

    void note_atomic(const Expr *e) { atomic.insert(e); }
    void note_target(const Expr *e) { targets.insert(e); }
    bool join(Ending &into, const Ending &from) { return into.join(from); }
    void edge(const Expr *, bool, Ending &) {}
    void leave(Ending &, const CFGBlock &) {}

    void step(const Stmt *st, Ending &s, bool look)
    {
        if (const auto *d = dyn_cast<DeclStmt>(st)) {
            for (const Decl *one : d->decls())
                if (const auto *v = dyn_cast<VarDecl>(one); v != nullptr && v->getInit() != nullptr)
                    assign(v, v->getInit(), s);
        } else if (const auto *b = dyn_cast<BinaryOperator>(st); b != nullptr && b->getOpcode() == BO_Assign) {
            if (const auto *r = dyn_cast<DeclRefExpr>(b->getLHS()->IgnoreParens()))
                if (const auto *v = dyn_cast<VarDecl>(r->getDecl()))
                    assign(v, b->getRHS(), s);
        } else if (const auto *call = dyn_cast<CallExpr>(st)) {
            this->call(call, s, look);
        } else if (const auto *r = dyn_cast<DeclRefExpr>(st)) {
            auto it = s.ended.find(dyn_cast<VarDecl>(r->getDecl()));
            if (look && it != s.ended.end() && !targets.count(r))
                say(r, "`" + r->getDecl()->getNameAsString() + "` was read from a slot before a preemption point, and may be gone", it->second, "the read section ended here", "read the slot again");
        }
        if (const auto *e = dyn_cast<Expr>(st); e != nullptr && look && (isa<MemberExpr>(e) || isa<DeclRefExpr>(e)))
            direct(e);
    }

private:
    Unit &unit;
    const FunctionDecl *f;
    const std::set<std::string> &preempting;
    Reporter &out;
    std::set<const Expr *> atomic, targets;

    void direct(const Expr *e)
    {
        if (slot_of(e) == nullptr || atomic.count(e) || unit.exempt(e->getBeginLoc()))
            return;
        std::string name = f->getNameAsString();
        const ValueDecl *d = slot_of(e);
        /* Under the lock that its writers take, it may be read plainly. */
        if (!annotations_of(d).guarded_by.empty() || (name.size() > 7 && name.substr(name.size() - 7) == "_locked"))
            return;
        say(e, "`" + d->getNameAsString() + "` is a slot and is used directly", nullptr, "", "slot_read() to read it, slot_publish() to change it");
    }

    /* What a slot named, a part of it, its address, one of several, a struct made of it, or what a function made of it. */
    bool names_slot(const Expr *e, const Ending &s)
    {
        e = strip(e);
        if (slot_read(e) != nullptr)
            return true;
        if (const auto *r = dyn_cast<DeclRefExpr>(e))
            return s.alive.count(dyn_cast<VarDecl>(r->getDecl())) != 0;
        if (const auto *call = dyn_cast<CallExpr>(e)) {
            if (type_holds_pointer(call->getType()))
                for (const Expr *arg : call->arguments())
                    if (type_holds_pointer(strip(arg)->getType()) && names_slot(arg, s))
                        return true;
            return false;
        }
        if (const auto *se = dyn_cast<StmtExpr>(e)) {
            const Expr *last = value_of(se);
            return last != nullptr && names_slot(last, s);
        }
        return any_part(e, [&](const Expr *part) { return names_slot(part, s); });
    }

    void assign(const VarDecl *v, const Expr *value, Ending &s)
    {
        s.assign(v, type_holds_pointer(v->getType()) && names_slot(value, s) ? value : nullptr);
    }

    void call(const CallExpr *call, Ending &s, bool look)
    {
        const FunctionDecl *callee = callee_of(call);
        if (callee == nullptr)
            return;
        bool stops = false;
        for (const FunctionDecl *one : callees_of(call))
            stops |= annotations_of(one).preempts || preempting.count(function_key(unit, one));
        for (unsigned i = 0; look && i < call->getNumArgs() && i < callee->getNumParams(); i++)
            if (annotations_of(callee->getParamDecl(i)).owned && slot_read(call->getArg(i)) != nullptr)
                say(strip(call->getArg(i)), "what a slot names is freed at once, while others may read it", nullptr, "", "publish null, wait for a grace period, then free");
        if (stops)
            s.end_all(call);
    }

    void say(const Stmt *at, const std::string &message, const Stmt *from, const std::string &fact, const std::string &help)
    {
        if (unit.exempt(at->getBeginLoc()))
            return;
        Finding finding{ "SC-13", unit.place(at->getSourceRange()), message, {}, help, {}, f->getNameAsString() };
        if (from != nullptr)
            finding.path.push_back({ unit.place(from->getSourceRange()), fact });
        out.report(finding);
    }
};

class Uses : public RecursiveASTVisitor<Uses> {
public:
    std::vector<const Expr *> atomic, targets;
    bool VisitAtomicExpr(AtomicExpr *a)
    {
        const Expr *e = strip(a->getPtr());
        if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_AddrOf)
            e = u->getSubExpr()->IgnoreParens();
        atomic.push_back(e);
        while (const auto *s = dyn_cast<ArraySubscriptExpr>(e)) {
            e = strip(s->getBase());
            atomic.push_back(e);
        }
        return true;
    }
    bool VisitBinaryOperator(BinaryOperator *b)
    {
        if (b->getOpcode() == BO_Assign)
            targets.push_back(b->getLHS()->IgnoreParens());
        return true;
    }
};

class RcuHolds : public Rule {
public:
    const char *id() const override { return "SC-13"; }
    const char *title() const override { return "RCU slots are read and published by their functions, and not used past a preemption point"; }
    void check_module(Module &module, Reporter &out) override
    {
        CallGraphOf graph(module);
        std::set<std::string> preempting;

        for (bool again = true; again;) {
            again = false;
            for (CallGraphOf::Node *n : graph.nodes())
                for (auto &[call, target, callee] : n->calls) {
                    if (annotations_of(target).preempts || preempting.count(function_key(*n->unit, target)))
                        again |= preempting.insert(function_key(*n->unit, n->f)).second;
                }
        }
        for (auto &unit : module.units)
            for (const FunctionDecl *f : judged_functions(*unit)) {
                const CFG *cfg = graph_of(*unit, f);
                if (cfg == nullptr)
                    continue;
                Slots slots(*unit, f, preempting, out);
                Uses uses;
                uses.TraverseStmt(f->getBody());
                for (const Expr *e : uses.atomic)
                    slots.note_atomic(e);
                for (const Expr *e : uses.targets)
                    slots.note_target(e);
                walk(*cfg, slots, Ending());
            }
    }
};

SAFECC_RULE(RcuHolds);

} // namespace
} // namespace safecc
