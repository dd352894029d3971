/* SPDX-License-Identifier: MIT */
/*
 * SC-16: the worst stack use below each function fits the budget; recursion needs a depth that falls with each call.
 *
 * A frame is the sum of the function's locals, rounded up, plus room for saved registers, the return address and spills;
 * a function that is always inline has its locals only, in its caller's frame.
 * A function defined elsewhere counts as its SC_STACK, or 512 bytes. A recursive call is judged by a parameter that is
 * smaller in every recursive call and never negative: it bounds the depth.
 */
#include <climits>

#include "engine/flow.h"
#include "engine/walk.h"

using namespace clang;

namespace safecc {
namespace {

constexpr unsigned overhead = 112; /* return address, six saved registers, spills */
constexpr unsigned elsewhere = 512;

class Frame : public RecursiveASTVisitor<Frame> {
public:
    explicit Frame(const ASTContext &context) : context(context) {}
    uint64_t bytes = 0;
    bool VisitVarDecl(VarDecl *v)
    {
        if (v->hasLocalStorage() && !isa<ParmVarDecl>(v) && !v->getType()->isVariableArrayType() && !v->getType()->isIncompleteType())
            bytes += (uint64_t)context.getTypeSizeInChars(v->getType()).getQuantity();
        return true;
    }
    /* What a call passes and gets back in memory: the copies are the caller's. */
    bool VisitCallExpr(CallExpr *call)
    {
        uint64_t passed = by_value(call->getType());
        for (const Expr *arg : call->arguments())
            passed += by_value(arg->getType());
        most_passed = std::max(most_passed, passed);
        return true;
    }
    uint64_t most_passed = 0; /* of one call */
    bool VisitCompoundLiteralExpr(CompoundLiteralExpr *e)
    {
        bytes += (uint64_t)context.getTypeSizeInChars(e->getType()).getQuantity();
        return true;
    }

private:
    const ASTContext &context;
    /* Sixteen bytes go in registers. */
    uint64_t by_value(QualType t) const
    {
        uint64_t n = t->isRecordType() ? (uint64_t)context.getTypeSizeInChars(t).getQuantity() : 0;
        return n > 16 ? n : 0;
    }
};

using Node = CallGraphOf::Node;

class Stack {
public:
    Stack(Module &module, Reporter &out) : module(module), graph(module), out(out) {}

    void run()
    {
        for (Node *n : graph.nodes())
            recursion(n);
        if (module.options->host)
            return;
        std::set<Node *> called;
        for (Node *n : graph.nodes())
            for (auto &[call, target, callee] : n->calls)
                if (callee != nullptr && callee != n)
                    called.insert(callee);
        for (Node *n : graph.nodes())
            if (!called.count(n))
                budget(n);
        ports();
    }

private:
    Module &module;
    CallGraphOf graph;
    Reporter &out;
    std::map<Node *, uint64_t> worst;
    std::map<Node *, Node *> deepest; /* the callee that makes it so */
    std::set<Node *> on_path;
    std::map<Node *, uint64_t> depth; /* of a recursive function: how often it may stand on the stack */

    /* What stops the machine comes back to nothing: it ends no recursion, and it has the rest of the stack. */
    static bool stops(const CallExpr *call) { return call->getDirectCallee() != nullptr && call->getDirectCallee()->isNoReturn(); }

    void say(Node *n, SourceRange at, const std::string &message, std::vector<Fact> path, const std::string &help)
    {
        if (n->unit->in_island(at.getBegin()))
            return;
        out.report({ "SC-16", n->unit->place(at), message, std::move(path), help, {}, n->f->getNameAsString() });
    }

    static uint64_t frame(Node *n)
    {
        Frame frame(n->unit->context());
        frame.TraverseStmt(n->f->getBody());
        return ((frame.bytes + frame.most_passed + 15) & ~(uint64_t)15) + (n->f->hasAttr<AlwaysInlineAttr>() ? 0 : overhead);
    }

    uint64_t use(Node *n)
    {
        auto it = worst.find(n);
        if (it != worst.end())
            return it->second;
        if (!on_path.insert(n).second)
            return 0; /* a cycle: recursion() has judged it */
        uint64_t most = 0;
        for (auto &[call, target, callee] : n->calls) {
            uint64_t below = elsewhere;
            if (stops(call))
                continue;
            if (callee != nullptr) {
                below = use(callee);
            } else if (const std::string &s = annotations_of(target).stack; !s.empty()) {
                below = strtoull(s.c_str(), nullptr, 0);
            } else if (n->unit->from_trusted_file(target->getLocation()) || !target->getReturnType().isNull()) {
                below = target->isInlined() ? 0 : elsewhere;
            }
            if (below > most) {
                most = below;
                deepest[n] = callee;
            }
        }
        on_path.erase(n);
        uint64_t times = depth.count(n) ? depth[n] : 1;
        return worst[n] = frame(n) * times + most;
    }

    void budget(Node *n)
    {
        uint64_t bytes = use(n);
        if (bytes <= module.options->stack_budget)
            return;
        std::vector<Fact> path;
        std::set<Node *> seen;
        for (Node *at = n; at != nullptr && path.size() < 12 && seen.insert(at).second; at = deepest.count(at) ? deepest[at] : nullptr)
            path.push_back({ at->unit->place(at->f->getLocation()), "`" + at->f->getNameAsString() + "` has a frame of at most " + std::to_string(frame(at)) + " bytes" + (depth.count(at) ? ", " + std::to_string(depth[at]) + " times" : "") });
        say(n, n->f->getLocation(), "`" + n->f->getNameAsString() + "` may use " + std::to_string(bytes) + " bytes of stack, of " + std::to_string(module.options->stack_budget), path, "make the largest objects static per CPU or part of an object, or raise --stack-budget");
    }

    /* Everything that leads back to n. */
    bool reaches(Node *from, Node *to, std::set<Node *> &seen)
    {
        for (auto &[call, target, callee] : from->calls) {
            if (stops(call) || from->unit->in_island(call->getBeginLoc())) /* an island answers for its own recursion */
                continue;
            if (callee == to)
                return true;
            if (callee != nullptr && seen.insert(callee).second && reaches(callee, to, seen))
                return true;
        }
        return false;
    }

    void recursion(Node *n)
    {
        std::set<Node *> seen;
        if (!reaches(n, n, seen))
            return;
        const Flow *flow = FlowCache::of(*n->unit, n->f);
        for (auto &[call, target, callee] : n->calls) {
            std::set<Node *> again;
            if (stops(call) || callee == nullptr || (callee != n && !reaches(callee, n, again)))
                continue;
            if (flow == nullptr || !falls(n, *flow, call, callee))
                say(n, call->getSourceRange(), callee == n ? "`" + n->f->getNameAsString() + "` calls itself, and no parameter falls with each call" : "`" + n->f->getNameAsString() + "` and `" + callee->f->getNameAsString() + "` call each other, and no parameter falls with each call",
                    {}, "pass a depth: if (depth == 0) return ...; and call with depth - 1");
        }
    }

    /* Some parameter of the callee, of the same name as one of ours, is less here and not negative. */
    bool falls(Node *n, const Flow &flow, const CallExpr *call, Node *callee)
    {
        bool good = false;
        Wide most = 0;

        flow.visit([&](const Stmt *st, const State &s) {
            if (st != call)
                return;
            bool here = false;
            for (unsigned i = 0; i < call->getNumArgs() && i < callee->f->getNumParams(); i++) {
                const ParmVarDecl *theirs = callee->f->getParamDecl(i);
                for (const ParmVarDecl *ours : n->f->parameters()) {
                    if (ours->getName() != theirs->getName() || !ours->getType()->isIntegralOrEnumerationType())
                        continue;
                    int key = flow.names().integer(Key{ ours, {}, false });
                    if (key == Keys::none)
                        continue;
                    Value arg = flow.eval(call->getArg(i), s), own;
                    own.key = key;
                    own.range = s.zone.range((size_t)key);
                    if (flow.less(arg, own, s) && arg.range.lo >= 0) {
                        here = true;
                        Wide hi = declared_range(ours, flow.type_range(ours->getType())).hi;
                        most = most == 0 ? hi : std::min(most, hi);
                    }
                }
            }
            good = here;
        });
        /* Each function of the circle may stand on the stack as often. */
        if (good)
            depth[n] = std::max(depth[n], most + 1 > (Wide)UINT32_MAX ? (uint64_t)UINT32_MAX : (uint64_t)(most + 1));
        return good;
    }

    /* Ports: calls go to strictly lower levels. */
    void ports()
    {
        for (Node *n : graph.nodes()) {
            const std::string &mine = annotations_of(n->f).port;
            if (mine.empty())
                continue;
            std::set<Node *> seen;
            below(n, n, strtol(mine.c_str(), nullptr, 0), seen);
        }
    }
    void below(Node *root, Node *at, long level, std::set<Node *> &seen)
    {
        for (auto &[call, target, callee] : at->calls) {
            const std::string &theirs = annotations_of(target).port;
            if (!theirs.empty()) {
                if (strtol(theirs.c_str(), nullptr, 0) >= level)
                    say(at, call->getSourceRange(), "a port of level " + std::to_string(level) + " reaches `" + target->getNameAsString() + "` of level " + theirs,
                        { { root->unit->place(root->f->getLocation()), "from here" } }, "calls between ports go strictly downward");
            } else if (callee != nullptr && seen.insert(callee).second) {
                below(root, callee, level, seen);
            }
        }
    }
};

class StackBounded : public Rule {
public:
    const char *id() const override { return "SC-16"; }
    const char *title() const override { return "the worst stack use is below the budget; recursion has a depth that falls"; }
    void check_module(Module &module, Reporter &out) override { Stack(module, out).run(); }
};

SAFECC_RULE(StackBounded);

} // namespace
} // namespace safecc
