/* SPDX-License-Identifier: MIT */
/* Initialisers of globals: counts are constants, and so are the lengths of what the pointers get. */
#include "rules/counts/globals.h"

#include "engine/shapes.h"

using namespace clang;

namespace safecc {
namespace {

class Globals {
public:
    Globals(Unit &unit, Reporter &out) : unit(unit), out(out) {}
    void run()
    {
        for (const Decl *d : unit.context().getTranslationUnitDecl()->decls()) {
            const auto *v = dyn_cast<VarDecl>(d);
            if (v == nullptr || !v->isThisDeclarationADefinition() || v->getInit() == nullptr || unit.exempt(v->getLocation()))
                continue;
            if (const auto *list = dyn_cast<InitListExpr>(strip(v->getInit())))
                members(list);
            else if (!annotations_of(v).count.empty() && v->getType()->isPointerType())
                enough(v->getInit(), number(annotations_of(v).count, nullptr), v);
        }
    }

private:
    Unit &unit;
    Reporter &out;

    void members(const InitListExpr *list)
    {
        for (const Expr *e : list->inits())
            if (const auto *inner = dyn_cast<InitListExpr>(strip(e)))
                members(inner);
        for (auto [f, init] : members_of(list)) {
            const std::string &count = annotations_of(f).count;
            if (count.empty())
                continue;
            if (f->getType()->isPointerType() && init != nullptr)
                enough(init, number(count, list), f);
            else if (f->getType()->isIncompleteArrayType() && init == nullptr && number(count, list) != 0)
                say(list, "`" + f->getNameAsString() + "` has no elements here, and its count is not 0");
        }
    }

    /* A name or a number; -1 for what is none. */
    int64_t number(const std::string &count, const InitListExpr *list)
    {
        Expr::EvalResult r;
        char *end = nullptr;
        unsigned long long n = strtoull(count.c_str(), &end, 0);

        while (*end == 'U' || *end == 'L' || *end == 'u' || *end == 'l')
            end++;
        if (end != count.c_str() && *end == '\0')
            return (int64_t)n;
        if (list != nullptr)
            for (auto [f, init] : members_of(list))
                if (f->getName() == count)
                    return init == nullptr ? 0 : init->EvaluateAsInt(r, unit.context()) && r.Val.getInt().getActiveBits() < 63 ? (int64_t)r.Val.getInt().getZExtValue() : -1;
        ASTContext &context = unit.context();
        for (const NamedDecl *d : context.getTranslationUnitDecl()->lookup(&context.Idents.get(count))) {
            if (const auto *k = dyn_cast<EnumConstantDecl>(d))
                return k->getInitVal().getExtValue();
            if (const auto *v = dyn_cast<VarDecl>(d); v != nullptr && v->getType().isConstQualified() && v->getAnyInitializer() != nullptr && v->getAnyInitializer()->EvaluateAsInt(r, context))
                return r.Val.getInt().getActiveBits() < 63 ? (int64_t)r.Val.getInt().getZExtValue() : -1;
        }
        return -1;
    }

    void enough(const Expr *init, int64_t need, const NamedDecl *place)
    {
        const Expr *e = strip(init);
        int64_t have = -1;
        Expr::EvalResult r;

        if (isa<ImplicitValueInitExpr>(e) || e->isNullPointerConstant(unit.context(), Expr::NPC_ValueDependentIsNotNull) != Expr::NPCK_NotNull)
            return;
        if (const auto *lit = dyn_cast<CompoundLiteralExpr>(e))
            e = lit->getInitializer();
        if (const auto *array = dyn_cast<ConstantArrayType>(e->getType().getCanonicalType())) {
            have = (int64_t)array->getSize().getZExtValue();
        } else if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_AddrOf) {
            have = 1;
            if (const auto *sub = dyn_cast<ArraySubscriptExpr>(u->getSubExpr()->IgnoreParens()))
                if (const auto *whole = dyn_cast<ConstantArrayType>(strip(sub->getBase())->getType().getCanonicalType()); whole != nullptr && sub->getIdx()->EvaluateAsInt(r, unit.context()))
                    have = (int64_t)whole->getSize().getZExtValue() - r.Val.getInt().getExtValue();
        }
        if (need < 0 || have < 0)
            say(init, "how many elements `" + place->getNameAsString() + "` gets and needs cannot be seen here");
        else if (need > have)
            say(init, "`" + place->getNameAsString() + "` needs " + std::to_string(need) + " elements and gets " + std::to_string(have));
    }

    void say(const Expr *at, const std::string &message)
    {
        if (!unit.exempt(at->getBeginLoc()))
            out.report({ "SC-07", unit.place(at->getSourceRange()), message, {}, "an array, and its length", {}, "" });
    }
};

} // namespace

void judge_global_counts(Unit &unit, Reporter &out)
{
    Globals(unit, out).run();
}

} // namespace safecc
