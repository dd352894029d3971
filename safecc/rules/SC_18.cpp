/* SPDX-License-Identifier: MIT */
/* SC-18: calls are direct, or through a const table of exactly that type; code pointers live nowhere else. */
#include "engine/callees.h"
#include "rules/judged.h"

using namespace clang;

namespace safecc {
namespace {

bool function_pointer(QualType t)
{
    return t->isFunctionPointerType();
}

class Visitor : public JudgedVisitor<Visitor> {
public:
    using JudgedVisitor::JudgedVisitor;

    bool VisitCallExpr(CallExpr *call)
    {
        if (call->getDirectCallee() != nullptr) {
            /* pthread_create and its like take code: the host profile wraps them in trusted macros. */
            for (const Expr *arg : call->arguments())
                taken(arg);
            return true;
        }
        if (call->getBuiltinCallee() != 0)
            return true;
        const auto &callees = callees_of(call);
        if (table_of(call) == nullptr) {
            say(call->getSourceRange(), "a call through a pointer that is not an element of a const table", "use a switch, or static const table[] of exactly this type");
        } else if (callees.empty()) {
            say(call->getSourceRange(), "a call through `" + table_of(call)->getNameAsString() + "`, whose entries are not seen here", "define the table in this file, with its functions");
        } else {
            /* What a call owes and gets is read off one of them. */
            for (const FunctionDecl *f : callees)
                if (promises_of(f) != promises_of(callees[0])) {
                    std::string a = promises_of(callees[0]), b = promises_of(f);
                    say(call->getSourceRange(), "`" + callees[0]->getNameAsString() + "` and `" + f->getNameAsString() + "` stand in one table and promise different things", "give both the same annotations",
                        { { unit.place(callees[0]->getLocation()), "here:" + (a.empty() ? " nothing" : a) }, { unit.place(f->getLocation()), "here:" + (b.empty() ? " nothing" : b) } });
                    break;
                }
        }
        for (const Expr *arg : call->arguments())
            taken(arg);
        return true;
    }
    bool VisitVarDecl(VarDecl *v)
    {
        QualType t = v->getType();

        if (isa<ParmVarDecl>(v) && t->isFunctionPointerType()) {
            say(v->getSourceRange(), "parameter `" + v->getNameAsString() + "` is a code pointer", "pass an index into a const table");
            return true;
        }
        while (const auto *a = dyn_cast<ArrayType>(t.getTypePtr()))
            t = a->getElementType();
        if (function_pointer(t) && !(t.isConstQualified() && v->hasGlobalStorage()))
            say(v->getSourceRange(), "`" + v->getNameAsString() + "` holds a code pointer and is no const table", "static const, or an index into one");
        else if (const RecordDecl *r = t->getAsRecordDecl(); r != nullptr && holds_code(r) && !(t.isConstQualified() && v->hasGlobalStorage()) && !isa<ParmVarDecl>(v))
            say(v->getSourceRange(), "`" + v->getNameAsString() + "` holds a code pointer and can be written", "static const");
        return true;
    }
    bool VisitBinaryOperator(BinaryOperator *b)
    {
        if (b->getOpcode() == BO_Assign && function_pointer(b->getLHS()->getType()))
            say(b->getSourceRange(), "a code pointer is assigned", "store an index into a const table");
        return true;
    }
    bool VisitReturnStmt(ReturnStmt *r)
    {
        if (r->getRetValue() != nullptr && function_pointer(r->getRetValue()->getType()))
            say(r->getSourceRange(), "a code pointer is returned", "return an index into a const table");
        return true;
    }

private:
    static bool holds_code(const RecordDecl *r, unsigned depth = 0)
    {
        for (const FieldDecl *f : r->fields()) {
            QualType t = f->getType();
            while (const auto *a = dyn_cast<ArrayType>(t.getTypePtr()))
                t = a->getElementType();
            if (function_pointer(t))
                return true;
            if (const RecordDecl *inner = t->getAsRecordDecl(); inner != nullptr && depth < 6 && holds_code(inner, depth + 1))
                return true;
        }
        return false;
    }
    void taken(const Expr *arg)
    {
        if (function_pointer(arg->getType()) && !unit.from_trusted_macro(arg->getBeginLoc()))
            say(arg->getSourceRange(), "a code pointer is passed on", "pass an index into a const table");
    }
};

SAFECC_VISITOR_RULE(CallsDirect, Visitor, "SC-18", "calls are direct, or through a const table of exactly that type");

} // namespace
} // namespace safecc
