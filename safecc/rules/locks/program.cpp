/* SPDX-License-Identifier: MIT */
/* Ranks come from the initialisers (SPINLOCK_INIT(RANK_...)) that the units show; what is taken goes up the call graph. */
#include "rules/locks/program.h"

#include "engine/shapes.h"
#include "rules/locks/paths.h"

using namespace clang;

namespace safecc::locks {

std::string rank_key(const FieldDecl *f)
{
    return f->getParent()->getNameAsString() + "." + f->getNameAsString();
}

std::string rank_key(const Unit &unit, const VarDecl *v)
{
    return v->isExternallyVisible() ? v->getNameAsString() : unit.path + ":" + v->getNameAsString();
}

bool is_lock_type(QualType t)
{
    const auto *td = t->getAs<TypedefType>();
    return td != nullptr && td->getDecl()->getName() == "spinlock_t";
}

bool needs_are_found(const FunctionDecl *f)
{
    std::string name = f->getNameAsString();
    return name.size() > 7 && name.substr(name.size() - 7) == "_locked" && annotations_of(f).holds.empty();
}

namespace {

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
        for (auto [f, init] : members_of(list))
            if (init != nullptr && is_lock_type(f->getType()))
                note(rank_key(f), init);
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

/* The lock that an argument of a locking function names; "" when it is none. */
std::string lock_named(const Unit &unit, const Expr *arg)
{
    if (const FieldDecl *f = last_field(arg); f != nullptr && is_lock_type(f->getType()))
        return rank_key(f);
    const auto *u = dyn_cast<UnaryOperator>(strip(arg));
    const auto *r = u == nullptr || u->getOpcode() != UO_AddrOf ? nullptr : dyn_cast<DeclRefExpr>(strip(u->getSubExpr()));
    const auto *v = r == nullptr ? nullptr : dyn_cast<VarDecl>(r->getDecl());
    return v != nullptr && is_lock_type(v->getType()) ? rank_key(unit, v) : "";
}

class Taken {
public:
    explicit Taken(Program &program) : program(program) {}
    /* Returns whether the call added to what its function takes. */
    bool add(const CallGraphOf::Node &n, const CallGraphOf::Edge &edge)
    {
        std::string name = function_key(*n.unit, n.f), below = function_key(*n.unit, edge.target);

        lowest = 0;
        changed = false;
        if (!annotations_of(edge.target).acquires.empty() && edge.call->getNumArgs() > 0)
            itself(n, edge.call, name);
        else
            by_callee(below, name);
        int &mine = program.lowest[name];
        if (lowest != 0 && (mine == 0 || lowest < mine)) {
            mine = lowest;
            changed = true;
        }
        return changed;
    }

private:
    Program &program;
    int lowest = 0;
    bool changed = false;

    void itself(const CallGraphOf::Node &n, const CallExpr *call, const std::string &name)
    {
        for (const Expr *arg : call->arguments()) {
            std::string lock = lock_named(*n.unit, arg);
            if (lock.empty())
                continue;
            if (auto it = program.ranks.find(lock); it != program.ranks.end() && (lowest == 0 || it->second < lowest))
                lowest = it->second;
            changed |= program.taken[name].insert(lock).second;
        }
    }
    void by_callee(const std::string &below, const std::string &name)
    {
        if (auto it = program.lowest.find(below); it != program.lowest.end())
            lowest = it->second;
        if (auto it = program.taken.find(below); it != program.taken.end() && below != name)
            for (const std::string &lock : std::set<std::string>(it->second))
                changed |= program.taken[name].insert(lock).second;
    }
};

} // namespace

void find_ranks(Unit &unit, Program &program)
{
    RankFinder(unit, program.ranks).TraverseDecl(unit.context().getTranslationUnitDecl());
}

void find_taken(CallGraphOf &graph, Program &program)
{
    Taken taken(program);

    for (bool again = true; again;) {
        again = false;
        for (CallGraphOf::Node *n : graph.nodes())
            for (const CallGraphOf::Edge &edge : n->calls)
                again |= taken.add(*n, edge);
    }
}

} // namespace safecc::locks
