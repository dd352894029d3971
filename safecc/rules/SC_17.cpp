/* SPDX-License-Identifier: MIT */
/*
 * SC-17: every loop ends, and every entry promptly. A loop counts towards a bound that it does not move, or says how often
 * it turns (SC_TRIPS), or what falls each turn (SC_VARIANT); else it gets a fuel check on its back edge. In a module a loop
 * that is not short takes its turns from what its entry has left, so that nested loops and called ones share one budget.
 */
#include "engine/bounds.h"
#include "engine/checks.h"
#include "engine/shapes.h"

using namespace clang;

namespace safecc {
namespace {

constexpr Wide short_turns = 4096;                      /* a loop of so few, with nothing long in it, costs its entry nothing */
constexpr const char *module_fuel = "1048576UL";        /* turns of one loop where no entry's fuel is declared */
constexpr const char *core_fuel = "68719476736UL";      /* in the core, which maps all memory and waits for devices */
constexpr const char *host_fuel = "1099511627776UL";    /* in a program of the host profile */

/* How the loop changes each local. */
class Changes : public RecursiveASTVisitor<Changes> {
public:
    struct Change {
        bool up = false, down = false, other = false;
        std::vector<const Stmt *> where;
    };
    std::map<const ValueDecl *, Change> of;
    std::set<const ValueDecl *> touched; /* locals a part of which is assigned, or whose address is taken; and assigned fields */
    bool calls = false;                  /* anything behind a pointer may change */

    bool VisitCallExpr(CallExpr *c)
    {
        calls |= c->getBuiltinCallee() == 0;
        return true;
    }
    bool VisitAtomicExpr(AtomicExpr *)
    {
        calls = true;
        return true;
    }

    bool VisitBinaryOperator(BinaryOperator *b)
    {
        if (!b->isAssignmentOp())
            return true;
        part(b->getLHS());
        Change *c = slot(b->getLHS());
        if (c == nullptr)
            return true;
        c->where.push_back(b);
        const Expr *r = strip(b->getRHS());
        bool positive = positive_constant(r);
        BinaryOperatorKind op = b->getOpcode();
        if ((op == BO_AddAssign && positive))
            c->up = true;
        else if (op == BO_SubAssign && positive)
            c->down = true;
        else if (op == BO_ShrAssign && positive)
            c->down = true;
        else if (op == BO_DivAssign && constant_above(r, 1))
            c->down = true;
        else if (op == BO_AndAssign && clears_a_bit(b))
            c->down = true;
        else if (op == BO_Assign && steps(b, BO_Add))
            c->up = true;
        else if (op == BO_Assign && (steps(b, BO_Sub) || steps(b, BO_Shr) || (steps(b, BO_Div))))
            c->down = true;
        else
            c->other = true;
        return true;
    }
    bool VisitUnaryOperator(UnaryOperator *u)
    {
        Change *c = nullptr;
        if (u->isIncrementDecrementOp() || u->getOpcode() == UO_AddrOf)
            part(u->getSubExpr());
        if (u->isIncrementDecrementOp() && (c = slot(u->getSubExpr())) != nullptr) {
            (u->isIncrementOp() ? c->up : c->down) = true;
            c->where.push_back(u);
        } else if (u->getOpcode() == UO_AddrOf && (c = slot(u->getSubExpr())) != nullptr) {
            c->other = true;
        }
        return true;
    }

private:
    Change *slot(const Expr *e)
    {
        const auto *r = dyn_cast<DeclRefExpr>(e->IgnoreParens());
        return r == nullptr ? nullptr : &of[r->getDecl()];
    }
    void part(const Expr *e)
    {
        e = e->IgnoreParens();
        if (const auto *m = dyn_cast<MemberExpr>(e))
            touched.insert(m->getMemberDecl());
        if (!isa<DeclRefExpr>(e))
            if (const VarDecl *v = root_variable(e))
                touched.insert(v);
    }
    static bool constant_above(const Expr *e, int64_t least)
    {
        const auto *l = dyn_cast<IntegerLiteral>(e);
        return l != nullptr && l->getValue().getActiveBits() < 32 && (int64_t)l->getValue().getZExtValue() > least;
    }
    static bool positive_constant(const Expr *e) { return constant_above(e, 0); }
    /* x = x op c */
    static bool steps(const BinaryOperator *b, BinaryOperatorKind op)
    {
        const auto *r = dyn_cast<BinaryOperator>(strip(b->getRHS()));
        if (r == nullptr || r->getOpcode() != op || !constant_above(strip(r->getRHS()), op == BO_Div ? 1 : 0))
            return false;
        const auto *x = dyn_cast<DeclRefExpr>(strip(b->getLHS())), *y = dyn_cast<DeclRefExpr>(strip(r->getLHS()));
        return x != nullptr && y != nullptr && x->getDecl() == y->getDecl();
    }
    /* x &= x - 1 */
    static bool clears_a_bit(const BinaryOperator *b)
    {
        const auto *r = dyn_cast<BinaryOperator>(strip(b->getRHS()));
        if (r == nullptr || r->getOpcode() != BO_Sub || !constant_above(strip(r->getRHS()), 0))
            return false;
        const auto *x = dyn_cast<DeclRefExpr>(strip(b->getLHS())), *y = dyn_cast<DeclRefExpr>(strip(r->getLHS()));
        return x != nullptr && y != nullptr && x->getDecl() == y->getDecl();
    }
};

class Loops : public RecursiveASTVisitor<Loops> {
public:
    Loops(Unit &unit, const FunctionDecl *f, Reporter &out) : unit(unit), f(f), flow(FlowCache::of(unit, f)), out(out) {}

    bool TraverseAttributedStmt(AttributedStmt *s)
    {
        auto words = statement_annotation(s);
        if (words.size() == 2 && (words[0] == "variant" || words[0] == "trips")) {
            const Stmt *sub = s->getSubStmt();
            if (isa<ForStmt>(sub) || isa<WhileStmt>(sub) || isa<DoStmt>(sub))
                annotated[sub] = words;
            else
                error(s->getBeginLoc(), "SC_" + std::string(words[0] == "trips" ? "TRIPS" : "VARIANT") + " stands before something that is no loop", "put it right before for, while or do");
        }
        return RecursiveASTVisitor::TraverseAttributedStmt(s);
    }
    bool VisitForStmt(ForStmt *s) { return loop(s, s->getCond(), s->getBody(), s->getInc()); }
    bool VisitWhileStmt(WhileStmt *s) { return loop(s, s->getCond(), s->getBody(), nullptr); }
    bool VisitDoStmt(DoStmt *s) { return loop(s, s->getCond(), s->getBody(), nullptr); }
    bool VisitGotoStmt(GotoStmt *g)
    {
        if (unit.flat_offset(g->getLabel()->getLocation()) < unit.flat_offset(g->getGotoLoc()) && !unit.in_island(g->getGotoLoc()))
            error(g->getGotoLoc(), "a goto backward makes a loop that nobody counts", "write the loop as for, while or do");
        return true;
    }

private:
    Unit &unit;
    const FunctionDecl *f;
    const Flow *flow;
    Reporter &out;
    std::map<const Stmt *, std::vector<std::string>> annotated;

    void error(SourceLocation at, const std::string &message, const std::string &help)
    {
        out.report({ "SC-17", unit.place(at), message, {}, help, {}, f->getNameAsString() });
    }

    bool loop(const Stmt *s, const Expr *cond, const Stmt *body, const Expr *inc)
    {
        if (unit.in_island(s->getBeginLoc()) || unit.from_trusted_macro(s->getBeginLoc()))
            return true;
        auto it = annotated.find(s);
        std::string why;
        Wide turns = 0;
        if (it != annotated.end() && it->second[0] == "trips") {
            trips(s, body, it->second[1]);
        } else if (it != annotated.end()) {
            variant(s, body, it->second[1]);
        } else if (never_turns(cond, s)) {
            unit.add_site("SC-17", "loop", s, head(s), Fate::Static, "it does not turn");
        } else if (!counts(s, cond, body, inc, why, turns)) {
            fuelled(s, body);
        } else if (!takes_fuel(s) || is_short(turns, body)) {
            unit.add_site("SC-17", "loop", s, head(s), Fate::Static, why);
        } else {
            Site &site = unit.add_site("SC-17", "loop", s, head(s), Fate::Check, why + ", but perhaps often, or what it calls loops: its turns are the entry's");
            around(site, body, check_text(site, entry_fuel()) + "; ");
            site.condition = "the entry has turns left";
        }
        return true;
    }

    /* ---- what an entry pays for ---- */

    /* A module's loop, where the hypervisor says what an entry has left. */
    bool takes_fuel(const Stmt *s) { return !unit.options->host && !unit.core_file(s->getBeginLoc()) && !entry_fuel().empty(); }

    /* The call that takes one turn: of the function that is SC_FUEL. */
    const std::string &entry_fuel()
    {
        if (!fuel_call.has_value()) {
            fuel_call = "";
            for (const Decl *d : unit.context().getTranslationUnitDecl()->decls())
                if (const auto *fuel = dyn_cast<FunctionDecl>(d); fuel != nullptr && annotations_of(fuel).fuel)
                    fuel_call = fuel->getNameAsString() + "()";
        }
        return *fuel_call;
    }

    /* A few turns, with no loop in what it calls; the loops in it pay for themselves or are as short together. */
    bool is_short(Wide turns, const Stmt *body) { return turns <= short_turns && !calls_loops(body) && turns * (1 + inner_turns(body)) <= short_turns; }

    /* The most turns of a loop inside that pays nothing. */
    Wide inner_turns(const Stmt *s)
    {
        Wide most = 0;
        for (const Stmt *c : s->children())
            if (c != nullptr)
                most = std::max(most, inner_turns(c));
        auto [cond, body, inc] = parts(s);
        std::string why;
        Wide turns = 0;
        if (body != nullptr && !never_turns(cond, s) && counts(s, cond, body, inc, why, turns) && turns * (1 + most) <= short_turns)
            most = turns * (1 + most);
        return most;
    }

    static std::tuple<const Expr *, const Stmt *, const Expr *> parts(const Stmt *s)
    {
        if (const auto *x = dyn_cast<ForStmt>(s))
            return { x->getCond(), x->getBody(), x->getInc() };
        if (const auto *x = dyn_cast<WhileStmt>(s))
            return { x->getCond(), x->getBody(), nullptr };
        if (const auto *x = dyn_cast<DoStmt>(s))
            return { x->getCond(), x->getBody(), nullptr };
        return { nullptr, nullptr, nullptr };
    }

    bool calls_loops(const Stmt *s)
    {
        if (const auto *call = dyn_cast<CallExpr>(s); call != nullptr && call->getBuiltinCallee() == 0) {
            const FunctionDecl *callee = call->getDirectCallee();
            if (callee == nullptr || loops(callee))
                return true;
        }
        for (const Stmt *c : s->children())
            if (c != nullptr && calls_loops(c))
                return true;
        return false;
    }

    /* A loop, or a call of what is not seen here, stands in the function or in what it calls. */
    bool loops(const FunctionDecl *callee)
    {
        const FunctionDecl *def = callee->getDefinition();
        if (callee->isNoReturn() || unit.core_file(callee->getLocation()))
            return false; /* the core answers for its own */
        if (def == nullptr || !def->hasBody())
            return true;
        auto [it, fresh] = known_loops.emplace(def, true); /* recursion turns, too */
        if (fresh) {
            bool found = has_loop(def->getBody()) || calls_loops(def->getBody());
            known_loops[def] = found;
            return found;
        }
        return it->second;
    }

    bool has_loop(const Stmt *s)
    {
        auto [cond, body, inc] = parts(s);
        if (body != nullptr && !never_turns(cond, s))
            return true;
        for (const Stmt *c : s->children())
            if (c != nullptr && has_loop(c))
                return true;
        return false;
    }

    std::optional<std::string> fuel_call;
    std::map<const FunctionDecl *, bool> known_loops;

    /* ---- whether it counts ---- */

    static SourceRange head(const Stmt *s) { return { s->getBeginLoc(), s->getBeginLoc() }; }

    /* do { } while (0) */
    bool never_turns(const Expr *cond, const Stmt *s)
    {
        Expr::EvalResult r;
        return cond != nullptr && isa<DoStmt>(s) && cond->EvaluateAsInt(r, unit.context()) && r.Val.getInt() == 0;
    }

    bool counts(const Stmt *s, const Expr *cond, const Stmt *body, const Expr *inc, std::string &why, Wide &turns)
    {
        Changes changes;

        if (cond == nullptr)
            return false;
        changes.TraverseStmt(const_cast<Stmt *>(body));
        if (inc != nullptr)
            changes.TraverseStmt(const_cast<Expr *>(inc));
        changes.TraverseStmt(const_cast<Expr *>(cond));
        most_turns = 0;
        bool good = counts_by(strip(cond), body, inc, changes, why, isa<DoStmt>(s));
        turns = most_turns;
        return good;
    }

    /* One of the conjuncts bounds a local that each turn moves towards the bound. */
    bool counts_by(const Expr *cond, const Stmt *body, const Expr *inc, Changes &changes, std::string &why, bool is_do)
    {
        if (const auto *b = dyn_cast<BinaryOperator>(cond)) {
            if (b->getOpcode() == BO_LAnd)
                return counts_by(strip(b->getLHS()), body, inc, changes, why, is_do) || counts_by(strip(b->getRHS()), body, inc, changes, why, is_do);
            if (!b->isComparisonOp())
                return false;
            for (int turn = 0; turn < 2; turn++) {
                const Expr *l = turn == 0 ? b->getLHS() : b->getRHS(), *r = turn == 0 ? b->getRHS() : b->getLHS();
                BinaryOperatorKind op = turn == 0 ? b->getOpcode() : BinaryOperator::reverseComparisonOp(b->getOpcode());
                if (bounded(l, r, op, body, inc, changes, why))
                    return true;
            }
            return false;
        }
        /* while (x), while (n--): it falls to zero. */
        return bounded(cond, nullptr, BO_NE, body, inc, changes, why);
    }

    const VarDecl *local(const Expr *e)
    {
        e = strip(e);
        if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->isIncrementDecrementOp())
            e = strip(u->getSubExpr());
        if (const auto *c = dyn_cast<ExplicitCastExpr>(e))
            e = strip(c->getSubExpr());
        const auto *r = dyn_cast<DeclRefExpr>(e);
        const auto *v = r == nullptr ? nullptr : dyn_cast<VarDecl>(r->getDecl());
        return v != nullptr && v->hasLocalStorage() && v->getType()->isIntegralOrEnumerationType() ? v : nullptr;
    }

    bool bounded(const Expr *moving, const Expr *limit, BinaryOperatorKind op, const Stmt *body, const Expr *inc, Changes &changes, std::string &why)
    {
        const VarDecl *v = local(moving);

        if (v == nullptr || flow == nullptr || flow->names().kept(v))
            return false;
        auto it = changes.of.find(v);
        if (it == changes.of.end() || it->second.other || it->second.up == it->second.down)
            return false;
        bool up = it->second.up;
        if (up && op != BO_LT && op != BO_LE && op != BO_NE)
            return false;
        if (!up && op != BO_GT && op != BO_GE && op != BO_NE)
            return false;
        if (limit != nullptr && !stays(limit, changes))
            return false;
        if (!each_turn(it->second.where, body, inc, moving))
            return false;
        for (const Stmt *w : it->second.where)
            if (!moves(w, v, up, moving, limit, op))
                return false;
        why = "it counts: each turn moves `" + v->getNameAsString() + "` " + (up ? "up" : "down") + " to a bound that stays";
        return true;
    }

    Wide most_turns = 0; /* of the loop that counts() looks at */

    /* By how much a statement moves its variable: at least 1; 0 for a shift or a division, which moves it unless it is 0. */
    Wide step_of(const Stmt *w)
    {
        const auto *b = dyn_cast<BinaryOperator>(w);
        Expr::EvalResult r;

        if (b == nullptr)
            return 1;
        const Expr *amount = b->getRHS();
        if (b->getOpcode() == BO_Assign) {
            const auto *x = dyn_cast<BinaryOperator>(strip(amount));
            if (x == nullptr || (x->getOpcode() != BO_Add && x->getOpcode() != BO_Sub))
                return 0;
            amount = x->getRHS();
        } else if (b->getOpcode() != BO_AddAssign && b->getOpcode() != BO_SubAssign) {
            return 0;
        }
        return amount->EvaluateAsInt(r, unit.context()) && r.Val.getInt().getActiveBits() < 32 ? (Wide)r.Val.getInt().getExtValue() : 0;
    }

    /* The statement moves v towards the limit, and not past the end of its type to the other side. */
    bool moves(const Stmt *w, const VarDecl *v, bool up, const Expr *moving, const Expr *limit, BinaryOperatorKind op)
    {
        Wide step = step_of(w);
        Interval type = flow->type_range(v->getType());
        bool good = true, seen = false;
        const auto *u = dyn_cast<UnaryOperator>(w);
        bool tested_before = u != nullptr && u->isPostfix() && contains(moving, w); /* i++ < n: the test sees what was */

        flow->visit([&](const Stmt *st, const State &s) {
            if (st != w)
                return;
            seen = true;
            int key = flow->names().integer(Key{ v, {}, false });
            if (key == Keys::none) {
                good = false;
                return;
            }
            Value x, l;
            x.key = key;
            x.range = s.zone.range((size_t)key).meet(type);
            most_turns = std::max(most_turns, step == 0 ? (Wide)64 : add_wide(x.range.hi, -x.range.lo) / step + 1);
            if (limit != nullptr)
                l = flow->eval(limit, s);
            else
                l.range = { 0, 0 };
            if (step == 0)
                good &= x.range.lo >= 0 && l.range.lo >= 0 && (op == BO_GT || (op == BO_NE && l.range.hi == 0) || (op == BO_GE && l.range.lo >= 1));
            else if (op == BO_NE && !tested_before)
                good &= step == 1 && (up ? flow->difference(x, l, s) < 0 : flow->difference(l, x, s) < 0);
            else if (op == BO_NE)
                good &= step == 1 && (up ? flow->difference(x, l, s) <= 0 : flow->difference(l, x, s) <= 0);
            else if (!tested_before)
                good &= up ? add_wide(x.range.hi, step) <= type.hi : add_wide(x.range.lo, -step) >= type.lo;
            else
                good &= up ? op == BO_LT : op == BO_GT;
        });
        return good && seen;
    }

    /* Constants, and locals that the loop does not change (or whose fields it cannot). */
    bool stays(const Expr *e, Changes &changes)
    {
        class Finder : public RecursiveASTVisitor<Finder> {
        public:
            Finder(Changes &changes, const Flow *flow) : changes(changes), flow(flow) {}
            Changes &changes;
            const Flow *flow;
            bool good = true;
            bool VisitDeclRefExpr(DeclRefExpr *r)
            {
                if (const auto *v = dyn_cast<VarDecl>(r->getDecl())) {
                    bool shared = !v->hasLocalStorage() && !v->getType().isConstQualified();
                    good &= !changes.of.count(v) && !changes.touched.count(v) && !(shared && changes.calls) && (shared || flow == nullptr || !flow->names().kept(v));
                }
                return good;
            }
            bool VisitMemberExpr(MemberExpr *m)
            {
                /* A field may be changed by what the loop calls or by others: it is read anew each turn. */
                const auto *field = dyn_cast<FieldDecl>(m->getMemberDecl());
                bool guarded = field != nullptr && !annotations_of(field).guarded_by.empty() && !changes.calls && !changes.touched.count(field);
                good &= !m->isArrow() || (field != nullptr && (annotations_of(field).fixed || guarded || field->getType().isConstQualified()));
                return good;
            }
            bool VisitCallExpr(CallExpr *)
            {
                good = false;
                return false;
            }
            bool VisitArraySubscriptExpr(ArraySubscriptExpr *)
            {
                good = false;
                return false;
            }
        } finder(changes, flow);
        finder.TraverseStmt(const_cast<Expr *>(e));
        return finder.good;
    }

    /* The change happens in every turn: in the head, or as a statement of the body with no continue before it. */
    bool each_turn(const std::vector<const Stmt *> &where, const Stmt *body, const Expr *inc, const Expr *moving)
    {
        for (const Stmt *w : where) {
            if (inc != nullptr && contains(inc, w))
                return true;
            if (contains(moving, w))
                return true;
            if (const auto *c = dyn_cast<CompoundStmt>(body)) {
                for (const Stmt *st : c->body()) {
                    const Stmt *plain = isa<Expr>(st) ? llvm::cast<Expr>(st)->IgnoreParens() : st;
                    if (plain == w)
                        return true;
                    if (has_continue(st) || jumps_within(st, body))
                        break;
                }
            } else if (body == w) {
                return true;
            }
        }
        return false;
    }
    /* A goto to a label of the loop's own body skips what stands between. */
    bool jumps_within(const Stmt *s, const Stmt *body)
    {
        if (const auto *g = dyn_cast<GotoStmt>(s))
            return g->getLabel()->getStmt() == nullptr || contains(body, g->getLabel()->getStmt());
        for (const Stmt *c : s->children())
            if (c != nullptr && jumps_within(c, body))
                return true;
        return false;
    }
    static bool has_continue(const Stmt *s)
    {
        if (isa<ContinueStmt>(s))
            return true;
        if (isa<ForStmt>(s) || isa<WhileStmt>(s) || isa<DoStmt>(s))
            return false;
        for (const Stmt *c : s->children())
            if (c != nullptr && has_continue(c))
                return true;
        return false;
    }

    unsigned end_of(const Stmt *s)
    {
        unsigned end = unit.flat_end(s->getEndLoc());
        const Stmt *last = s;

        for (;;) {
            if (const auto *x = dyn_cast<ForStmt>(last))
                last = x->getBody();
            else if (const auto *y = dyn_cast<WhileStmt>(last))
                last = y->getBody();
            else if (const auto *z = dyn_cast<IfStmt>(last))
                last = z->getElse() != nullptr ? z->getElse() : z->getThen();
            else if (const auto *a = dyn_cast<AttributedStmt>(last))
                last = a->getSubStmt();
            else
                break;
        }
        if (!isa<CompoundStmt>(last) && !isa<NullStmt>(last)) {
            size_t semicolon = unit.flat.find_first_not_of(" \n", end);
            if (semicolon != std::string::npos && unit.flat[semicolon] == ';')
                end = (unsigned)semicolon + 1;
        }
        return end;
    }

    void around(Site &site, const Stmt *s, const std::string &before)
    {
        Edit e;
        e.begin = unit.flat_offset(s->getBeginLoc());
        e.end = end_of(s);
        e.before = "{ " + before;
        e.after = " }";
        site.edits.push_back(e);
    }

    const char *fuel(const Stmt *s) const { return unit.options->host ? host_fuel : unit.core_file(s->getBeginLoc()) ? core_fuel : module_fuel; }

    /* Nothing here says that the loop ends. */
    void fuelled(const Stmt *s, const Stmt *body)
    {
        if (takes_fuel(s)) {
            Site &site = unit.add_site("SC-17", "loop", s, head(s), Fate::Check, "nothing here says that it ends: its turns are the entry's");
            around(site, body, check_text(site, entry_fuel()) + "; ");
            site.condition = "the entry has turns left";
            return;
        }
        Site &site = unit.add_site("SC-17", "loop", s, head(s), Fate::Check, "nothing here says that it ends: at most " + std::string(fuel(s)) + " turns");
        around(site, s, "unsigned long sc_fuel = " + std::string(fuel(s)) + "; ");
        around(site, body, check_text(site, "sc_fuel-- != 0") + "; ");
        site.condition = "at most " + std::string(fuel(s)) + " turns";
    }

    void trips(const Stmt *s, const Stmt *body, const std::string &n)
    {
        char *end;
        unsigned long constant = strtoul(n.c_str(), &end, 0);
        bool few = end != n.c_str() && end[strspn(end, "uUlL")] == '\0' && constant <= (unsigned long)short_turns;
        bool pays = takes_fuel(s) && !(few && is_short((Wide)constant, body));
        Site &site = unit.add_site("SC-17", "loop", s, head(s), Fate::Check, "SC_TRIPS(" + n + ")");

        around(site, s, "unsigned long sc_fuel = (unsigned long)(" + n + "); ");
        around(site, body, check_text(site, "sc_fuel-- != 0" + (pays ? " && " + entry_fuel() : "")) + "; ");
        site.condition = "at most " + n + " turns";
    }

    void variant(const Stmt *s, const Stmt *body, const std::string &e)
    {
        Site &site = unit.add_site("SC-17", "loop", s, head(s), Fate::Check, "SC_VARIANT(" + e + ") falls each turn");
        std::string falls = "(unsigned long)(" + e + ") < sc_variant" + (takes_fuel(s) ? " && " + entry_fuel() : "");

        around(site, s, "unsigned long sc_variant = -1UL; ");
        around(site, body, check_text(site, falls) + "; sc_variant = (unsigned long)(" + e + "); ");
        site.condition = "`" + e + "` falls";
    }
};

class LoopsEnd : public Rule {
public:
    const char *id() const override { return "SC-17"; }
    const char *title() const override { return "every loop ends, every entry promptly: loops count, say how often they turn, or take fuel"; }
    void check_unit(Unit &unit, Reporter &out) override
    {
        for (const FunctionDecl *f : judged_functions(unit))
            Loops(unit, f, out).TraverseStmt(f->getBody());
    }
};

SAFECC_RULE(LoopsEnd);

} // namespace
} // namespace safecc
