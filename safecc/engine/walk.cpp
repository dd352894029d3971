/* SPDX-License-Identifier: MIT */
/* Graphs: of a function's control flow, and of a module's calls. */
#include "engine/walk.h"

#include "engine/callees.h"
#include "engine/flow.h"

using namespace clang;

namespace safecc {

SourceLocation last_place(const CFGBlock &block)
{
    for (auto it = block.rbegin(); it != block.rend(); ++it)
        if (auto st = it->getAs<CFGStmt>())
            return st->getStmt()->getBeginLoc();
    return {};
}

const CFG *graph_of(Unit &unit, const FunctionDecl *f)
{
    const Flow *flow = FlowCache::of(unit, f);

    return flow == nullptr ? nullptr : flow->graph();
}

const Expr *decided(const CFGBlock &block, const Expr *cond)
{
    for (;;) {
        cond = cond->IgnoreParens();
        const auto *b = dyn_cast<BinaryOperator>(cond);
        if (b == nullptr || !b->isLogicalOp())
            return cond;
        for (const CFGElement &e : block)
            if (auto st = e.getAs<CFGStmt>(); st && st->getStmt() == b)
                return cond;
        cond = b->getRHS();
    }
}

namespace {
class Calls : public RecursiveASTVisitor<Calls> {
public:
    std::vector<const CallExpr *> list;
    bool VisitCallExpr(CallExpr *c)
    {
        if (c->getBuiltinCallee() == 0)
            list.push_back(c);
        return true;
    }
};
} // namespace

std::string function_key(const Unit &unit, const FunctionDecl *f)
{
    std::string name = f->getNameAsString();

    return f->isExternallyVisible() ? name : unit.path + ":" + name;
}

CallGraphOf::CallGraphOf(Module &module)
{
    for (auto &unit : module.units)
        for (const FunctionDecl *f : judged_functions(*unit)) {
            auto &slot = by_name[function_key(*unit, f)];
            if (slot == nullptr)
                slot = std::make_unique<Node>();
            slot->unit = unit.get();
            slot->f = f;
        }
    for (auto &[name, node] : by_name) {
        Calls calls;
        calls.TraverseStmt(node->f->getBody());
        for (const CallExpr *c : calls.list)
            for (const FunctionDecl *target : callees_of(c))
                node->calls.push_back({ c, target, find(*node->unit, target) });
    }
}

CallGraphOf::Node *CallGraphOf::find(Unit &unit, const FunctionDecl *f)
{
    auto it = by_name.find(function_key(unit, f));

    return it == by_name.end() ? nullptr : it->second.get();
}

std::vector<CallGraphOf::Node *> CallGraphOf::nodes() const
{
    std::vector<Node *> list;

    for (auto &[name, node] : by_name)
        list.push_back(node.get());
    return list;
}

} // namespace safecc
