/* SPDX-License-Identifier: MIT */
/*
 * SC-14: shared mutable state is per-CPU, atomic, RCU, fixed once published, or touched only under its lock.
 *
 * A lock is known by the text of its path from a variable (`&q->lock`: variable q, ->lock); anything that has no such path
 * is refused. Along each path of a function: which locks are certainly held, which perhaps. Ranks come from the initialisers
 * (SPINLOCK_INIT(RANK_...)) that the units show.
 */
#include "engine/flow.h"
#include "engine/walk.h"

using namespace clang;

namespace safecc {
namespace {

/* x, x.f, x->f, x[i], *x, &x as text; "" when the path holds a call or worse. */
std::string path_of(const Expr *e)
{
    e = strip(e);
    if (const auto *u = dyn_cast<UnaryOperator>(e)) {
        if (u->getOpcode() == UO_AddrOf || u->getOpcode() == UO_Deref)
            return path_of(u->getSubExpr());
        return "";
    }
    if (const auto *r = dyn_cast<DeclRefExpr>(e))
        return r->getDecl()->getNameAsString();
    if (const auto *m = dyn_cast<MemberExpr>(e)) {
        std::string base = path_of(m->getBase());
        if (base.empty())
            return "";
        /* A step through an anonymous struct has no name. */
        return m->getMemberDecl()->getName().empty() ? base : base + "." + m->getMemberDecl()->getNameAsString();
    }
    if (const auto *s = dyn_cast<ArraySubscriptExpr>(e)) {
        std::string base = path_of(s->getBase()), index = path_of(s->getIdx());
        if (const auto *l = dyn_cast<IntegerLiteral>(strip(s->getIdx())))
            index = std::to_string(l->getValue().getZExtValue());
        return base.empty() || index.empty() ? "" : base + "[" + index + "]";
    }
    return "";
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

struct LockState {
    std::set<Held> must, may;
    std::map<std::string, const Stmt *> where;
};

using Ranks = std::map<const void *, int>; /* a lock's field or variable, by canonical declaration; see rank_key */
using RankByName = std::map<std::string, int>;

std::string rank_key(const FieldDecl *f)
{
    return f->getParent()->getNameAsString() + "." + f->getNameAsString();
}

bool is_lock_type(QualType t)
{
    const auto *td = t->getAs<TypedefType>();
    return td != nullptr && td->getDecl()->getName() == "spinlock_t";
}

class Locks {
public:
    Locks(Unit &unit, const FunctionDecl *f, const RankByName &ranks, const std::map<std::string, int> &lowest, Reporter &out)
        : unit(unit), f(f), ranks(ranks), lowest(lowest), out(out)
    {
        std::string name = f->getNameAsString();
        trusting = (name.size() > 7 && name.substr(name.size() - 7) == "_locked") || !annotations_of(f).holds.empty();
    }

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
        size_t a = into.must.size(), b = into.may.size();
        std::set<Held> both;
        for (const Held &h : into.must)
            if (from.must.count(h))
                both.insert(h);
        into.must = both;
        into.may.insert(from.may.begin(), from.may.end());
        into.where.insert(from.where.begin(), from.where.end());
        return a != into.must.size() || b != into.may.size();
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
    }

    void step(const Stmt *st, LockState &s, bool look)
    {
        if (const auto *call = dyn_cast<CallExpr>(st))
            this->call(call, s, look);
        else if (const auto *m = dyn_cast<MemberExpr>(st))
            member(m, s, look);
        else if (const auto *r = dyn_cast<DeclRefExpr>(st))
            global(r, s, look);
        else if (const auto *b = dyn_cast<BinaryOperator>(st); b != nullptr && b->isAssignmentOp())
            assigned(b->getLHS(), s, look, b);
        else if (const auto *d = dyn_cast<DeclStmt>(st))
            for (const Decl *one : d->decls())
                if (const auto *v = dyn_cast<VarDecl>(one); v != nullptr && v->getInit() != nullptr && makes(v->getInit()))
                    fresh.insert(v);
    }

    /* Members inside atomic operations are read as the rule wants; the walk is told of them first. */
    void note_atomic(const Expr *e) { atomic.insert(e); }

private:
    Unit &unit;
    const FunctionDecl *f;
    const RankByName &ranks;
    const std::map<std::string, int> &lowest;
    Reporter &out;
    bool trusting = false;
    std::set<Held> at_entry;
    std::set<const Expr *> atomic;
    std::set<const VarDecl *> fresh; /* objects this function made and nobody knows yet */

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
        for (const std::string &a : annotations_of(f).acquires)
            if (dotted(a) == h.path)
                return true;
        return false;
    }

    static bool makes(const Expr *e)
    {
        const auto *call = dyn_cast<CallExpr>(strip(e));
        const FunctionDecl *callee = call == nullptr ? nullptr : call->getDirectCallee();
        if (callee == nullptr)
            return isa<StmtExpr>(strip(e));
        std::string name = callee->getNameAsString();
        return annotations_of(callee).owned || (name.size() > 4 && name.substr(name.size() - 4) == "_new");
    }

    /* What a call's annotation text names, in the caller's words. */
    static std::string in_caller(const CallExpr *call, const std::string &text, const FieldDecl **field)
    {
        const FunctionDecl *callee = call->getDirectCallee();
        std::string path = dotted(text), head = path.substr(0, path.find('.'));

        *field = nullptr;
        for (unsigned i = 0; i < callee->getNumParams() && i < call->getNumArgs(); i++)
            for (const FunctionDecl *d : callee->redecls())
                if (d->getParamDecl(i)->getName() == head) {
                    std::string base = path_of(call->getArg(i));
                    if (path == head)
                        *field = last_field(call->getArg(i));
                    return base.empty() ? "" : base + path.substr(head.size());
                }
        return path;
    }

    void call(const CallExpr *call, LockState &s, bool look)
    {
        const FunctionDecl *callee = call->getDirectCallee();

        if (callee == nullptr || callee->getBuiltinID() != 0)
            return;
        const Annotations &a = annotations_of(callee);
        std::string name = callee->getNameAsString();
        const FieldDecl *field = nullptr;

        for (const std::string &h : a.holds) {
            std::string path = in_caller(call, h, &field);
            if (look && !s.must.count({ path, nullptr }) && !trusting)
                say(call, "`" + name + "` needs `" + (path.empty() ? h : path) + "` held", "take it first");
        }
        if (look && name.size() > 7 && name.substr(name.size() - 7) == "_locked" && a.holds.empty() && s.must.empty() && !trusting && !argument_fresh(call))
            say(call, "`" + name + "` is called with no lock held", "take the lock first, or let this function end in _locked too");
        for (const std::string &r : a.releases) {
            std::string path = in_caller(call, r, &field);
            Held h{ path, field };
            if (look && path.empty())
                say(call, "a lock must be named by a path of variables and fields", "copy the address of the object to a local");
            else if (look && !s.must.count(h) && !trusting)
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
            if (look && field != nullptr)
                order(call, h, s);
            together.insert(h);
            s.where[path] = call;
        }
        s.must.insert(together.begin(), together.end());
        s.may.insert(together.begin(), together.end());
        if (look && a.acquires.empty()) {
            auto it = lowest.find(name);
            if (it != lowest.end())
                for (const Held &h : s.must)
                    if (int mine = rank(h); mine != 0 && it->second != 0 && it->second <= mine)
                        say(call, "`" + name + "` takes a lock of rank " + std::to_string(it->second) + " while `" + h.path + "` of rank " + std::to_string(mine) + " is held", "see the lock order in core/lock.h");
        }
    }

    bool argument_fresh(const CallExpr *call)
    {
        for (const Expr *arg : call->arguments())
            if (const auto *r = dyn_cast<DeclRefExpr>(strip(arg)))
                if (const auto *v = dyn_cast<VarDecl>(r->getDecl()); v != nullptr && fresh.count(v))
                    return true;
        return false;
    }

    int rank(const Held &h)
    {
        if (h.field == nullptr)
            return 0;
        auto it = ranks.find(rank_key(h.field));
        return it == ranks.end() ? 0 : it->second;
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

    bool holds(const std::string &guard, const std::string &base, const FieldDecl *guarded, const LockState &s)
    {
        std::string g = dotted(guard);
        size_t dot = g.find('.');

        if (s.must.count({ base + "." + g, nullptr }) || s.must.count({ g, nullptr }))
            return true;
        /* type.field: any held lock that is that field of that type */
        if (dot != std::string::npos)
            for (const Held &h : s.must)
                if (h.field != nullptr && h.field->getNameAsString() == g.substr(dot + 1) && h.field->getParent()->getNameAsString() == g.substr(0, dot))
                    return true;
        /* An enclosing object's lock, one step out at a time. */
        for (std::string outer = base; outer.find('.') != std::string::npos;) {
            outer = outer.substr(0, outer.rfind('.'));
            if (s.must.count({ outer + "." + g, nullptr }))
                return true;
        }
        (void)guarded;
        return false;
    }

    void member(const MemberExpr *m, LockState &s, bool look)
    {
        const auto *field = dyn_cast<FieldDecl>(m->getMemberDecl());

        if (!look || field == nullptr || trusting || atomic.count(m))
            return;
        const Annotations &a = annotations_of(field);
        if (a.guarded_by.empty())
            return;
        const VarDecl *v = root(m);
        if (v != nullptr && (fresh.count(v) || (v->hasLocalStorage() && !m->isArrow() && !v->getType()->isPointerType())))
            return;
        std::string base = path_of(m->getBase());
        if (holds(a.guarded_by, base, field, s))
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

        if (!look || v == nullptr || !v->hasGlobalStorage() || trusting || atomic.count(r))
            return;
        const Annotations &a = annotations_of(v);
        if (!a.guarded_by.empty() && !holds(a.guarded_by, "", nullptr, s))
            say(r, "`" + v->getNameAsString() + "` is used without `" + a.guarded_by + "` held", "take the lock first");
    }

    /* A pointer that is assigned names another object: its locks are not known any more. */
    void assigned(const Expr *lhs, LockState &s, bool look, const Stmt *at)
    {
        const auto *r = dyn_cast<DeclRefExpr>(lhs->IgnoreParens());
        if (r == nullptr)
            return;
        std::string name = r->getDecl()->getNameAsString();
        if (const auto *b = dyn_cast<BinaryOperator>(at); b != nullptr && makes(b->getRHS()))
            if (const auto *v = dyn_cast<VarDecl>(r->getDecl()))
                fresh.insert(v);
        for (auto it = s.must.begin(); it != s.must.end();) {
            if (it->path.rfind(name + ".", 0) == 0) {
                if (look)
                    say(at, "`" + name + "` is assigned while `" + it->path + "` is held", "keep the pointer until the lock is released");
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
        const FunctionDecl *callee = c->getDirectCallee();
        if (callee == nullptr)
            return true;
        std::string name = callee->getNameAsString();
        bool lock = !annotations_of(callee).acquires.empty() || !annotations_of(callee).releases.empty();
        if (lock || name.rfind("atomic_", 0) == 0 || name.rfind("shared_", 0) == 0)
            for (const Expr *arg : c->arguments())
                collect(arg);
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
                note(f, b->getRHS());
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
                note(f, list->getInit(i));
            i++;
        }
        return true;
    }

private:
    Unit &unit;
    RankByName &ranks;
    void note(const FieldDecl *f, const Expr *value)
    {
        value = strip(value);
        if (const auto *c = dyn_cast<CompoundLiteralExpr>(value))
            value = c->getInitializer();
        const auto *list = dyn_cast<InitListExpr>(value);
        Expr::EvalResult r;
        if (list != nullptr && list->getNumInits() > 2 && list->getInit(2)->EvaluateAsInt(r, unit.context()))
            ranks[rank_key(f)] = (int)r.Val.getInt().getExtValue();
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
        RankByName ranks;
        std::map<std::string, int> lowest;
        CallGraphOf graph(module);

        for (auto &unit : module.units)
            RankFinder(*unit, ranks).TraverseDecl(unit->context().getTranslationUnitDecl());
        lowest_ranks(graph, ranks, lowest);
        for (auto &unit : module.units) {
            for (const FunctionDecl *f : judged_functions(*unit)) {
                const CFG *cfg = graph_of(*unit, f);
                if (cfg == nullptr || !annotations_of(f).acquires.empty())
                    continue;
                Locks locks(*unit, f, ranks, lowest, out);
                AtomicUses uses;
                uses.TraverseStmt(f->getBody());
                for (const Expr *e : uses.list)
                    locks.note_atomic(e);
                walk(*cfg, locks, locks.entry());
            }
            if (!unit->options->host)
                SharedState(*unit, out).TraverseDecl(unit->context().getTranslationUnitDecl());
        }
    }

private:
    /* The lowest rank a function takes, itself or by what it calls. */
    static void lowest_ranks(CallGraphOf &graph, const RankByName &ranks, std::map<std::string, int> &lowest)
    {
        for (bool again = true; again;) {
            again = false;
            for (CallGraphOf::Node *n : graph.nodes())
                for (auto &[call, callee] : n->calls) {
                    int r = 0;
                    const FunctionDecl *target = call->getDirectCallee();
                    if (!annotations_of(target).acquires.empty() && call->getNumArgs() > 0) {
                        if (const FieldDecl *f = last_field(call->getArg(0)))
                            if (auto it = ranks.find(rank_key(f)); it != ranks.end())
                                r = it->second;
                    } else if (auto it = lowest.find(target->getNameAsString()); it != lowest.end()) {
                        r = it->second;
                    }
                    int &mine = lowest[n->f->getNameAsString()];
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
