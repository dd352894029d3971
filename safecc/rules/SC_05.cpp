/* SPDX-License-Identifier: MIT */
/* SC-05: no varargs, but for the log calls, whose format is a literal that clang has checked against the arguments. */
#include "clang/AST/Attr.h"
#include "rules/judged.h"

using namespace clang;

namespace safecc {
namespace {

class Visitor : public JudgedVisitor<Visitor> {
public:
    using JudgedVisitor::JudgedVisitor;

    bool VisitFunctionDecl(FunctionDecl *f)
    {
        if (f->isVariadic() && f->isThisDeclarationADefinition())
            say(f->getLocation(), "`" + f->getNameAsString() + "` takes varargs", "pass a struct, or an array with its count");
        return true;
    }
    bool VisitVAArgExpr(VAArgExpr *e)
    {
        say(e->getSourceRange(), "va_arg makes a value of any type", "pass a struct, or an array with its count");
        return true;
    }
    bool VisitCallExpr(CallExpr *call)
    {
        const FunctionDecl *f = call->getDirectCallee();

        if (f == nullptr || !f->isVariadic() || f->getBuiltinID() != 0)
            return f == nullptr || !f->isVariadic() || builtin(call, f);
        const FormatAttr *format = f->getAttr<FormatAttr>();
        if (format == nullptr || format->getType()->getName() != "printf") {
            say(call->getSourceRange(), "call of the varargs function `" + f->getNameAsString() + "`", "only log functions with a checked format are called so");
            return true;
        }
        literal(call, (unsigned)format->getFormatIdx() - 1, f);
        return true;
    }

private:
    bool builtin(const CallExpr *call, const FunctionDecl *f)
    {
        static const std::map<std::string, unsigned> printing = { { "printf", 0 }, { "fprintf", 1 }, { "snprintf", 2 } };
        auto it = printing.find(f->getNameAsString());

        if (it != printing.end() && unit.options->host)
            literal(call, it->second, f);
        else if (f->getNameAsString().rfind("__builtin_va", 0) == 0 || it != printing.end())
            say(call->getSourceRange(), "call of `" + f->getNameAsString() + "`", "use the log functions");
        return true;
    }

    void literal(const CallExpr *call, unsigned index, const FunctionDecl *f)
    {
        if (index >= call->getNumArgs())
            return;
        const Expr *e = strip(call->getArg(index));
        const auto *text_ = dyn_cast<clang::StringLiteral>(e);
        if (text_ == nullptr) {
            say(e->getSourceRange(), "the format of `" + f->getNameAsString() + "` is no literal", "write the format in the call; pass text through %s");
            return;
        }
        if (text_->isOrdinary() && text_->getString().contains("%n"))
            say(e->getSourceRange(), "%n writes through a pointer that nobody checks", "drop it");
        /* Pointers print through %s only from counted literals; %p shows an address to whoever reads the log. */
    }
};

SAFECC_VISITOR_RULE(NoVarargs, Visitor, "SC-05", "no varargs but log calls with a literal, checked format");

} // namespace
} // namespace safecc
