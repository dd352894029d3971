/* SPDX-License-Identifier: MIT */
/*
 * flow.h - what is known at each point of a function: the ranges and differences of its integers, and which of its
 * pointers can be null. An abstract interpretation over clang's control-flow graph.
 *
 * Sound for one thread over locals; fields behind pointers are followed only where keys.h says they cannot change unseen.
 */
#ifndef SAFECC_FLOW_H
#define SAFECC_FLOW_H

#include <functional>

#include "clang/Analysis/CFG.h"
#include "engine/keys.h"
#include "engine/zone.h"

namespace safecc {

enum class Null : uint8_t {
    Never,    /* not null */
    Always,   /* null */
    Unknown,  /* read from memory without a word on it: a check decides */
    Declared, /* SC_NULLABLE, or null on some path: an error to use untested */
};

/* A number an expression has: its range, and how it compares with keys. */
struct Value {
    Interval range;
    int key = Keys::none; /* equal to key + offset */
    Wide offset = 0;
    std::vector<std::pair<int, Wide>> below; /* <= key + c */
    std::vector<std::pair<int, Wide>> above; /* >= key + c */
    bool constant() const { return range.constant(); }
    /* As far below (or above) keys as v is. */
    void bounded_as(const Value &v, bool from_above);
};

class State {
public:
    Zone zone;
    std::vector<Null> null;
    std::vector<const clang::Stmt *> why; /* what made the pointer what it is */
    bool reachable = false;
};

class Flow {
public:
    Flow(Unit &unit, const clang::FunctionDecl *f);
    bool good() const { return cfg != nullptr; }
    const clang::FunctionDecl *function() const { return f; }
    const clang::CFG *graph() const { return cfg.get(); }
    /* Calls seen for every evaluated expression or declaration, in order, with what is known just before it takes effect. */
    void visit(const std::function<void(const clang::Stmt *, const State &)> &seen) const;
    /* What holds at the end of a block's elements, when its branch is decided. */
    const Keys &names() const { return keys; }

    Value eval(const clang::Expr *e, const State &s) const;
    /* Of +, -, *, <<: in whole numbers, before it is cut to the type. */
    Value eval_binary_raw(const clang::BinaryOperator *b, const State &s) const;
    Null null_of(const clang::Expr *e, const State &s) const;
    /* Largest possible a - b; INF when unknown. */
    Wide difference(const Value &a, const Value &b, const State &s) const;
    /* Is a < b (a <= b with slack 0 -> pass 1) on every path? */
    bool less(const Value &a, const Value &b, const State &s) const { return difference(a, b, s) < 0; }
    Interval type_range(clang::QualType t) const;
    std::string describe(const clang::Expr *e, const Value &v, const State &s) const;
    void refine(const clang::Expr *cond, bool truth, State &s) const;
    const clang::Stmt *why_null(const clang::Expr *e, const State &s) const;

private:
    Unit &unit;
    const clang::ASTContext &context;
    const clang::FunctionDecl *f;
    Keys keys;
    std::unique_ptr<clang::CFG> cfg;
    std::vector<State> in; /* by block id */
    std::vector<Wide> thresholds;
    mutable unsigned depth = 0;
    struct Binding {
        const clang::ParmVarDecl *parm;
        Value value;
    };
    mutable std::vector<Binding> bindings; /* arguments of the inline functions being evaluated */

    void solve();
    State entry_state() const;
    void run_block(const clang::CFGBlock &b, State &s, const std::function<void(const clang::Stmt *, const State &)> *seen) const;
    void take_effect(const clang::Stmt *st, State &s) const;
    void assign_integer(int key, const Value &v, State &s) const;
    void set_pointer(int key, Null v, const clang::Stmt *why, State &s) const;
    void store(const clang::Expr *lhs, const clang::Expr *rhs, const clang::Stmt *st, State &s) const;
    void store_struct(const clang::Expr *lhs, State &s) const;
    void forget_base(const clang::VarDecl *v, State &s) const;
    void forget_behind(const clang::VarDecl *v, State &s) const;
    void forget_memory(State &s, bool fixed_too) const;
    template <class F> void forget_fields(State &s, F which) const;
    void effect_of_call(const clang::CallExpr *call, State &s) const;
    void declare(const clang::VarDecl *v, State &s) const;
    void initialise_members(const clang::VarDecl *v, const clang::InitListExpr *list, Key k, State &s) const;
    State edge(const clang::CFGBlock &from, const clang::CFGBlock *to, unsigned index, const State &out) const;
    void compare(clang::BinaryOperatorKind op, const clang::Expr *l, const clang::Expr *r, State &s) const;
    void at_most(const Value &a, const Value &b, Wide c, State &s) const; /* a - b <= c */
    Value cast(const Value &v, clang::QualType to) const;
    Interval cast_range(const Interval &range, clang::QualType to) const;
    Value eval_binary(const clang::BinaryOperator *b, const State &s) const;
    Value eval_call(const clang::CallExpr *call, const State &s) const;
    Value eval_load(const clang::Expr *e, const State &s) const;
    Interval key_range(int key, const State &s) const;
    void learn_range(Value &v, const State &s) const;
    Null null_from_declaration(const clang::ValueDecl *d, bool in_memory) const;
    friend class FlowCache;
};

Interval bit_field_range(const clang::FieldDecl *f);
/* The two numbers of SC_RANGE; false if they are none that safecc can compute. */
bool range_is_known(const clang::ValueDecl *d, Interval &r);
/* The range that SC_RANGE asks of what is put there; the type's when there is none. */
Interval promised_range(const clang::ValueDecl *d, const Interval &type_range);
/* The range of what may be found there. */
Interval declared_range(const clang::ValueDecl *d, const Interval &type_range);

/* One Flow per function of a unit, made when first asked for. */
class FlowCache {
public:
    static const Flow *of(Unit &unit, const clang::FunctionDecl *f);
};

/* All functions of the unit that are to be judged. */
std::vector<const clang::FunctionDecl *> judged_functions(Unit &unit);

} // namespace safecc
#endif
