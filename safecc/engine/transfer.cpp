/* SPDX-License-Identifier: MIT */
/* What each statement does to what is known: values that are stored, memory that may be another. */
#include "engine/flow.h"

#include "engine/shapes.h"

using namespace clang;

namespace safecc {

void Flow::assign_integer(int key, const Value &value, State &s) const
{
    Value v = cast(value, keys.integer_type((size_t)key));
    auto x = (size_t)key;

    /* A bit-field keeps what fits. */
    if (const Key &k = keys.integer_key(x); !k.path.empty() && k.path.back()->isBitField())
        if (Interval kept = bit_field_range(k.path.back()); !v.range.inside(kept)) {
            v = Value();
            v.range = kept;
        }
    Interval range = v.range.meet(type_range(keys.integer_type(x)));

    if (v.key == key) {
        s.zone.assign(x, x, v.offset);
    } else if (v.key != Keys::none) {
        s.zone.assign(x, (size_t)v.key, v.offset);
    } else {
        /* x may stand on both sides: read what is compared with it before forgetting it. */
        std::vector<std::pair<size_t, Wide>> below, above;
        for (auto [k, c] : v.below) {
            if (k != key)
                below.emplace_back((size_t)k, c);
            for (size_t j = 0; j < s.zone.size(); j++)
                if (j != x && s.zone.diff((size_t)k, j) < INF)
                    below.emplace_back(j, add_wide(c, s.zone.diff((size_t)k, j)));
        }
        for (auto [k, c] : v.above) {
            if (k != key)
                above.emplace_back((size_t)k, c);
            for (size_t j = 0; j < s.zone.size(); j++)
                if (j != x && s.zone.diff(j, (size_t)k) < INF)
                    above.emplace_back(j, add_wide(c, -s.zone.diff(j, (size_t)k)));
        }
        s.zone.forget(x);
        for (auto [j, c] : below)
            s.zone.constrain(x, j, c);
        for (auto [j, c] : above)
            s.zone.constrain(j, x, -c);
    }
    s.zone.set_range(x, range);
}

void Flow::set_pointer(int key, Null v, const Stmt *why, State &s) const
{
    s.null[(size_t)key] = v;
    s.why[(size_t)key] = why;
}

/* Every key under the variable. */
void Flow::forget_base(const VarDecl *v, State &s) const
{
    for (size_t i = 1; i < keys.nr_integers(); i++)
        if (keys.integer_key(i).base == v) {
            bool itself = keys.integer_key(i).path.empty();
            s.zone.forget(i);
            s.zone.set_range(i, itself ? type_range(keys.integer_type(i)) : declared_range(keys.integer_key(i).path.back(), type_range(keys.integer_type(i))));
        }
    for (size_t i = 0; i < keys.nr_pointers(); i++)
        if (keys.pointer_key(i).base == v)
            set_pointer((int)i, keys.pointer_key(i).path.empty() ? Null::Unknown : null_from_declaration(keys.pointer_key(i).path.back(), true), nullptr, s);
}

/* The fields that `which` picks are what their declarations say, and no more is known. */
template <class F> void Flow::forget_fields(State &s, F which) const
{
    for (size_t i = 1; i < keys.nr_integers(); i++)
        if (const Key &k = keys.integer_key(i); which(k)) {
            s.zone.forget(i);
            s.zone.set_range(i, declared_range(k.path.back(), type_range(keys.integer_type(i))));
        }
    for (size_t i = 0; i < keys.nr_pointers(); i++)
        if (const Key &k = keys.pointer_key(i); which(k))
            set_pointer((int)i, null_from_declaration(k.path.back(), true), nullptr, s);
}

/* Every key that goes through the pointer. */
void Flow::forget_behind(const VarDecl *v, State &s) const
{
    forget_fields(s, [&](const Key &k) { return k.base == v && k.through_pointer && !k.path.back()->getType().isConstQualified(); });
}

/* What is behind pointers may have changed. */
void Flow::forget_memory(State &s, bool fixed_too) const
{
    forget_fields(s, [&](const Key &k) {
        return k.through_pointer && (fixed_too || (!annotations_of(k.path.back()).fixed && !k.path.back()->getType().isConstQualified()));
    });
}

/* Keys that may name the same memory as the lvalue: fields of that name behind other pointers, or of that type. */
static bool may_alias(const Key &k, const Expr *lhs)
{
    if (!k.through_pointer)
        return false;
    if (const auto *m = dyn_cast<MemberExpr>(lhs->IgnoreParens())) {
        for (const FieldDecl *f : k.path)
            if (f == m->getMemberDecl())
                return true;
        return false;
    }
    return true;
}

void Flow::store(const Expr *lhs, const Expr *rhs, const Stmt *st, State &s) const
{
    int integer = keys.integer(lhs), pointer = keys.pointer(lhs);
    Value v;
    Null n = Null::Unknown;
    const Expr *target = lhs->IgnoreParens();

    if (lhs->getType()->isIntegralOrEnumerationType())
        v = eval(rhs, s);
    else if (lhs->getType()->isPointerType())
        n = null_of(rhs, s);
    const Stmt *why = n == Null::Declared && why_null(rhs, s) != nullptr ? why_null(rhs, s) : st;
    /* A new base makes its fields new. */
    if (const auto *r = dyn_cast<DeclRefExpr>(target)) {
        forget_fields(s, [&](const Key &k) { return k.base == r->getDecl() && !k.path.empty(); });
    } else if (root_variable(lhs) == nullptr) {
        const Key *own = integer != Keys::none ? &keys.integer_key((size_t)integer) : pointer != Keys::none ? &keys.pointer_key((size_t)pointer) : nullptr;
        forget_fields(s, [&](const Key &k) { return &k != own && may_alias(k, lhs); });
    }
    if (integer != Keys::none)
        assign_integer(integer, v, s);
    if (pointer != Keys::none)
        set_pointer(pointer, n, why, s);
    if (lhs->getType()->isRecordType())
        store_struct(lhs, s);
}

void Flow::store_struct(const Expr *lhs, State &s) const
{
    if (const VarDecl *v = root_variable(lhs))
        forget_base(v, s);
    else
        forget_memory(s, true);
}

void Flow::effect_of_call(const CallExpr *call, State &s) const
{
    const FunctionDecl *callee = call->getDirectCallee();

    for (const Expr *arg : call->arguments()) {
        const Expr *e = arg->IgnoreParenImpCasts();
        bool constant = arg->getType()->isPointerType() && arg->getType()->getPointeeType().isConstQualified();
        if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_AddrOf)
            e = u->getSubExpr();
        else if (!e->getType()->isArrayType())
            continue;
        if (const VarDecl *v = root_variable(e); v != nullptr && !constant)
            forget_base(v, s);
    }
    /* An object that is handed over by a pointer of its own may be made anew there. */
    for (const Expr *arg : call->arguments()) {
        QualType t = arg->getType();
        const auto *r = dyn_cast<DeclRefExpr>(arg->IgnoreParenImpCasts());
        const auto *v = r == nullptr ? nullptr : dyn_cast<VarDecl>(r->getDecl());
        if (v != nullptr && t->isPointerType() && t->getPointeeType()->isRecordType() && !t->getPointeeType().isConstQualified() && call->getBuiltinCallee() == 0)
            forget_behind(v, s);
    }
    if (callee != nullptr && (callee->hasAttr<PureAttr>() || callee->hasAttr<ConstAttr>() || callee->getBuiltinID() != 0))
        return;
    forget_memory(s, false);
}

void Flow::initialise_members(const VarDecl *v, const InitListExpr *list, Key k, State &s) const
{
    for (auto [f, init] : members_of(list)) {
        if (init == nullptr)
            break;
        Key member = k;
        member.base = v;
        member.path.push_back(f);
        if (const auto *inner = dyn_cast<InitListExpr>(init)) {
            initialise_members(v, inner, member, s);
            continue;
        }
        int integer = keys.integer(member), pointer = keys.pointer(member);
        if (integer != Keys::none) {
            Value value;
            value.range = { 0, 0 };
            assign_integer(integer, isa<ImplicitValueInitExpr>(init) ? value : eval(init, s), s);
        }
        if (pointer != Keys::none)
            set_pointer(pointer, isa<ImplicitValueInitExpr>(init) ? Null::Always : null_of(init, s), init, s);
    }
}

void Flow::declare(const VarDecl *v, State &s) const
{
    Key k{ v, {}, false };
    int integer = keys.integer(k), pointer = keys.pointer(k);
    const Expr *init = v->getInit();

    if (!v->hasLocalStorage())
        return;
    forget_base(v, s);
    if (init == nullptr)
        return;
    if (integer != Keys::none)
        assign_integer(integer, eval(init, s), s);
    if (pointer != Keys::none)
        set_pointer(pointer, null_of(init, s), null_of(init, s) == Null::Declared && why_null(init, s) != nullptr ? why_null(init, s) : init, s);
    if (const auto *list = dyn_cast<InitListExpr>(init->IgnoreParenImpCasts()))
        initialise_members(v, list, k, s);
}

void Flow::take_effect(const Stmt *st, State &s) const
{
    if (const auto *d = dyn_cast<DeclStmt>(st)) {
        for (const Decl *one : d->decls())
            if (const auto *v = dyn_cast<VarDecl>(one))
                declare(v, s);
    } else if (const auto *b = dyn_cast<BinaryOperator>(st)) {
        if (b->getOpcode() == BO_Assign) {
            store(b->getLHS(), b->getRHS(), b, s);
        } else if (const auto *c = dyn_cast<CompoundAssignOperator>(b)) {
            BinaryOperator *plain = BinaryOperator::Create(const_cast<ASTContext &>(context), c->getLHS(), c->getRHS(),
                                                           BinaryOperator::getOpForCompoundAssignment(c->getOpcode()), c->getComputationResultType(),
                                                           VK_PRValue, OK_Ordinary, c->getOperatorLoc(), FPOptionsOverride());
            store(c->getLHS(), plain, c, s);
        }
    } else if (const auto *u = dyn_cast<UnaryOperator>(st)) {
        if (u->isIncrementDecrementOp()) {
            int key = keys.integer(u->getSubExpr());
            if (key != Keys::none) {
                Value v = eval(u->getSubExpr(), s);
                Wide c = u->isIncrementOp() ? 1 : -1;
                v.range = { add_wide(v.range.lo, c), add_wide(v.range.hi, c) };
                v.offset = add_wide(v.offset, c);
                v.below.clear(), v.above.clear();
                assign_integer(key, v, s);
            } else if (root_variable(u->getSubExpr()) == nullptr) {
                for (size_t i = 1; i < keys.nr_integers(); i++)
                    if (may_alias(keys.integer_key(i), u->getSubExpr())) {
                        s.zone.forget(i);
                        s.zone.set_range(i, type_range(keys.integer_type(i)));
                    }
            }
        }
    } else if (const auto *call = dyn_cast<CallExpr>(st)) {
        effect_of_call(call, s);
    } else if (isa<StmtExpr>(st) || isa<AtomicExpr>(st)) {
        if (const auto *a = dyn_cast<AtomicExpr>(st))
            for (unsigned i = 0; i < const_cast<AtomicExpr *>(a)->getNumSubExprs(); i++) {
                const Expr *e = const_cast<AtomicExpr *>(a)->getSubExprs()[i]->IgnoreParenImpCasts();
                if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_AddrOf)
                    if (const VarDecl *v = root_variable(u->getSubExpr()))
                        forget_base(v, s);
            }
    } else if (isa<GCCAsmStmt>(st)) {
        const auto *a = llvm::cast<GCCAsmStmt>(st);
        for (unsigned i = 0; i < a->getNumOutputs(); i++)
            if (const VarDecl *v = root_variable(a->getOutputExpr(i)))
                forget_base(v, s);
        forget_memory(s, true);
    }
}

} // namespace safecc
