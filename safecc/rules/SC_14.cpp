/* SPDX-License-Identifier: MIT */
/*
 * SC-14: shared mutable state is per-CPU, atomic, RCU, fixed once published, or touched only under its lock.
 *
 * A lock is known by the text of its path from a variable (`&q->lock`: variable q, ->lock); anything that has no such path
 * is refused. Along each path of a function: which locks are certainly held, which perhaps. Ranks come from the initialisers
 * (SPINLOCK_INIT(RANK_...)) that the units show. A local that is assigned once, from a path, is another name of it.
 *
 * A function whose name ends in _locked takes no lock for what its callers hold: what it needs is found out, said in terms
 * of its parameters, and asked of each call. Where that cannot be said, a lock of that type must be held.
 */
#include "clang/AST/ParentMapContext.h"
#include "engine/callees.h"
#include "engine/checks.h"
#include "engine/walk.h"
#include "rules/kept.h"

using namespace clang;

namespace safecc {
namespace {

/* A local that is given one value, in its declaration or later, and whose address nobody takes: it is another name. */
class OneName : public RecursiveASTVisitor<OneName> {
public:
    std::map<const VarDecl *, unsigned> times;
    std::map<const VarDecl *, const Expr *> value;
    bool VisitVarDecl(VarDecl *v)
    {
        if (v->hasLocalStorage() && !isa<ParmVarDecl>(v) && v->getInit() != nullptr)
            note(v, v->getInit());
        return true;
    }
    bool VisitBinaryOperator(BinaryOperator *b)
    {
        if (b->isAssignmentOp())
            if (const auto *r = dyn_cast<DeclRefExpr>(b->getLHS()->IgnoreParens()))
                if (const auto *v = dyn_cast<VarDecl>(r->getDecl()))
                    note(v, b->getOpcode() == BO_Assign ? b->getRHS() : nullptr);
        return true;
    }
    bool VisitUnaryOperator(UnaryOperator *u)
    {
        if (u->isIncrementDecrementOp() || u->getOpcode() == UO_AddrOf)
            if (const auto *r = dyn_cast<DeclRefExpr>(u->getSubExpr()->IgnoreParens()))
                if (const auto *v = dyn_cast<VarDecl>(r->getDecl()))
                    note(v, nullptr);
        return true;
    }

private:
    void note(const VarDecl *v, const Expr *e)
    {
        times[v] += e == nullptr ? 2 : 1;
        value[v] = e;
    }
};

/* Paths as text: x, x.f, x->f, x[i], *x, &x; "" when the path holds a call or worse. */
class Paths {
public:
    explicit Paths(const FunctionDecl *f) : f(f) { names.TraverseStmt(f->getBody()); }

    std::string of(const Expr *e, unsigned depth = 0) const
    {
        e = strip(e);
        if (depth > 12)
            return "";
        if (const auto *u = dyn_cast<UnaryOperator>(e)) {
            if (u->getOpcode() == UO_AddrOf || u->getOpcode() == UO_Deref)
                return of(u->getSubExpr(), depth + 1);
            return "";
        }
        if (const auto *r = dyn_cast<DeclRefExpr>(e)) {
            const auto *v = dyn_cast<VarDecl>(r->getDecl());
            if (v == nullptr)
                return r->getDecl()->getNameAsString();
            /* struct q *q = x->q: by its first name. */
            if (auto it = names.times.find(v); it != names.times.end() && it->second == 1 && v->hasLocalStorage() && !isa<ParmVarDecl>(v) && v->getType()->isPointerType())
                if (const Expr *from = names.value.at(v); from != nullptr && !isa<CallExpr>(strip(from)))
                    if (std::string other = of(from, depth + 1); !other.empty())
                        return other;
            return name(v);
        }
        if (const auto *m = dyn_cast<MemberExpr>(e)) {
            std::string base = of(m->getBase(), depth + 1);
            if (base.empty())
                return "";
            /* A step through an anonymous struct has no name. */
            return m->getMemberDecl()->getName().empty() ? base : base + "." + m->getMemberDecl()->getNameAsString();
        }
        if (const auto *s = dyn_cast<ArraySubscriptExpr>(e)) {
            std::string base = of(s->getBase(), depth + 1), index = of(s->getIdx(), depth + 1);
            if (const auto *l = dyn_cast<IntegerLiteral>(strip(s->getIdx())))
                index = std::to_string(l->getValue().getZExtValue());
            return base.empty() || index.empty() ? "" : base + "[" + index + "]";
        }
        return "";
    }
    /* Two variables of one name are two. */
    std::string name(const VarDecl *v) const
    {
        std::string n = v->getNameAsString();

        if (isa<ParmVarDecl>(v) || !v->hasLocalStorage())
            return n;
        for (const Decl *d : f->decls())
            if (const auto *other = dyn_cast<VarDecl>(d); other != nullptr && other != v && other->getName() == v->getName())
                return n + "@" + std::to_string(v->getLocation().getRawEncoding());
        for (const ParmVarDecl *p : f->parameters())
            if (p->getName() == v->getName())
                return n + "@" + std::to_string(v->getLocation().getRawEncoding());
        return n;
    }

private:
    const FunctionDecl *f;
    OneName names;
};

/* Does the path go through the name, at its root or in an index? */
bool goes_through(const std::string &path, const std::string &name)
{
    auto part = [&](size_t i) { return i < path.size() && (isalnum((unsigned char)path[i]) || path[i] == '_' || path[i] == '@'); };

    for (size_t at = path.find(name); at != std::string::npos; at = path.find(name, at + 1))
        if ((at == 0 || path[at - 1] == '[') && !part(at + name.size()))
            return true;
    return false;
}

/* The field a lock expression ends in. */
const FieldDecl *last_field(const Expr *e)
{
    e = strip(e);
    if (const auto *u = dyn_cast<UnaryOperator>(e))
        return last_field(u->getSubExpr());
    const auto *m = dyn_cast<MemberExpr>(e);
    return m == nullptr ? nullptr : dyn_cast<FieldDecl>(m->getMemberDecl());
}

struct Held {
    std::string path;
    const FieldDecl *field = nullptr; /* null: a variable of its own */
    bool operator<(const Held &o) const { return path < o.path; }
};

/* A pointer into what a lock guards. */
struct Inside {
    const FieldDecl *field = nullptr; /* that is guarded; or the variable */
    const VarDecl *global = nullptr;
    std::string guard, base;
    bool operator==(const Inside &o) const { return std::tie(field, global, guard, base) == std::tie(o.field, o.global, o.guard, o.base); }
};

struct LockState {
    std::set<Held> must, may;
    std::map<std::string, const Stmt *> where;
    std::set<const VarDecl *> fresh;             /* objects this function made and nobody knows yet */
    std::map<const VarDecl *, Inside> inside;    /* locals that point into guarded objects */
};

/* What a function whose name ends in _locked relies on: a lock by its path from a parameter (#0.lock), a global, or its type. */
struct Need {
    std::string path;  /* "" when only the type is known */
    std::string type;  /* struct.field; "" for a global */
    std::string what;  /* the first access that needs it, for people */
    bool operator<(const Need &o) const { return std::tie(path, type) < std::tie(o.path, o.type); }
};
using Needs = std::map<std::string, std::set<Need>>; /* by the function's name */

using RankByName = std::map<std::string, int>; /* see rank_key */
using TakenBelow = std::map<std::string, std::set<std::string>>; /* function -> locks (rank_key) that it takes, itself or below */

std::string rank_key(const FieldDecl *f)
{
    return f->getParent()->getNameAsString() + "." + f->getNameAsString();
}

/* Of a lock that is a variable of its own; static ones of two files are two. */
std::string rank_key(const Unit &unit, const VarDecl *v)
{
    return v->isExternallyVisible() ? v->getNameAsString() : unit.path + ":" + v->getNameAsString();
}

bool is_lock_type(QualType t)
{
    const auto *td = t->getAs<TypedefType>();
    return td != nullptr && td->getDecl()->getName() == "spinlock_t";
}

bool ends_in_locked(const std::string &name)
{
    return name.size() > 7 && name.substr(name.size() - 7) == "_locked";
}

/* Facts of the whole run. */
struct Program {
    RankByName ranks;
    std::map<std::string, int> lowest;
    TakenBelow taken;
    Needs needs;
    const Kept *kept = nullptr;
};

class Locks {
public:
    Locks(Unit &unit, const FunctionDecl *f, const Program &program, Reporter &out)
        : unit(unit), f(f), program(program), out(out), paths(f)
    {
        /* What it needs is asked of whoever calls it. */
        collecting = ends_in_locked(f->getNameAsString()) && annotations_of(f).holds.empty();
    }

    /* What the function leaves to its callers. */
    std::set<Need> needs;

    LockState entry()
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

    bool join(LockState &into, const LockState &from)
    {
        size_t a = into.must.size(), b = into.may.size(), c = into.fresh.size(), d = into.inside.size();
        std::set<Held> both;
        for (const Held &h : into.must)
            if (from.must.count(h))
                both.insert(h);
        into.must = both;
        into.may.insert(from.may.begin(), from.may.end());
        into.where.insert(from.where.begin(), from.where.end());
        for (auto it = into.fresh.begin(); it != into.fresh.end();)
            it = from.fresh.count(*it) ? std::next(it) : into.fresh.erase(it);
        into.inside.insert(from.inside.begin(), from.inside.end());
        return a != into.must.size() || b != into.may.size() || c != into.fresh.size() || d != into.inside.size();
    }
    void edge(const Expr *, bool, LockState &) {}

    void leave(LockState &s, const CFGBlock &b)
    {
        for (const Held &h : s.may) {
            if (at_entry.count(h) || acquired_for_caller(h))
                continue;
            Finding finding = make(f->getEndLoc(), "`" + h.path + "` " + (s.must.count(h) ? "is" : "may be") + " still held when `" + f->getNameAsString() + "` returns", "release it on every path, or declare SC_ACQUIRES(" + h.path + ")");
            if (auto it = s.where.find(h.path); it != s.where.end())
                finding.path.push_back({ unit.place(it->second->getSourceRange()), "taken here" });
            SourceLocation at = last(b);
            if (at.isValid())
                finding.place = unit.place(at);
            out.report(finding);
        }
        for (const std::string &a : annotations_of(f).acquires)
            if (!s.must.count({ dotted(a), nullptr })) {
                Finding finding = make(f->getEndLoc(), "`" + f->getNameAsString() + "` is SC_ACQUIRES(" + a + ") and may return without it", "take it on every path");
                SourceLocation at = last(b);
                if (at.isValid())
                    finding.place = unit.place(at);
                out.report(finding);
            }
        for (const std::string &r : annotations_of(f).releases)
            if (s.may.count({ dotted(r), nullptr }) && !listed(annotations_of(f).acquires, r)) {
                Finding finding = make(f->getEndLoc(), "`" + f->getNameAsString() + "` is SC_RELEASES(" + r + ") and may return with it", "release it on every path");
                SourceLocation at = last(b);
                if (at.isValid())
                    finding.place = unit.place(at);
                out.report(finding);
            }
    }

    void step(const Stmt *st, LockState &s, bool look)
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
            auto *atomic_ = const_cast<AtomicExpr *>(a);
            for (unsigned i = 0; i < atomic_->getNumSubExprs(); i++)
                if (atomic_->getSubExprs()[i] != atomic_->getPtr())
                    published(atomic_->getSubExprs()[i], s);
        } else if (const auto *d = dyn_cast<DeclStmt>(st)) {
            for (const Decl *one : d->decls())
                if (const auto *v = dyn_cast<VarDecl>(one); v != nullptr && v->hasLocalStorage()) {
                    s.fresh.erase(v);
                    s.inside.erase(v);
                    if (v->getInit() != nullptr && makes(v->getInit()))
                        s.fresh.insert(v);
                    if (v->getInit() != nullptr)
                        point(v, v->getInit(), s);
                }
        }
        if (const ValueDecl *d = exposed(unit, st); d != nullptr && look && annotations_of(d).fixed)
            if (!(isa<FieldDecl>(d) && made_here(llvm::cast<Expr>(st), s)))
                say(st, "the address of `" + d->getNameAsString() + "`, which is SC_FIXED, is handed out", "fill a local, and set it where the object is made");
    }

    /* Members inside atomic operations are read as the rule wants; the walk is told of them first. */
    void note_atomic(const Expr *e) { atomic.insert(e); }

private:
    Unit &unit;
    const FunctionDecl *f;
    const Program &program;
    Reporter &out;
    Paths paths;
    bool collecting = false;
    std::set<Held> at_entry;
    std::set<const Expr *> atomic;

    static SourceLocation last(const CFGBlock &b)
    {
        for (auto it = b.rbegin(); it != b.rend(); ++it)
            if (auto st = it->getAs<CFGStmt>())
                return st->getStmt()->getBeginLoc();
        return {};
    }

    static std::string dotted(const std::string &text)
    {
        std::string out_;
        for (size_t i = 0; i < text.size(); i++) {
            if (text[i] == '&' || text[i] == ' ' || text[i] == '(' || text[i] == ')')
                continue;
            if (text[i] == '-' && i + 1 < text.size() && text[i + 1] == '>') {
                out_ += '.';
                i++;
            } else {
                out_ += text[i];
            }
        }
        return out_;
    }
    static bool listed(const std::vector<std::string> &list, const std::string &what)
    {
        for (const std::string &l : list)
            if (dotted(l) == dotted(what))
                return true;
        return false;
    }

    Finding make(SourceLocation at, std::string message, std::string help)
    {
        return { "SC-14", unit.place(at), std::move(message), {}, std::move(help), {}, f->getNameAsString() };
    }
    void say(const Stmt *at, std::string message, std::string help)
    {
        if (unit.exempt(at->getBeginLoc()))
            return;
        Finding finding = make(at->getBeginLoc(), std::move(message), std::move(help));
        finding.place = unit.place(at->getSourceRange());
        out.report(finding);
    }

    bool acquired_for_caller(const Held &h)
    {
        return listed(annotations_of(f).acquires, h.path);
    }

    static bool makes(const Expr *e)
    {
        e = strip(e);
        while (true) {
            if (const auto *se = dyn_cast<StmtExpr>(e)) {
                const auto *last_ = se->getSubStmt()->body_empty() ? nullptr : dyn_cast<Expr>(se->getSubStmt()->body_back());
                if (last_ == nullptr)
                    return false;
                e = strip(last_);
            } else if (const auto *c = dyn_cast<ExplicitCastExpr>(e)) {
                e = strip(c->getSubExpr());
            } else {
                break;
            }
        }
        const auto *call = dyn_cast<CallExpr>(e);
        const FunctionDecl *callee = call == nullptr ? nullptr : callee_of(call);
        return callee != nullptr && annotations_of(callee).owned;
    }

    /* What a call's annotation text names, in the caller's words. */
    std::string in_caller(const CallExpr *call, const std::string &text, const FieldDecl **field)
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

    void call(const CallExpr *call, LockState &s, bool look)
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
        if (look && ends_in_locked(name) && a.holds.empty() && s.must.empty() && !collecting && !argument_fresh(call, s))
            say(call, "`" + name + "` is called with no lock held", "take the lock first, or let this function end in _locked too");
        for (const std::string &r : a.releases) {
            std::string path = in_caller(call, r, &field);
            Held h{ path, field };
            if (look && path.empty())
                say(call, "a lock must be named by a path of variables and fields", "copy the address of the object to a local");
            else if (look && !s.must.count(h))
                say(call, "`" + path + "` is released and " + (s.may.count(h) ? "may not be held here" : "is not held"), "");
            s.must.erase(h);
            s.may.erase(h);
        }
        std::set<Held> together;
        for (const std::string &r : a.acquires) {
            std::string path = in_caller(call, r, &field);
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
                    published(call->getArg(i), s);
        }
    }

    /* Locks that the callee takes, itself or below. */
    void below(const CallExpr *call, const FunctionDecl *callee, LockState &s, bool look)
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

    bool argument_fresh(const CallExpr *call, const LockState &s)
    {
        for (const Expr *arg : call->arguments())
            if (const auto *r = dyn_cast<DeclRefExpr>(strip(arg)))
                if (const auto *v = dyn_cast<VarDecl>(r->getDecl()); v != nullptr && s.fresh.count(v))
                    return true;
        return false;
    }

    int rank(const Held &h)
    {
        auto it = program.ranks.find(h.field != nullptr ? rank_key(h.field) : unit.path + ":" + h.path);
        if (it == program.ranks.end() && h.field == nullptr)
            it = program.ranks.find(h.path);
        return it == program.ranks.end() ? 0 : it->second;
    }

    void order(const CallExpr *call, const Held &h, const LockState &s)
    {
        int mine = rank(h);
        if (mine == 0)
            return;
        for (const Held &other : s.must)
            if (int theirs = rank(other); theirs != 0 && theirs >= mine)
                say(call, "`" + h.path + "` of rank " + std::to_string(mine) + " is taken while `" + other.path + "` of rank " + std::to_string(theirs) + " is held",
                    theirs == mine ? "two locks of one rank are taken by spin_lock_pair()" : "see the lock order in core/lock.h");
    }

    /* ---- what callers are asked for ---- */

    /* Can it be said in the callers' words? Then it is theirs. */
    bool leave_to_caller(Need n)
    {
        std::string head = n.path.substr(0, n.path.find_first_of(".["));
        bool indexed = n.path.find('[') != std::string::npos;

        if (!n.path.empty() && !indexed) {
            for (const ParmVarDecl *p : f->parameters())
                if (p->getName() == head) {
                    n.path = "#" + std::to_string(p->getFunctionScopeIndex()) + n.path.substr(head.size());
                    needs.insert(n);
                    return true;
                }
            if (is_global(head)) {
                needs.insert(n);
                return true;
            }
        }
        if (n.type.empty())
            return false;
        n.path.clear();
        needs.insert(n);
        return true;
    }

    bool is_global(const std::string &name)
    {
        ASTContext &context = unit.context();
        for (const NamedDecl *d : context.getTranslationUnitDecl()->lookup(&context.Idents.get(name)))
            if (isa<VarDecl>(d))
                return true;
        return false;
    }

    static bool of_type(const LockState &s, const std::string &type)
    {
        for (const Held &h : s.must)
            if (h.field != nullptr && rank_key(h.field) == type)
                return true;
        return false;
    }

    void needed_by_callee(const CallExpr *call, const FunctionDecl *callee, const Need &n, LockState &s, bool look)
    {
        Need mine = n;
        bool known = true;

        if (!n.path.empty() && n.path[0] == '#') {
            auto i = (unsigned)strtoul(n.path.c_str() + 1, nullptr, 10);
            size_t rest = n.path.find('.');
            if (i >= call->getNumArgs())
                return;
            if (const VarDecl *v = root(call->getArg(i)); v != nullptr && s.fresh.count(v))
                return;
            std::string base = paths.of(call->getArg(i));
            known = !base.empty();
            mine.path = known ? base + (rest == std::string::npos ? "" : n.path.substr(rest)) : "";
        }
        if (mine.path.empty() && argument_fresh(call, s))
            return;
        if (known && !mine.path.empty() ? s.must.count({ mine.path, nullptr }) != 0 : of_type(s, n.type))
            return;
        /* Named otherwise, of its type: where the path cannot be told from here. */
        if (!known && of_type(s, n.type))
            return;
        if (collecting && leave_to_caller(mine))
            return;
        if (look)
            say(call, "`" + callee->getNameAsString() + "` needs `" + (mine.path.empty() ? n.type : mine.path) + "` held, for " + n.what, "take it first");
    }

    const VarDecl *root(const Expr *e)
    {
        for (;;) {
            e = strip(e);
            if (const auto *m = dyn_cast<MemberExpr>(e))
                e = m->getBase();
            else if (const auto *s = dyn_cast<ArraySubscriptExpr>(e))
                e = s->getBase();
            else if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && (u->getOpcode() == UO_AddrOf || u->getOpcode() == UO_Deref))
                e = u->getSubExpr();
            else
                break;
        }
        const auto *r = dyn_cast<DeclRefExpr>(e);
        return r == nullptr ? nullptr : dyn_cast<VarDecl>(r->getDecl());
    }

    static bool holds(const std::string &guard, const std::string &base, const LockState &s)
    {
        std::string g = dotted(guard);

        if ((!base.empty() && s.must.count({ base + "." + g, nullptr })) || s.must.count({ g, nullptr }))
            return true;
        /* type.field: any held lock that is that field of that type */
        if (g.find('.') != std::string::npos && of_type(s, g))
            return true;
        /* An enclosing object's lock, one step out at a time. */
        for (std::string outer = base; outer.find('.') != std::string::npos;) {
            outer = outer.substr(0, outer.rfind('.'));
            if (s.must.count({ outer + "." + g, nullptr }))
                return true;
        }
        return false;
    }

    /* The lock that a guard of a field (or a variable: null) names, as callers may be asked for it. */
    Need need_of(const std::string &guard, const std::string &base, const FieldDecl *field, const std::string &what)
    {
        Need n;
        std::string g = dotted(guard);

        n.what = what;
        if (g.find('.') != std::string::npos) {
            n.type = g;
            return n;
        }
        bool sibling = false;
        if (field != nullptr)
            for (const FieldDecl *other : field->getParent()->fields())
                sibling |= other->getName() == g;
        if (sibling) {
            n.path = base.empty() ? "" : base + "." + g;
            n.type = field->getParent()->getNameAsString() + "." + g;
        } else {
            n.path = g;
        }
        return n;
    }

    /* The object is this function's own so far. */
    bool made_here(const Expr *e, const LockState &s)
    {
        const auto *u = dyn_cast<UnaryOperator>(e->IgnoreParens());
        if (u != nullptr && u->getOpcode() == UO_AddrOf)
            e = u->getSubExpr();
        const VarDecl *v = root(e);
        if (v == nullptr)
            return false;
        if (s.fresh.count(v))
            return true;
        return v->hasLocalStorage() && root_variable(e) == v && !v->getType()->isPointerType();
    }

    void member(const MemberExpr *m, LockState &s, bool look)
    {
        const auto *field = dyn_cast<FieldDecl>(m->getMemberDecl());

        if (field == nullptr || atomic.count(m))
            return;
        const Annotations &a = annotations_of(field);
        if (a.atomic && a.guarded_by.empty() && look && !made_here(m, s) && !m->getType()->isArrayType())
            say(m, "`" + unit.source_text(m->getSourceRange()) + "` is SC_ATOMIC and is used plainly", "use the functions of core/atomic.h");
        if (a.guarded_by.empty() || made_here(m, s))
            return;
        std::string base = paths.of(m->getBase());
        if (holds(a.guarded_by, base, s))
            return;
        if (collecting && leave_to_caller(need_of(a.guarded_by, base, field, "`" + unit.source_text(m->getSourceRange()) + "`")))
            return;
        if (!look)
            return;
        Finding finding = make(m->getBeginLoc(), "`" + unit.source_text(m->getSourceRange()) + "` is used without `" + a.guarded_by + "` held", "take the lock first; if the object is not shared yet, make it in this function");
        finding.place = unit.place(m->getSourceRange());
        finding.path.push_back({ unit.place(field->getLocation()), "`" + field->getNameAsString() + "` is SC_GUARDED_BY(" + a.guarded_by + ")" });
        for (const Held &h : s.must)
            finding.path.push_back({ {}, "held here: `" + h.path + "`" });
        if (!unit.exempt(m->getBeginLoc()))
            out.report(finding);
    }

    void global(const DeclRefExpr *r, LockState &s, bool look)
    {
        const auto *v = dyn_cast<VarDecl>(r->getDecl());

        if (v == nullptr || !v->hasGlobalStorage() || atomic.count(r))
            return;
        const Annotations &a = annotations_of(v);
        if (a.atomic && a.guarded_by.empty() && look && !v->getType()->isArrayType())
            say(r, "`" + v->getNameAsString() + "` is SC_ATOMIC and is used plainly", "use the functions of core/atomic.h");
        if (a.guarded_by.empty() || holds(a.guarded_by, "", s))
            return;
        if (collecting && leave_to_caller(need_of(a.guarded_by, "", nullptr, "`" + v->getNameAsString() + "`")))
            return;
        if (look)
            say(r, "`" + v->getNameAsString() + "` is used without `" + a.guarded_by + "` held", "take the lock first");
    }

    /* ---- pointers into guarded objects ---- */

    /* The guarded field or variable that the value points into; what a local that points there points into. */
    bool into(const Expr *e, const LockState &s, Inside &to)
    {
        e = strip(e);
        if (const auto *c = dyn_cast<AbstractConditionalOperator>(e))
            return into(c->getTrueExpr(), s, to) || into(c->getFalseExpr(), s, to);
        if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_AddrOf)
            e = u->getSubExpr();
        else if (const auto *r = dyn_cast<DeclRefExpr>(e); r != nullptr && !r->getType()->isArrayType()) {
            auto it = s.inside.find(dyn_cast<VarDecl>(r->getDecl()));
            if (it != s.inside.end())
                to = it->second;
            return it != s.inside.end();
        } else if (!e->getType()->isArrayType())
            return false;
        for (;;) {
            e = strip(e);
            if (const auto *m = dyn_cast<MemberExpr>(e)) {
                const auto *field = dyn_cast<FieldDecl>(m->getMemberDecl());
                if (field != nullptr && !annotations_of(field).guarded_by.empty() && !made_here(m, s)) {
                    to = { field, nullptr, annotations_of(field).guarded_by, paths.of(m->getBase()) };
                    return true;
                }
                if (m->isArrow())
                    return into(m->getBase(), s, to);
                e = m->getBase();
            } else if (const auto *sub = dyn_cast<ArraySubscriptExpr>(e)) {
                if (!strip(sub->getBase())->getType()->isArrayType())
                    return into(sub->getBase(), s, to);
                e = sub->getBase();
            } else if (const auto *r = dyn_cast<DeclRefExpr>(e)) {
                const auto *v = dyn_cast<VarDecl>(r->getDecl());
                if (v == nullptr || !v->hasGlobalStorage() || annotations_of(v).guarded_by.empty())
                    return false;
                to = { nullptr, v, annotations_of(v).guarded_by, "" };
                return true;
            } else {
                return false;
            }
        }
    }

    void point(const VarDecl *v, const Expr *value, LockState &s)
    {
        Inside to;

        s.inside.erase(v);
        if (v->getType()->isPointerType() && into(value, s, to))
            s.inside[v] = to;
    }

    void still_guarded(const DeclRefExpr *r, LockState &s, bool look)
    {
        auto it = s.inside.find(dyn_cast<VarDecl>(r->getDecl()));

        if (it == s.inside.end() || atomic.count(r) || holds(it->second.guard, it->second.base, s))
            return;
        for (const auto &parent : unit.context().getParents(*r)) /* it is given another value */
            if (const auto *b = parent.get<BinaryOperator>(); b != nullptr && b->getOpcode() == BO_Assign && b->getLHS()->IgnoreParens() == r)
                return;
        std::string what = it->second.field != nullptr ? it->second.field->getNameAsString() : it->second.global->getNameAsString();
        if (collecting && leave_to_caller(need_of(it->second.guard, it->second.base, it->second.field, "`" + what + "`")))
            return;
        if (look)
            say(r, "`" + r->getDecl()->getNameAsString() + "` points into `" + what + "`, and `" + it->second.guard + "` is not held any more", "use it before the lock is released");
    }

    /* ---- new objects ---- */

    void given(const Expr *lhs, const Expr *value, LockState &s)
    {
        const auto *r = dyn_cast<DeclRefExpr>(lhs->IgnoreParens());
        const auto *v = r == nullptr ? nullptr : dyn_cast<VarDecl>(r->getDecl());

        if (v != nullptr && v->hasLocalStorage()) {
            s.fresh.erase(v);
            if (makes(value))
                s.fresh.insert(v);
            point(v, value, s);
            return;
        }
        published(value, s);
    }

    /* Where others find it, it is shared. */
    void published(const Expr *value, LockState &s)
    {
        if (const VarDecl *v = root(value))
            if (value->getType()->isPointerType() || value->getType()->isRecordType())
                s.fresh.erase(v);
    }

    static bool has_fixed(QualType t)
    {
        const RecordDecl *r = t->getAsRecordDecl();
        if (r != nullptr)
            for (const FieldDecl *field : r->fields())
                if (annotations_of(field).fixed || has_fixed(field->getType()))
                    return true;
        return false;
    }

    void fixed(const Expr *lhs, LockState &s, bool look, const Stmt *at)
    {
        if (lhs->getType()->isRecordType() && has_fixed(lhs->getType())) {
            /* *out = ... of an object that the caller is making: it forgets what it knew (engine/flow.cpp). */
            const auto *u = dyn_cast<UnaryOperator>(lhs->IgnoreParens());
            const auto *r = u == nullptr || u->getOpcode() != UO_Deref ? nullptr : dyn_cast<DeclRefExpr>(strip(u->getSubExpr()));
            if (look && !made_here(lhs, s) && !(r != nullptr && isa<ParmVarDecl>(r->getDecl())))
                say(at, "`" + unit.source_text(lhs->getSourceRange()) + "` has SC_FIXED fields, and is changed where others may know the object", "set it in the function that makes the object");
            return;
        }

        const auto *m = dyn_cast<MemberExpr>(lhs->IgnoreParens());

        while (m == nullptr) {
            const auto *sub = dyn_cast<ArraySubscriptExpr>(lhs->IgnoreParens());
            if (sub == nullptr || !strip(sub->getBase())->getType()->isArrayType())
                return;
            lhs = strip(sub->getBase());
            m = dyn_cast<MemberExpr>(lhs);
        }
        const auto *field = dyn_cast<FieldDecl>(m->getMemberDecl());
        if (!look || field == nullptr || !annotations_of(field).fixed || made_here(m, s))
            return;
        say(at, "`" + unit.source_text(m->getSourceRange()) + "` is SC_FIXED, and is changed where others may know the object", "set it in the function that makes the object");
    }

    /* A pointer that is assigned names another object: its locks are not known any more. */
    void assigned(const Expr *lhs, LockState &s, bool look, const Stmt *at)
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
};

class AtomicUses : public RecursiveASTVisitor<AtomicUses> {
public:
    std::vector<const Expr *> list;
    bool VisitAtomicExpr(AtomicExpr *a)
    {
        collect(a->getPtr());
        return true;
    }
    bool VisitCallExpr(CallExpr *c)
    {
        const FunctionDecl *callee = callee_of(c);
        if (callee == nullptr)
            return true;
        std::string name = callee->getNameAsString();
        bool lock = !annotations_of(callee).acquires.empty() || !annotations_of(callee).releases.empty();
        if (lock || name.rfind("atomic_", 0) == 0 || name.rfind("shared_", 0) == 0)
            for (const Expr *arg : c->arguments())
                collect(arg);
        return true;
    }
    /* sizeof x, offsetof: nothing is read. */
    bool VisitUnaryExprOrTypeTraitExpr(UnaryExprOrTypeTraitExpr *e)
    {
        if (!e->isArgumentType())
            collect(e->getArgumentExpr());
        return true;
    }

private:
    void collect(const Expr *e)
    {
        e = strip(e);
        list.push_back(e);
        if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_AddrOf)
            collect(u->getSubExpr());
        else if (const auto *s = dyn_cast<ArraySubscriptExpr>(e))
            collect(s->getBase());
    }
};

/* Ranks: x->lock = SPINLOCK_INIT(R), .lock = SPINLOCK_INIT(R). The rank is the third member of spinlock_t. */
class RankFinder : public RecursiveASTVisitor<RankFinder> {
public:
    RankFinder(Unit &unit, RankByName &ranks) : unit(unit), ranks(ranks) {}
    bool VisitBinaryOperator(BinaryOperator *b)
    {
        if (b->getOpcode() == BO_Assign && is_lock_type(b->getLHS()->getType()))
            if (const FieldDecl *f = last_field(b->getLHS()))
                note(rank_key(f), b->getRHS());
        return true;
    }
    bool VisitVarDecl(VarDecl *v)
    {
        if (v->hasGlobalStorage() && is_lock_type(v->getType()) && v->getInit() != nullptr)
            note(rank_key(unit, v), v->getInit());
        return true;
    }
    bool VisitInitListExpr(InitListExpr *list)
    {
        const RecordDecl *r = list->getType()->getAsRecordDecl();
        if (r == nullptr || r->isUnion())
            return true;
        unsigned i = 0;
        for (const FieldDecl *f : r->fields()) {
            if (i >= list->getNumInits())
                break;
            if (is_lock_type(f->getType()))
                note(rank_key(f), list->getInit(i));
            i++;
        }
        return true;
    }

private:
    Unit &unit;
    RankByName &ranks;
    void note(const std::string &key, const Expr *value)
    {
        value = strip(value);
        if (const auto *c = dyn_cast<CompoundLiteralExpr>(value))
            value = c->getInitializer();
        const auto *list = dyn_cast<InitListExpr>(value);
        Expr::EvalResult r;
        if (list != nullptr && list->getNumInits() > 2 && list->getInit(2)->EvaluateAsInt(r, unit.context()))
            ranks[key] = (int)r.Val.getInt().getExtValue();
    }
};

/* State that functions share and nothing protects. */
class SharedState : public RecursiveASTVisitor<SharedState> {
public:
    SharedState(Unit &unit, Reporter &out) : unit(unit), out(out) {}
    bool VisitVarDecl(VarDecl *v)
    {
        if (!v->hasGlobalStorage() || v->isStaticDataMember() || !unit.judged(v) || unit.in_island(v->getLocation()))
            return true;
        if (!v->isThisDeclarationADefinition())
            return true;
        QualType t = v->getType();
        while (const auto *array = dyn_cast<ArrayType>(t.getTypePtr()))
            t = array->getElementType();
        const Annotations &a = annotations_of(v);
        if (t.isConstQualified() || is_lock_type(t) || a.atomic || a.slot || a.fixed || a.percpu || a.boot || !a.guarded_by.empty() || guards_itself(t))
            return true;
        out.report({ "SC-14", unit.place(v->getLocation()), "`" + v->getNameAsString() + "` is shared, can be written, and nothing says what protects it", {},
                     "SC_GUARDED_BY(lock), SC_ATOMIC, SC_SLOT, SC_FIXED, SC_BOOT, SC_PERCPU, or const", {}, "" });
        return true;
    }

    /* In an object with a lock of its own, every field says whether that protects it. */
    bool VisitRecordDecl(RecordDecl *r)
    {
        if (!r->isCompleteDefinition() || !unit.judged(r) || unit.core_file(r->getLocation()))
            return true;
        bool has_lock = false;
        for (const FieldDecl *f : r->fields())
            has_lock |= is_lock_type(f->getType());
        if (!has_lock)
            return true;
        for (const FieldDecl *f : r->fields()) {
            QualType t = f->getType();
            while (const auto *array = dyn_cast<ArrayType>(t.getTypePtr()))
                t = array->getElementType();
            const Annotations &a = annotations_of(f);
            if (t.isConstQualified() || is_lock_type(t) || (t->isRecordType() && !annotations_of_type(t).opaque) || a.atomic || a.slot || a.fixed || a.boot || !a.guarded_by.empty())
                continue;
            out.report({ "SC-14", unit.place(f->getLocation()), "`" + f->getNameAsString() + "` stands in an object with a lock, and nothing says what protects it", {},
                         "SC_GUARDED_BY(lock), SC_ATOMIC, SC_SLOT, SC_FIXED, or const", {}, "" });
        }
        return true;
    }

private:
    Unit &unit;
    Reporter &out;
    /* A struct whose fields say it themselves, or that holds a lock. */
    static bool guards_itself(QualType t)
    {
        const RecordDecl *r = t->getAsRecordDecl();
        if (r == nullptr)
            return false;
        for (const FieldDecl *f : r->fields())
            if (is_lock_type(f->getType()) || !annotations_of(f).guarded_by.empty())
                return true;
        return false;
    }
};

class StateProtected : public Rule {
public:
    const char *id() const override { return "SC-14"; }
    const char *title() const override { return "shared state is per-CPU, atomic, RCU, or used under its lock; locks keep their order"; }
    void check_module(Module &module, Reporter &out) override
    {
        Program program;
        CallGraphOf graph(module);
        Reporter quiet;

        program.kept = &kept_parameters(module);
        for (auto &unit : module.units)
            RankFinder(*unit, program.ranks).TraverseDecl(unit->context().getTranslationUnitDecl());
        taken_below(graph, program);
        /* What the _locked functions need, until nothing is added. */
        for (bool again = true; again;) {
            again = false;
            each(module, [&](Unit &unit, const FunctionDecl *f, const CFG &cfg) {
                if (ends_in_locked(f->getNameAsString()) && annotations_of(f).holds.empty())
                    for (const Need &n : look(unit, f, cfg, program, quiet))
                        again |= program.needs[function_key(unit, f)].insert(n).second;
            });
        }
        each(module, [&](Unit &unit, const FunctionDecl *f, const CFG &cfg) { look(unit, f, cfg, program, out); });
        for (auto &unit : module.units)
            if (!unit->options->host)
                SharedState(*unit, out).TraverseDecl(unit->context().getTranslationUnitDecl());
    }

private:
    template <class F> static void each(Module &module, F f)
    {
        for (auto &unit : module.units)
            for (const FunctionDecl *d : judged_functions(*unit)) {
                const CFG *cfg = graph_of(*unit, d);
                /* The core's own lock functions are made of instructions. */
                if (cfg != nullptr && !(!annotations_of(d).acquires.empty() && unit->core_file(d->getLocation())))
                    f(*unit, d, *cfg);
            }
    }

    static std::set<Need> look(Unit &unit, const FunctionDecl *f, const CFG &cfg, const Program &program, Reporter &out)
    {
        Locks locks(unit, f, program, out);
        AtomicUses uses;

        uses.TraverseStmt(f->getBody());
        for (const Expr *e : uses.list)
            locks.note_atomic(e);
        walk(cfg, locks, locks.entry());
        return locks.needs;
    }

    /* The lowest rank a function takes, and which locks, itself or by what it calls. */
    static void taken_below(CallGraphOf &graph, Program &program)
    {
        for (bool again = true; again;) {
            again = false;
            for (CallGraphOf::Node *n : graph.nodes())
                for (auto &[call, target, callee] : n->calls) {
                    int r = 0;
                    std::string name = function_key(*n->unit, n->f), below = function_key(*n->unit, target);
                    if (!annotations_of(target).acquires.empty() && call->getNumArgs() > 0) {
                        for (const Expr *arg : call->arguments()) {
                            const FieldDecl *f = last_field(arg);
                            if (f != nullptr && is_lock_type(f->getType())) {
                                if (auto it = program.ranks.find(rank_key(f)); it != program.ranks.end() && (r == 0 || it->second < r))
                                    r = it->second;
                                again |= program.taken[name].insert(rank_key(f)).second;
                            } else if (const auto *u = dyn_cast<UnaryOperator>(strip(arg)); u != nullptr && u->getOpcode() == UO_AddrOf) {
                                const auto *ref = dyn_cast<DeclRefExpr>(strip(u->getSubExpr()));
                                const auto *v = ref == nullptr ? nullptr : dyn_cast<VarDecl>(ref->getDecl());
                                if (v == nullptr || !is_lock_type(v->getType()))
                                    continue;
                                std::string key = rank_key(*n->unit, v);
                                if (auto it = program.ranks.find(key); it != program.ranks.end() && (r == 0 || it->second < r))
                                    r = it->second;
                                again |= program.taken[name].insert(key).second;
                            }
                        }
                    } else {
                        if (auto it = program.lowest.find(below); it != program.lowest.end())
                            r = it->second;
                        if (auto it = program.taken.find(below); it != program.taken.end() && below != name)
                            for (const std::string &lock : std::set<std::string>(it->second))
                                again |= program.taken[name].insert(lock).second;
                    }
                    int &mine = program.lowest[name];
                    if (r != 0 && (mine == 0 || r < mine)) {
                        mine = r;
                        again = true;
                    }
                }
        }
    }
};

SAFECC_RULE(StateProtected);

} // namespace
} // namespace safecc
