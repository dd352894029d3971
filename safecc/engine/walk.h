/* SPDX-License-Identifier: MIT */
/*
 * walk.h - a forward walk over a function's control-flow graph with a state of the caller's: to a fixpoint, then once
 * more to look.
 */
#ifndef SAFECC_WALK_H
#define SAFECC_WALK_H

#include <optional>

#include "clang/Analysis/CFG.h"
#include "safecc.h"

namespace safecc {

/*
 * Of `a && b` that ends a block, only b is decided there: a was on the way, in blocks of its own. Where clang has not split
 * the condition, the whole expression is an element of the block.
 */
const clang::Expr *decided(const clang::CFGBlock &block, const clang::Expr *cond);

/*
 * Client: State (copyable), and
 *   bool join(State &into, const State &from)          true when it changed
 *   void step(const clang::Stmt *, State &, bool look) what a statement does; look: report now
 *   void edge(const clang::Expr *cond, bool truth, State &)
 *   void leave(State &, const clang::CFGBlock &)       at the function's end, while looking
 */
template <class Client, class State> void walk(const clang::CFG &cfg, Client &client, State entry)
{
    std::vector<std::optional<State>> in(cfg.getNumBlockIDs());
    std::vector<const clang::CFGBlock *> block(cfg.getNumBlockIDs(), nullptr);
    std::set<unsigned> pending;
    unsigned turns = 0;

    for (const clang::CFGBlock *b : cfg)
        block[b->getBlockID()] = b;
    auto run = [&](const clang::CFGBlock &b, State &s, bool look) {
        for (const clang::CFGElement &e : b)
            if (auto st = e.getAs<clang::CFGStmt>())
                client.step(st->getStmt(), s, look);
    };
    in[cfg.getEntry().getBlockID()] = entry;
    pending.insert(cfg.getEntry().getBlockID());
    while (!pending.empty() && turns++ < 20000) {
        unsigned id = *pending.rbegin();
        pending.erase(id);
        const clang::CFGBlock &b = *block[id];
        State out = *in[id];
        run(b, out, false);
        unsigned index = 0;
        for (const clang::CFGBlock::AdjacentBlock &succ : b.succs()) {
            const clang::CFGBlock *to = succ.getReachableBlock();
            unsigned k = index++;
            if (to == nullptr)
                continue;
            State next = out;
            const auto *cond = llvm::dyn_cast_or_null<clang::Expr>(b.getTerminatorCondition());
            if (cond != nullptr && b.succ_size() == 2 && !llvm::isa_and_nonnull<clang::SwitchStmt>(b.getTerminatorStmt()))
                client.edge(decided(b, cond), k == 0, next);
            auto &slot = in[to->getBlockID()];
            if (!slot) {
                slot = next;
                pending.insert(to->getBlockID());
            } else if (client.join(*slot, next)) {
                pending.insert(to->getBlockID());
            }
        }
    }
    for (const clang::CFGBlock *b : cfg) {
        if (!in[b->getBlockID()])
            continue;
        State s = *in[b->getBlockID()];
        run(*b, s, true);
        for (const clang::CFGBlock::AdjacentBlock &succ : b->succs())
            if (succ.getReachableBlock() == &cfg.getExit() && !b->hasNoReturnElement())
                client.leave(s, *b);
    }
}

/* Where the last statement of the block stands. */
clang::SourceLocation last_place(const clang::CFGBlock &block);
/* The graph of a function, every expression an element; made once. */
const clang::CFG *graph_of(Unit &unit, const clang::FunctionDecl *f);

/* A function's name in the whole run: of a static one, with its unit. */
std::string function_key(const Unit &unit, const clang::FunctionDecl *f);

/* The call graph over all units: definitions by name (static ones by unit). */
class CallGraphOf {
public:
    explicit CallGraphOf(Module &module);
    struct Node;
    struct Edge {
        const clang::CallExpr *call;
        const clang::FunctionDecl *target; /* one of those that the call may reach */
        Node *callee;                      /* null: defined elsewhere */
    };
    struct Node {
        Unit *unit = nullptr;
        const clang::FunctionDecl *f = nullptr;
        std::vector<Edge> calls;
    };
    std::vector<Node *> nodes() const;
    Node *find(Unit &unit, const clang::FunctionDecl *f);

private:
    std::map<std::string, std::unique_ptr<Node>> by_name;
};

} // namespace safecc
#endif
