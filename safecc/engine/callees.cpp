/* SPDX-License-Identifier: MIT */
/* Calls and tables of functions. */
#include "engine/callees.h"

using namespace clang;

namespace safecc {
namespace {

struct Step {
    const FieldDecl *field = nullptr; /* null: some element of an array */
};

struct Reached {
    const VarDecl *table = nullptr;
    std::vector<const FunctionDecl *> functions;
    bool holes = false;
};

const Expr *callee_expression(const CallExpr *call)
{
    const Expr *e = strip(call->getCallee());

    while (const auto *u = dyn_cast<UnaryOperator>(e)) {
        if (u->getOpcode() != UO_Deref)
            break;
        e = strip(u->getSubExpr());
    }
    return e;
}

/* The elements that the steps lead to. */
void collect(const Expr *init, const std::vector<Step> &steps, size_t at, Reached &out)
{
    if (init == nullptr) {
        out.holes = true;
        return;
    }
    init = strip(init);
    if (at == steps.size()) {
        if (const auto *u = dyn_cast<UnaryOperator>(init); u != nullptr && u->getOpcode() == UO_AddrOf)
            init = strip(u->getSubExpr());
        const auto *r = dyn_cast<DeclRefExpr>(init);
        if (const auto *f = r == nullptr ? nullptr : dyn_cast<FunctionDecl>(r->getDecl())) {
            for (const FunctionDecl *known : out.functions)
                if (known->getCanonicalDecl() == f->getCanonicalDecl())
                    return;
            out.functions.push_back(f);
        } else {
            out.holes = true;
        }
        return;
    }
    const auto *list = dyn_cast<InitListExpr>(init);
    if (list == nullptr) {
        out.holes = true;
        return;
    }
    if (list->isSyntacticForm() && list->getSemanticForm() != nullptr)
        list = list->getSemanticForm();
    if (steps[at].field == nullptr) {
        const auto *array = dyn_cast<ConstantArrayType>(list->getType().getCanonicalType());
        for (const Expr *e : list->inits())
            collect(e, steps, at + 1, out);
        if (array == nullptr || array->getSize().getZExtValue() > list->getNumInits())
            out.holes = true;
        return;
    }
    unsigned i = 0;
    for (const FieldDecl *f : steps[at].field->getParent()->fields()) {
        if (f->isUnnamedBitField())
            continue;
        if (f == steps[at].field)
            break;
        i++;
    }
    collect(i < list->getNumInits() ? list->getInit(i) : nullptr, steps, at + 1, out);
}

Reached reach(const CallExpr *call)
{
    Reached out;
    std::vector<Step> steps;
    const Expr *e = callee_expression(call);

    for (;;) {
        e = strip(e);
        if (const auto *m = dyn_cast<MemberExpr>(e)) {
            const auto *f = dyn_cast<FieldDecl>(m->getMemberDecl());
            if (m->isArrow() || f == nullptr)
                return out;
            steps.insert(steps.begin(), Step{ f });
            e = m->getBase();
        } else if (const auto *s = dyn_cast<ArraySubscriptExpr>(e)) {
            if (!strip(s->getBase())->getType()->isArrayType())
                return out;
            steps.insert(steps.begin(), Step{});
            e = s->getBase();
        } else {
            break;
        }
    }
    const auto *r = dyn_cast<DeclRefExpr>(e);
    const auto *v = r == nullptr ? nullptr : dyn_cast<VarDecl>(r->getDecl());
    if (v == nullptr || !v->hasGlobalStorage())
        return out;
    QualType t = v->getType();
    while (const auto *a = dyn_cast<ArrayType>(t.getTypePtr()))
        t = a->getElementType();
    if (!t.isConstQualified())
        return out;
    out.table = v;
    collect(v->getAnyInitializer(), steps, 0, out);
    return out;
}

const Reached &reached(const CallExpr *call)
{
    static std::map<const CallExpr *, Reached> cache;
    auto it = cache.find(call);

    if (it == cache.end()) {
        Reached r;
        if (call->getDirectCallee() != nullptr)
            r.functions.push_back(call->getDirectCallee());
        else
            r = reach(call);
        it = cache.emplace(call, r).first;
    }
    return it->second;
}

/* Parameters of the function by number. */
std::string numbered(const FunctionDecl *f, const std::string &text)
{
    std::string out;

    for (size_t i = 0; i < text.size();) {
        size_t start = i;
        while (i < text.size() && (isalnum((unsigned char)text[i]) || text[i] == '_'))
            i++;
        if (i == start) {
            out += text[i++];
            continue;
        }
        std::string word = text.substr(start, i - start);
        for (const FunctionDecl *d : f->redecls())
            for (unsigned k = 0; k < d->getNumParams(); k++)
                if (d->getParamDecl(k)->getName() == word)
                    word = "#" + std::to_string(k);
        out += word;
    }
    return out;
}

std::string words(const FunctionDecl *f, const Annotations &a)
{
    std::string out;
    const std::pair<const char *, bool> flags[] = {
        { "nullable", a.nullable }, { "nonnull", a.nonnull }, { "owned", a.owned }, { "borrows", a.borrows }, { "keeps_borrows", a.keeps_borrows }, { "preempts", a.preempts }, { "string", a.string },
    };
    for (auto &[name, set] : flags)
        if (set)
            out += std::string(" ") + name;
    if (!a.count.empty())
        out += " count=" + numbered(f, a.count);
    if (!a.range_lo.empty())
        out += " range=" + a.range_lo + "," + a.range_hi;
    if (!a.port.empty())
        out += " port=" + a.port;
    for (const std::string &h : a.holds)
        out += " holds=" + numbered(f, h);
    for (const std::string &h : a.acquires)
        out += " acquires=" + numbered(f, h);
    for (const std::string &h : a.releases)
        out += " releases=" + numbered(f, h);
    return out;
}

} // namespace

std::string numbered_parameters(const FunctionDecl *f, const std::string &text)
{
    return numbered(f, text);
}

const VarDecl *table_of(const CallExpr *call)
{
    return reached(call).table;
}

const std::vector<const FunctionDecl *> &callees_of(const CallExpr *call)
{
    return reached(call).functions;
}

const FunctionDecl *callee_of(const CallExpr *call)
{
    const Reached &r = reached(call);

    return r.functions.empty() ? nullptr : r.functions[0];
}

bool table_has_holes(const CallExpr *call)
{
    return reached(call).holes;
}

std::string promises_of(const FunctionDecl *f)
{
    std::string out = words(f, annotations_of(f));

    for (unsigned i = 0; i < f->getNumParams(); i++) {
        const ParmVarDecl *p = f->getParamDecl(i);
        std::string w = words(f, annotations_of(p));
        if (const auto *array = dyn_cast<ConstantArrayType>(p->getOriginalType().getCanonicalType()))
            w += " count=" + std::to_string(array->getSize().getZExtValue());
        if (!w.empty())
            out += "; parameter " + std::to_string(i + 1) + ":" + w;
    }
    return out;
}

} // namespace safecc
