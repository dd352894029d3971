/* SPDX-License-Identifier: MIT */
/* Paths as text, of expressions and of annotations. */
#include "rules/locks/paths.h"

using namespace clang;

namespace safecc::locks {
namespace {

/* A local that is given one value, in its declaration or later, and whose address nobody takes: it is another name. */
class OneName : public RecursiveASTVisitor<OneName> {
public:
    std::map<const VarDecl *, unsigned> times;
    std::map<const VarDecl *, const Expr *> value;
    bool VisitVarDecl(VarDecl *v)
    {
        if (v->hasLocalStorage() && !isa<ParmVarDecl>(v) && v->getInit() != nullptr)
            note(v, v->getInit());
        return true;
    }
    bool VisitBinaryOperator(BinaryOperator *b)
    {
        if (b->isAssignmentOp())
            if (const auto *r = dyn_cast<DeclRefExpr>(b->getLHS()->IgnoreParens()))
                if (const auto *v = dyn_cast<VarDecl>(r->getDecl()))
                    note(v, b->getOpcode() == BO_Assign ? b->getRHS() : nullptr);
        return true;
    }
    bool VisitUnaryOperator(UnaryOperator *u)
    {
        if (u->isIncrementDecrementOp() || u->getOpcode() == UO_AddrOf)
            if (const auto *r = dyn_cast<DeclRefExpr>(u->getSubExpr()->IgnoreParens()))
                if (const auto *v = dyn_cast<VarDecl>(r->getDecl()))
                    note(v, nullptr);
        return true;
    }

private:
    void note(const VarDecl *v, const Expr *e)
    {
        times[v] += e == nullptr ? 2 : 1;
        value[v] = e;
    }
};

} // namespace

Paths::Paths(const FunctionDecl *f) : f(f)
{
    OneName names;

    names.TraverseStmt(f->getBody());
    for (auto [v, times] : names.times)
        if (times == 1 && v->hasLocalStorage() && !isa<ParmVarDecl>(v) && v->getType()->isPointerType() && !isa<CallExpr>(strip(names.value[v])))
            first_name[v] = names.value[v];
}

std::string Paths::of(const Expr *e, unsigned depth) const
{
    e = strip(e);
    if (depth > 12)
        return "";
    if (const auto *u = dyn_cast<UnaryOperator>(e)) {
        if (u->getOpcode() == UO_AddrOf || u->getOpcode() == UO_Deref)
            return of(u->getSubExpr(), depth + 1);
        return "";
    }
    if (const auto *r = dyn_cast<DeclRefExpr>(e)) {
        const auto *v = dyn_cast<VarDecl>(r->getDecl());
        if (v == nullptr)
            return r->getDecl()->getNameAsString();
        /* struct q *q = x->q: by its first name. */
        if (auto it = first_name.find(v); it != first_name.end())
            if (std::string other = of(it->second, depth + 1); !other.empty())
                return other;
        return name(v);
    }
    if (const auto *m = dyn_cast<MemberExpr>(e)) {
        std::string base = of(m->getBase(), depth + 1);
        if (base.empty())
            return "";
        /* A step through an anonymous struct has no name. */
        return m->getMemberDecl()->getName().empty() ? base : base + "." + m->getMemberDecl()->getNameAsString();
    }
    if (const auto *s = dyn_cast<ArraySubscriptExpr>(e)) {
        std::string base = of(s->getBase(), depth + 1), index = of(s->getIdx(), depth + 1);
        if (const auto *l = dyn_cast<IntegerLiteral>(strip(s->getIdx())))
            index = std::to_string(l->getValue().getZExtValue());
        return base.empty() || index.empty() ? "" : base + "[" + index + "]";
    }
    return "";
}

std::string Paths::name(const VarDecl *v) const
{
    std::string n = v->getNameAsString();

    if (isa<ParmVarDecl>(v) || !v->hasLocalStorage())
        return n;
    for (const Decl *d : f->decls())
        if (const auto *other = dyn_cast<VarDecl>(d); other != nullptr && other != v && other->getName() == v->getName())
            return n + "@" + std::to_string(v->getLocation().getRawEncoding());
    for (const ParmVarDecl *p : f->parameters())
        if (p->getName() == v->getName())
            return n + "@" + std::to_string(v->getLocation().getRawEncoding());
    return n;
}

bool goes_through(const std::string &path, const std::string &name)
{
    auto part = [&](size_t i) { return i < path.size() && (isalnum((unsigned char)path[i]) || path[i] == '_' || path[i] == '@'); };

    for (size_t at = path.find(name); at != std::string::npos; at = path.find(name, at + 1))
        if ((at == 0 || path[at - 1] == '[') && !part(at + name.size()))
            return true;
    return false;
}

const FieldDecl *last_field(const Expr *e)
{
    e = strip(e);
    if (const auto *u = dyn_cast<UnaryOperator>(e))
        return last_field(u->getSubExpr());
    const auto *m = dyn_cast<MemberExpr>(e);
    return m == nullptr ? nullptr : dyn_cast<FieldDecl>(m->getMemberDecl());
}

std::string dotted(const std::string &text)
{
    std::string path;

    for (size_t i = 0; i < text.size(); i++) {
        if (text[i] == '&' || text[i] == ' ' || text[i] == '(' || text[i] == ')')
            continue;
        if (text[i] == '-' && i + 1 < text.size() && text[i + 1] == '>') {
            path += '.';
            i++;
        } else {
            path += text[i];
        }
    }
    return path;
}

bool listed(const std::vector<std::string> &annotations, const std::string &path)
{
    for (const std::string &a : annotations)
        if (dotted(a) == dotted(path))
            return true;
    return false;
}

} // namespace safecc::locks
