/* SPDX-License-Identifier: MIT */
/*
 * SC-11: the address of a local does not outlive it; a borrow is not stored or returned, and dies at a call that does not
 * keep borrows.
 *
 * Which locals may hold the address of a local is found without regard to order; it is an error to return such a value, or
 * to put it where it outlives the function: a global, an object behind a pointer, a parameter that the callee keeps.
 */
#include <climits>

#include "engine/callees.h"
#include "engine/checks.h"
#include "engine/shapes.h"
#include "engine/walk.h"
#include "rules/ending.h"
#include "rules/judged.h"
#include "rules/kept.h"

using namespace clang;

namespace safecc {
namespace {

class Escapes {
public:
    Escapes(Unit &unit, const FunctionDecl *f, const Kept &kept, Reporter *out) : unit(unit), f(f), kept(kept), out(out) {}

    /* Which parameters this function keeps; with `out`, also what it does wrong with its own locals. */
    std::set<unsigned> run(const CFG &cfg)
    {
        for (bool again = true; again;) {
            again = false;
            for (const CFGBlock *b : cfg)
                for (const CFGElement &e : *b)
                    if (auto st = e.getAs<CFGStmt>())
                        again |= spread(st->getStmt());
        }
        for (const CFGBlock *b : cfg)
            for (const CFGElement &e : *b)
                if (auto st = e.getAs<CFGStmt>())
                    sink(st->getStmt());
        return keeps;
    }

private:
    Unit &unit;
    const FunctionDecl *f;
    const Kept &kept;
    Reporter *out;
    std::map<const VarDecl *, std::pair<const Stmt *, unsigned>> local_in; /* locals that may hold a local's address, from where, and until when */
    std::map<const VarDecl *, std::set<unsigned>> parameter_in; /* locals that may hold a parameter's value */
    std::set<unsigned> keeps;

    static const VarDecl *stack_object(const VarDecl *v) { return v != nullptr && v->hasLocalStorage() ? v : nullptr; }

    /* Where the object of a place in the text ends: the end of the block (or for statement) around it, as a flat offset. */
    unsigned end_of_life(SourceLocation at)
    {
        class Blocks : public RecursiveASTVisitor<Blocks> {
        public:
            std::vector<const Stmt *> list;
            bool VisitCompoundStmt(CompoundStmt *c)
            {
                list.push_back(c);
                return true;
            }
            bool VisitForStmt(ForStmt *c)
            {
                list.push_back(c);
                return true;
            }
        };
        unsigned here = unit.flat_offset(at);
        if (blocks.empty()) {
            Blocks finder;
            finder.TraverseStmt(f->getBody());
            for (const Stmt *b : finder.list)
                blocks.emplace_back(unit.flat_offset(b->getBeginLoc()), unit.flat_end(b->getEndLoc()));
        }
        unsigned end = UINT_MAX;
        for (auto [b, e] : blocks)
            if (b <= here && here < e)
                end = std::min(end, e);
        return end;
    }
    std::vector<std::pair<unsigned, unsigned>> blocks;

    /* The object whose address the expression is, by the end of its life. */
    unsigned life_of(const Stmt *origin)
    {
        const auto *e = llvm::cast<Expr>(origin);
        if (const auto *u = dyn_cast<UnaryOperator>(e))
            e = u->getSubExpr();
        const VarDecl *v = root_variable(e);
        if (v != nullptr && isa<ParmVarDecl>(v))
            return end_of_life(f->getBody()->getBeginLoc());
        return end_of_life(v != nullptr ? v->getLocation() : origin->getBeginLoc());
    }

    /* What the value may be: the address of a local (null when not), and parameters. */
    struct Origin {
        const Stmt *local = nullptr;
        std::set<unsigned> parameters;
        unsigned life = UINT_MAX; /* of the shortest-lived local */
        void add(const Origin &o)
        {
            if (local == nullptr || (o.local != nullptr && o.life < life)) {
                local = o.local != nullptr ? o.local : local;
                life = std::min(life, o.life);
            }
            parameters.insert(o.parameters.begin(), o.parameters.end());
        }
    };

    Origin origin(const Expr *e)
    {
        Origin r;

        e = strip(e);
        if (e->getType()->isArrayType()) {
            const VarDecl *v = stack_object(root_variable(e));
            if ((v != nullptr && !isa<ParmVarDecl>(v)) || literal_at(e)) {
                r.local = e;
                r.life = life_of(e);
            } else if (v == nullptr) {
                return inside(e);
            }
            return r;
        }
        if (!type_holds_pointer(e->getType()))
            return r;
        if (const auto *u = dyn_cast<UnaryOperator>(e)) {
            if (u->getOpcode() == UO_AddrOf) {
                if (stack_object(root_variable(u->getSubExpr())) != nullptr || literal_at(u->getSubExpr())) {
                    r.local = u;
                    r.life = life_of(u);
                } else
                    return inside(u->getSubExpr());
            }
            return r;
        }
        if (const auto *d = dyn_cast<DeclRefExpr>(e))
            return of_variable(dyn_cast<VarDecl>(d->getDecl()));
        if (isa<MemberExpr>(e) || isa<ArraySubscriptExpr>(e)) {
            /* A pointer read out of a local struct or array that holds one. */
            if (const VarDecl *v = root_variable(e))
                return of_variable(v);
            return r;
        }
        if (const auto *c = dyn_cast<ConditionalOperator>(e)) {
            r.add(origin(c->getTrueExpr()));
            r.add(origin(c->getFalseExpr()));
            return r;
        }
        if (const auto *b = dyn_cast<BinaryOperator>(e)) {
            if (b->getOpcode() == BO_Assign || b->getOpcode() == BO_Comma)
                return origin(b->getRHS());
            return r;
        }
        if (const auto *c = dyn_cast<ExplicitCastExpr>(e))
            return origin(c->getSubExpr());
        if (const auto *l = dyn_cast<InitListExpr>(e)) {
            for (const Expr *i : l->inits())
                r.add(origin(i));
            return r;
        }
        if (const auto *l = dyn_cast<CompoundLiteralExpr>(e))
            return origin(l->getInitializer());
        if (const auto *call = dyn_cast<CallExpr>(e)) {
            /* A function may return what it was given, or a part of it. */
            if (call->getType()->isRecordType())
                for (const Expr *arg : call->arguments())
                    r.add(origin(arg));
            else if (call->getType()->isPointerType())
                for (const Expr *arg : call->arguments()) {
                    QualType t = strip(arg)->getType();
                    QualType pointee = t->isPointerType() ? t->getPointeeType() : t->isArrayType() ? t->getAsArrayTypeUnsafe()->getElementType() : QualType();
                    if (!pointee.isNull() && (pointee->isVoidType() || may_contain(pointee, call->getType()->getPointeeType())) && !call->getType()->getPointeeType()->isVoidType())
                        r.add(origin(arg));
                }
            return r;
        }
        if (const auto *se = dyn_cast<StmtExpr>(e))
            if (const Expr *last = value_of(se))
                return origin(last);
        return r;
    }

    /* A compound literal lives as long as the block around it. */
    static bool literal_at(const Expr *e)
    {
        for (;;) {
            e = strip(e);
            if (const auto *m = dyn_cast<MemberExpr>(e)) {
                if (m->isArrow())
                    return false;
                e = m->getBase();
            } else if (const auto *s = dyn_cast<ArraySubscriptExpr>(e)) {
                if (!strip(s->getBase())->getType()->isArrayType())
                    return false;
                e = s->getBase();
            } else {
                return isa<CompoundLiteralExpr>(e);
            }
        }
    }

    /* &p->f and &p[i] are where p points. */
    Origin inside(const Expr *lvalue)
    {
        lvalue = lvalue->IgnoreParens();
        if (const auto *m = dyn_cast<MemberExpr>(lvalue))
            return m->isArrow() ? origin(m->getBase()) : inside(m->getBase());
        if (const auto *s = dyn_cast<ArraySubscriptExpr>(lvalue)) {
            const Expr *base = strip(s->getBase());
            return base->getType()->isArrayType() ? inside(base) : origin(base);
        }
        if (const auto *u = dyn_cast<UnaryOperator>(lvalue); u != nullptr && u->getOpcode() == UO_Deref)
            return origin(u->getSubExpr());
        return {};
    }

    Origin of_variable(const VarDecl *v)
    {
        Origin r;

        if (v == nullptr || !v->hasLocalStorage())
            return r;
        if (auto it = local_in.find(v); it != local_in.end()) {
            r.local = it->second.first;
            r.life = it->second.second;
        }
        if (auto it = parameter_in.find(v); it != parameter_in.end())
            r.parameters = it->second;
        if (const auto *p = dyn_cast<ParmVarDecl>(v); p != nullptr && type_holds_pointer(p->getType()))
            r.parameters.insert(p->getFunctionScopeIndex());
        return r;
    }

    bool take(const VarDecl *v, const Expr *value)
    {
        bool changed = false;

        if (v == nullptr || !v->hasLocalStorage())
            return false;
        Origin o = origin(value);
        if (auto it = local_in.find(v); o.local != nullptr && (it == local_in.end() || o.life < it->second.second)) {
            local_in[v] = { o.local, o.life };
            changed = true;
        }
        for (unsigned p : o.parameters)
            changed |= parameter_in[v].insert(p).second;
        return changed;
    }

    bool spread(const Stmt *st)
    {
        bool changed = false;

        if (const auto *d = dyn_cast<DeclStmt>(st)) {
            for (const Decl *one : d->decls())
                if (const auto *v = dyn_cast<VarDecl>(one); v != nullptr && v->getInit() != nullptr)
                    changed |= take(v, v->getInit());
        } else if (const auto *b = dyn_cast<BinaryOperator>(st); b != nullptr && b->getOpcode() == BO_Assign) {
            changed |= take(root_variable(b->getLHS()), b->getRHS());
        }
        return changed;
    }

    void error(const Stmt *at, const std::string &message, const Stmt *from, const std::string &help)
    {
        if (out == nullptr || unit.in_island(at->getBeginLoc()))
            return;
        Finding finding{ "SC-11", unit.place(at->getSourceRange()), message, {}, help, {}, f->getNameAsString() };
        if (from != nullptr && from != at)
            finding.path.push_back({ unit.place(from->getSourceRange()), "the address is taken here" });
        out->report(finding);
    }

    void outlives(const Expr *value, const Stmt *at, const std::string &where, const Expr *target = nullptr)
    {
        Origin o = origin(value);

        /* Linking what one parameter reaches to what the same one reaches keeps nothing the caller did not join. */
        if (target != nullptr && o.local == nullptr && o.parameters.size() == 1 && inside(target).parameters == o.parameters)
            return;

        if (o.local != nullptr)
            error(at, "the address of a local is stored in " + where + ", which outlives it", o.local, "keep the object in a pool (sc_new), or pass it down only");
        keeps.insert(o.parameters.begin(), o.parameters.end());
    }

    void sink(const Stmt *st)
    {
        if (const auto *r = dyn_cast<ReturnStmt>(st)) {
            if (r->getRetValue() == nullptr || !type_holds_pointer(r->getRetValue()->getType()))
                return;
            Origin o = origin(r->getRetValue());
            if (o.local != nullptr)
                error(r, "the address of a local is returned", o.local, "let the caller pass the object in, or take one from a pool (sc_new)");
        } else if (const auto *b = dyn_cast<BinaryOperator>(st)) {
            if (b->getOpcode() != BO_Assign || !type_holds_pointer(b->getLHS()->getType()))
                return;
            const VarDecl *v = root_variable(b->getLHS());
            if (v != nullptr && v->hasLocalStorage()) {
                Origin o = origin(b->getRHS());
                if (o.local != nullptr && o.life < end_of_life(isa<ParmVarDecl>(v) ? f->getBody()->getBeginLoc() : v->getLocation()))
                    error(b, "`" + v->getNameAsString() + "` outlives the block of the local whose address it gets", o.local, "declare the local where `" + v->getNameAsString() + "` is declared");
                return;
            }
            /* Into what a local's address points: the target is a local too. */
            if (v == nullptr && target_is_local(b->getLHS()))
                return;
            outlives(b->getRHS(), b, v != nullptr ? "`" + v->getNameAsString() + "`" : "an object behind a pointer", b->getLHS());
        } else if (const auto *call = dyn_cast<CallExpr>(st)) {
            for (const FunctionDecl *callee : callees_of(call))
                for (unsigned i = 0; i < call->getNumArgs() && i < callee->getNumParams(); i++)
                    if (kept.count({ function_key(unit, callee), i }))
                        outlives(call->getArg(i), call, "what `" + callee->getNameAsString() + "` keeps of its parameter `" + callee->getParamDecl(i)->getNameAsString() + "`");
        } else if (const auto *a = dyn_cast<AtomicExpr>(st)) {
            auto *atomic = const_cast<AtomicExpr *>(a);
            for (unsigned i = 0; i < atomic->getNumSubExprs(); i++) {
                const Expr *e = atomic->getSubExprs()[i];
                if (e != atomic->getPtr() && e != atomic->getOrder() && type_holds_pointer(e->getType()) && type_holds_pointer(atomic->getPtr()->getType()->getPointeeType()) && !(atomic->isCmpXChg() && i == 2))
                    outlives(e, atomic, "a slot");
            }
        }
    }

    /* p->f = q with p certainly the address of one of our locals. */
    bool target_is_local(const Expr *lhs)
    {
        Origin o = inside(lhs);
        return o.local != nullptr && o.parameters.empty();
    }
};

/* Borrows: results of SC_BORROWS functions, followed along the paths. */
class Borrows {
public:
    Borrows(Unit &unit, const FunctionDecl *f, Reporter &out) : unit(unit), f(f), out(out) {}
    bool join(Ending &into, const Ending &from) { return into.join(from); }
    void edge(const Expr *, bool, Ending &) {}
    void leave(Ending &, const CFGBlock &) {}
    void step(const Stmt *st, Ending &s, bool look)
    {
        if (const auto *r = dyn_cast<DeclRefExpr>(st)) {
            const auto *v = dyn_cast<VarDecl>(r->getDecl());
            auto it = s.ended.find(v);
            if (look && v != nullptr && it != s.ended.end() && !assigned_now.count(r))
                say(r, "`" + v->getNameAsString() + "` is a borrow that ended", it->second, "this call does not keep borrows (SC_KEEPS_BORROWS)", "borrow again after the call");
        } else if (const auto *d = dyn_cast<DeclStmt>(st)) {
            for (const Decl *one : d->decls())
                if (const auto *v = dyn_cast<VarDecl>(one); v != nullptr && v->getInit() != nullptr)
                    s.assign(v, borrowed(v->getInit(), s) ? v->getInit() : nullptr);
        } else if (const auto *b = dyn_cast<BinaryOperator>(st); b != nullptr && b->getOpcode() == BO_Assign) {
            const Expr *lhs = b->getLHS()->IgnoreParens();
            if (const auto *r = dyn_cast<DeclRefExpr>(lhs); r != nullptr && isa<VarDecl>(r->getDecl()) && llvm::cast<VarDecl>(r->getDecl())->hasLocalStorage())
                s.assign(llvm::cast<VarDecl>(r->getDecl()), borrowed(b->getRHS(), s) ? b->getRHS() : nullptr);
            else if (look && borrowed(b->getRHS(), s))
                say(b, "a borrow is stored where it outlives its scope", nullptr, "", "store what is needed of the object, not its address");
        } else if (const auto *ret = dyn_cast<ReturnStmt>(st)) {
            if (look && ret->getRetValue() != nullptr && borrowed(ret->getRetValue(), s) && !annotations_of(f).borrows)
                say(ret, "a borrow is returned", nullptr, "", "let the function be SC_BORROWS, or return a copy");
        } else if (const auto *call = dyn_cast<CallExpr>(st)) {
            const FunctionDecl *callee = callee_of(call);
            if (callee != nullptr && (callee->getBuiltinID() != 0 || annotations_of(callee).keeps_borrows || annotations_of(callee).borrows))
                return;
            s.end_all(call);
        }
    }
    void note_assigned(const DeclRefExpr *r) { assigned_now.insert(r); }

private:
    Unit &unit;
    const FunctionDecl *f;
    Reporter &out;
    std::set<const DeclRefExpr *> assigned_now;

    bool borrowed(const Expr *e, const Ending &s)
    {
        e = strip(e);
        if (!type_holds_pointer(e->getType()) && !e->getType()->isArrayType())
            return false;
        if (const auto *call = dyn_cast<CallExpr>(e)) {
            if (callee_of(call) != nullptr && annotations_of(callee_of(call)).borrows)
                return true;
            for (const Expr *arg : call->arguments())
                if (borrowed(arg, s))
                    return true;
            return false;
        }
        if (const auto *r = dyn_cast<DeclRefExpr>(e))
            return s.alive.count(dyn_cast<VarDecl>(r->getDecl())) != 0;
        if (const auto *se = dyn_cast<StmtExpr>(e)) {
            const Expr *last = value_of(se);
            return last != nullptr && borrowed(last, s);
        }
        /* A part of it, its address, one of several, a struct made of it. */
        return within(e, s);
    }
    bool within(const Expr *e, const Ending &s)
    {
        e = strip(e);
        if (isa<CallExpr>(e) || isa<DeclRefExpr>(e) || isa<StmtExpr>(e))
            return borrowed(e, s);
        return any_part(e, [&](const Expr *part) { return within(part, s); });
    }
    void say(const Stmt *at, const std::string &message, const Stmt *from, const std::string &fact, const std::string &help)
    {
        if (unit.in_island(at->getBeginLoc()))
            return;
        Finding finding{ "SC-11", unit.place(at->getSourceRange()), message, {}, help, {}, f->getNameAsString() };
        if (from != nullptr)
            finding.path.push_back({ unit.place(from->getSourceRange()), fact });
        out.report(finding);
    }
};

class AssignedNames : public RecursiveASTVisitor<AssignedNames> {
public:
    std::vector<const DeclRefExpr *> list;
    bool VisitBinaryOperator(BinaryOperator *b)
    {
        if (b->getOpcode() == BO_Assign)
            if (const auto *r = dyn_cast<DeclRefExpr>(b->getLHS()->IgnoreParens()))
                list.push_back(r);
        return true;
    }
};

class LocalsStay : public Rule {
public:
    const char *id() const override { return "SC-11"; }
    const char *title() const override { return "the address of a local does not outlive it; borrows end where they must"; }
    void check_module(Module &module, Reporter &out) override
    {
        const Kept &kept = kept_parameters(module);

        for (auto &unit : module.units)
            for (const FunctionDecl *f : judged_functions(*unit)) {
                const CFG *cfg = graph_of(*unit, f);
                if (cfg == nullptr)
                    continue;
                Escapes(*unit, f, kept, &out).run(*cfg);
                Borrows borrows(*unit, f, out);
                AssignedNames assigned;
                assigned.TraverseStmt(f->getBody());
                for (const DeclRefExpr *r : assigned.list)
                    borrows.note_assigned(r);
                walk(*cfg, borrows, Ending());
            }
    }
};

SAFECC_RULE(LocalsStay);

} // namespace

const Kept &kept_parameters(Module &module)
{
    static std::map<const Module *, Kept> cache;
    auto [it, fresh] = cache.emplace(&module, Kept());
    Kept &kept = it->second;

    for (bool again = fresh; again;) {
        again = false;
        for (auto &unit : module.units)
            for (const FunctionDecl *f : judged_functions(*unit))
                if (const CFG *cfg = graph_of(*unit, f))
                    for (unsigned p : Escapes(*unit, f, kept, nullptr).run(*cfg))
                        again |= kept.emplace(function_key(*unit, f), p).second;
    }
    return kept;
}

} // namespace safecc
