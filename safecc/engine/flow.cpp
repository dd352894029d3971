/* SPDX-License-Identifier: MIT */
/* The fixpoint over a function's control-flow graph. Statements: transfer.cpp; branches: refine.cpp; values: eval.cpp, null.cpp. */
#include "engine/flow.h"

#include "engine/walk.h"

using namespace clang;

namespace safecc {

State Flow::entry_state() const
{
    State s;

    s.reachable = true;
    s.zone = Zone(keys.nr_integers());
    s.null.assign(keys.nr_pointers(), Null::Unknown);
    s.why.assign(keys.nr_pointers(), nullptr);
    for (size_t i = 1; i < keys.nr_integers(); i++) {
        const Key &k = keys.integer_key(i);
        Interval t = type_range(keys.integer_type(i));
        s.zone.set_range(i, declared_range(k.path.empty() ? static_cast<const ValueDecl *>(k.base) : k.path.back(), t));
    }
    for (size_t i = 0; i < keys.nr_pointers(); i++) {
        const Key &k = keys.pointer_key(i);
        bool parm = k.path.empty() && isa<ParmVarDecl>(k.base);
        s.null[i] = k.path.empty() ? null_from_declaration(k.base, !parm) : null_from_declaration(k.path.back(), true);
        s.why[i] = nullptr;
    }
    return s;
}

void Flow::run_block(const CFGBlock &b, State &s, const std::function<void(const Stmt *, const State &)> *seen) const
{
    for (const CFGElement &element : b) {
        auto st = element.getAs<CFGStmt>();
        if (!st)
            continue;
        if (s.zone.unreachable()) {
            if (seen == nullptr)
                return;
            s = entry_state();
        }
        if (seen != nullptr)
            (*seen)(st->getStmt(), s);
        take_effect(st->getStmt(), s);
    }
}

State Flow::edge(const CFGBlock &from, const CFGBlock *to, unsigned index, const State &out) const
{
    State s = out;
    const Stmt *terminator = from.getTerminatorStmt();

    if (s.zone.unreachable())
        s.reachable = false;
    if (terminator == nullptr || !s.reachable)
        return s;
    if (const auto *sw = dyn_cast<SwitchStmt>(terminator)) {
        const auto *label = dyn_cast_or_null<CaseStmt>(to->getLabel());
        if (label != nullptr && sw->getCond()->getType()->isIntegralOrEnumerationType()) {
            Value v = eval(sw->getCond(), s), lo = eval(label->getLHS(), s), hi = label->getRHS() != nullptr ? eval(label->getRHS(), s) : lo;
            at_most(v, hi, 0, s);
            at_most(lo, v, 0, s);
        } else if (sw->getCond()->getType()->isIntegralOrEnumerationType()) {
            /* Neither of the cases: cut them off the ends. */
            for (bool again = true; again;) {
                again = false;
                for (const SwitchCase *c = sw->getSwitchCaseList(); c != nullptr; c = c->getNextSwitchCase())
                    if (const auto *one = dyn_cast<CaseStmt>(c); one != nullptr && one->getRHS() == nullptr) {
                        Value v = eval(sw->getCond(), s), k = eval(one->getLHS(), s);
                        if (v.range.constant() || s.zone.unreachable())
                            continue;
                        if (v.range.lo == k.range.lo && v.key != Keys::none) {
                            at_most(k, v, -1, s);
                            again = true;
                        } else if (v.range.hi == k.range.lo && v.key != Keys::none) {
                            at_most(v, k, -1, s);
                            again = true;
                        }
                    }
            }
        }
    } else if (from.succ_size() == 2) {
        const auto *cond = dyn_cast_or_null<Expr>(from.getTerminatorCondition());
        if (cond != nullptr)
            refine(decided(from, cond), index == 0, s);
    }
    if (s.zone.unreachable())
        s.reachable = false;
    return s;
}

static bool join_state(State &into, const State &from, bool widen, const std::vector<Wide> &thresholds)
{
    bool changed = false;

    if (!from.reachable)
        return false;
    if (!into.reachable) {
        into = from;
        return true;
    }
    if (widen)
        changed = into.zone.widen(from.zone, thresholds);
    else
        changed = into.zone.join(from.zone);
    for (size_t i = 0; i < into.null.size(); i++) {
        Null a = into.null[i], b = from.null[i], r = a;
        if (a == b)
            continue;
        if (a == Null::Declared || b == Null::Declared || a == Null::Always || b == Null::Always)
            r = Null::Declared;
        else
            r = Null::Unknown;
        if (r != a) {
            if (b == Null::Declared || b == Null::Always)
                into.why[i] = from.why[i];
            into.null[i] = r;
            changed = true;
        }
    }
    return changed;
}

class ConstantFinder : public RecursiveASTVisitor<ConstantFinder> {
public:
    std::set<Wide> values;
    bool VisitIntegerLiteral(IntegerLiteral *l)
    {
        if (l->getValue().getActiveBits() <= 64) {
            auto v = (Wide)l->getValue().getZExtValue();
            values.insert({ v - 1, v, v + 1 });
        }
        return true;
    }
    bool VisitArraySubscriptExpr(ArraySubscriptExpr *s)
    {
        const Expr *base = s->getBase()->IgnoreParenImpCasts();
        if (const auto *a = dyn_cast<ConstantArrayType>(base->getType().getCanonicalType())) {
            auto v = (Wide)a->getSize().getZExtValue();
            values.insert({ v - 1, v });
        }
        return true;
    }
};

void Flow::solve()
{
    std::vector<unsigned> visits(cfg->getNumBlockIDs(), 0);
    ConstantFinder constants;
    std::set<unsigned> pending;
    std::vector<unsigned> order(cfg->getNumBlockIDs(), 0);
    std::vector<const CFGBlock *> block_of(cfg->getNumBlockIDs(), nullptr);

    constants.TraverseStmt(const_cast<Stmt *>(f->getBody()));
    for (unsigned w : { 8, 16, 32, 64 })
        constants.values.insert({ ((Wide)1 << w) - 1, ((Wide)1 << (w - 1)) - 1, (Wide)1 << (w - 1) });
    constants.values.insert(0);
    thresholds.assign(constants.values.begin(), constants.values.end());
    for (const CFGBlock *b : *cfg)
        block_of[b->getBlockID()] = b;
    in.assign(cfg->getNumBlockIDs(), State());
    in[cfg->getEntry().getBlockID()] = entry_state();
    /* Higher ids come first in a CFG of clang. */
    pending.insert(cfg->getEntry().getBlockID());
    while (!pending.empty()) {
        unsigned id = *pending.rbegin();
        pending.erase(id);
        const CFGBlock *b = block_of[id];
        State out = in[id];
        run_block(*b, out, nullptr);
        unsigned index = 0;
        for (const CFGBlock::AdjacentBlock &succ : b->succs()) {
            const CFGBlock *to = succ.getReachableBlock();
            unsigned k = index++;
            if (to == nullptr)
                continue;
            unsigned t = to->getBlockID();
            bool back = t >= id;
            State next = edge(*b, to, k, out);
            if (back)
                visits[t]++;
            if (join_state(in[t], next, back && visits[t] > 1, visits[t] > 6 ? std::vector<Wide>() : thresholds))
                pending.insert(t);
        }
    }
    /* Two turns downward win back what widening gave away. */
    for (int turn = 0; turn < 2; turn++) {
        std::vector<State> fresh(in.size());
        fresh[cfg->getEntry().getBlockID()] = in[cfg->getEntry().getBlockID()];
        for (auto it = block_of.rbegin(); it != block_of.rend(); ++it) {
            const CFGBlock *b = *it;
            if (b == nullptr || !in[b->getBlockID()].reachable)
                continue;
            State out = in[b->getBlockID()];
            run_block(*b, out, nullptr);
            unsigned index = 0;
            for (const CFGBlock::AdjacentBlock &succ : b->succs()) {
                const CFGBlock *to = succ.getReachableBlock();
                unsigned k = index++;
                if (to != nullptr)
                    join_state(fresh[to->getBlockID()], edge(*b, to, k, out), false, thresholds);
            }
        }
        in = std::move(fresh);
    }
}

Flow::Flow(Unit &unit, const FunctionDecl *f)
    : unit(unit), context(unit.context()), f(f), keys(f, unit.context(), unit.options->host)
{
    CFG::BuildOptions options;

    options.setAllAlwaysAdd();
    options.PruneTriviallyFalseEdges = false;
    cfg = CFG::buildCFG(f, f->getBody(), &unit.context(), options);
    if (cfg != nullptr)
        solve();
}

void Flow::visit(const std::function<void(const Stmt *, const State &)> &seen) const
{
    for (auto it = cfg->begin(); it != cfg->end(); ++it) {
        /* Code held to be unreachable is judged all the same, as if nothing were known: its checks back up the analysis. */
        State s = in[(*it)->getBlockID()];
        if (!s.reachable)
            s = entry_state();
        run_block(**it, s, &seen);
    }
}

std::string Flow::describe(const Expr *e, const Value &v, const State &) const
{
    std::string name = unit.source_text(e->getSourceRange());
    Interval t = type_range(e->getType());

    if (v.constant())
        return "`" + name + "` is " + wide_text(v.range.lo);
    std::string text = "`" + name + "` may be ";
    text += v.range.lo <= t.lo ? "as low as " + wide_text(t.lo) : wide_text(v.range.lo);
    text += v.range.hi >= t.hi ? " and as high as " + wide_text(t.hi) + " (nothing here bounds it)" : " to " + wide_text(v.range.hi);
    for (auto [k, c] : v.below)
        if (k > 0)
            text += "; it is at most `" + keys.text(keys.integer_key((size_t)k)) + "`" + (c == 0 ? "" : (c > 0 ? " + " : " - ") + wide_text(c > 0 ? c : -c));
    return text;
}

const Flow *FlowCache::of(Unit &unit, const FunctionDecl *f)
{
    static std::map<const FunctionDecl *, std::unique_ptr<Flow>> cache;
    auto &slot = cache[f];

    if (slot == nullptr)
        slot = std::make_unique<Flow>(unit, f);
    return slot->good() ? slot.get() : nullptr;
}

std::vector<const FunctionDecl *> judged_functions(Unit &unit)
{
    std::vector<const FunctionDecl *> list;

    for (const Decl *d : unit.context().getTranslationUnitDecl()->decls()) {
        const auto *f = dyn_cast<FunctionDecl>(d);
        if (f != nullptr && f->isThisDeclarationADefinition() && f->hasBody() && unit.judged(f) && !unit.in_island(f->getLocation()))
            list.push_back(f);
    }
    return list;
}

} // namespace safecc
