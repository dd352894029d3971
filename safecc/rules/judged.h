/* SPDX-License-Identifier: MIT */
/* judged.h - a visitor that knows its rule, and says nothing where the rule has nothing to say. */
#ifndef SAFECC_RULES_JUDGED_H
#define SAFECC_RULES_JUDGED_H

#include "safecc.h"

namespace safecc {

template <class Derived> class JudgedVisitor : public clang::RecursiveASTVisitor<Derived> {
public:
    JudgedVisitor(const char *rule, Unit &unit, Reporter &out) : unit(unit), out(out), rule(rule) {}
    void run() { this->TraverseDecl(unit.context().getTranslationUnitDecl()); }

protected:
    Unit &unit;
    Reporter &out;

    void say(clang::SourceRange at, std::string message, std::string help, std::vector<Fact> path = {}, std::vector<FixIt> fixes = {})
    {
        if (at.isInvalid() || unit.exempt(at.getBegin()))
            return;
        out.report({ rule, unit.place(at), std::move(message), std::move(path), std::move(help), std::move(fixes), unit.function_at(at.getBegin()) });
    }
    std::string text(const clang::Stmt *s) const { return unit.source_text(s->getSourceRange()); }

private:
    const char *rule;
};

/* A rule that is one visitor over each unit. */
#define SAFECC_VISITOR_RULE(Class, Visitor, ID, TITLE)                                     \
    class Class : public Rule {                                                            \
    public:                                                                                \
        const char *id() const override { return ID; }                                     \
        const char *title() const override { return TITLE; }                               \
        void check_unit(Unit &unit, Reporter &out) override { Visitor(ID, unit, out).run(); } \
    };                                                                                     \
    SAFECC_RULE(Class)

/* The type holds a pointer at any depth. */
inline bool type_holds_pointer(clang::QualType t)
{
    t = t.getCanonicalType();
    if (const auto *a = llvm::dyn_cast<clang::AtomicType>(t))
        t = a->getValueType();
    if (t->isPointerType())
        return true;
    if (const auto *a = llvm::dyn_cast<clang::ArrayType>(t))
        return type_holds_pointer(a->getElementType());
    if (const clang::RecordDecl *r = t->getAsRecordDecl())
        for (const clang::FieldDecl *f : r->fields())
            if (type_holds_pointer(f->getType()))
                return true;
    return false;
}

/* Does a count of the record name the field? */
inline bool is_count(const clang::FieldDecl *f)
{
    for (const clang::FieldDecl *p : f->getParent()->fields()) {
        const std::string &count = annotations_of(p).count;
        for (size_t at = count.find(f->getNameAsString()); !count.empty() && !f->getName().empty() && at != std::string::npos; at = count.find(f->getNameAsString(), at + 1)) {
            size_t end = at + f->getName().size();
            bool begins = at == 0 || !(isalnum((unsigned char)count[at - 1]) || count[at - 1] == '_');
            bool ends = end == count.size() || !(isalnum((unsigned char)count[end]) || count[end] == '_');
            if (begins && ends)
                return true;
        }
    }
    return false;
}

/*
 * Why not every pattern of bits is a value of the type: it holds a truth value, a number with SC_RANGE, a count, or a core
 * object that only the core makes. Empty when any bits will do.
 */
inline std::string promise_of_type(clang::QualType t)
{
    if (annotations_of_type(t).opaque)
        return "an SC_OPAQUE object";
    t = t.getCanonicalType();
    if (const auto *a = llvm::dyn_cast<clang::AtomicType>(t))
        return promise_of_type(a->getValueType());
    if (t->isBooleanType())
        return "a truth value";
    if (const auto *a = llvm::dyn_cast<clang::ArrayType>(t))
        return promise_of_type(a->getElementType());
    if (const clang::RecordDecl *r = t->getAsRecordDecl(); r != nullptr)
        for (const clang::FieldDecl *f : r->fields()) {
            if (!annotations_of(f).range_lo.empty())
                return "`" + f->getNameAsString() + "`, which has a range";
            if (is_count(f))
                return "`" + f->getNameAsString() + "`, which is a count";
            std::string inner = promise_of_type(f->getType());
            if (!inner.empty())
                return inner;
        }
    return "";
}

} // namespace safecc
#endif
