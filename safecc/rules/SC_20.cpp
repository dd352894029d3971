/* SPDX-License-Identifier: MIT */
/*
 * SC-20: what is called is declared in a header, defined once, and, in the host profile, on the list of libc functions.
 */
#include "rules/judged.h"

using namespace clang;

namespace safecc {
namespace {

const std::set<std::string> libc = {
    "printf", "puts", "putchar", "fflush", "exit", "abort", "clock", "time", "strtoul", "strtol", "strtod", "atoi", "memcpy", "memmove", "memset", "memcmp", "strlen",
    "strcmp", "strncmp", "pthread_create", "pthread_join", "pthread_mutex_lock", "pthread_mutex_unlock", "sqrt", "sin", "cos", "tan", "exp", "log", "pow", "fabs", "floor", "ceil", "abs", "labs",
    "fmin", "fmax", "fmod", "atan2", "sched_yield", "fprintf", "getchar", "snprintf",
};

class Visitor : public JudgedVisitor<Visitor> {
public:
    using JudgedVisitor::JudgedVisitor;

    bool VisitCallExpr(CallExpr *call)
    {
        const FunctionDecl *f = call->getDirectCallee();

        if (f == nullptr || (f->getBuiltinID() != 0 && f->getNameAsString().rfind("__", 0) == 0))
            return true;
        if (unit.system_declared(f) && !libc.count(f->getNameAsString()) && !f->hasBody())
            say(call->getSourceRange(), "`" + f->getNameAsString() + "` is not on the list of functions of the C library",
                f->getName() == "malloc" || f->getName() == "free" ? "memory comes from sc_new() and goes by sc_delete()" : "see safecc --explain SC-20");
        return true;
    }
    /* extern in a .c file: a type nobody checks against the definition. */
    bool VisitFunctionDecl(FunctionDecl *f)
    {
        if (unit.in_main_file(f->getLocation()) && f->isExternallyVisible() && !f->isDefined() && f->getBuiltinID() == 0 && f->isFirstDecl() && !f->isImplicit())
            say(f->getLocation(), "`" + f->getNameAsString() + "` is declared here and defined elsewhere", "include the header that declares it");
        return true;
    }
    bool VisitVarDecl(VarDecl *v)
    {
        if (unit.in_main_file(v->getLocation()) && v->hasExternalStorage() && v->isExternallyVisible() && v->isFirstDecl() && v->getDefinition() == nullptr)
            say(v->getLocation(), "`" + v->getNameAsString() + "` is declared here and defined elsewhere", "include the header that declares it");
        return true;
    }
};

class ImportsDeclared : public Rule {
public:
    const char *id() const override { return "SC-20"; }
    const char *title() const override { return "only declared imports are called, and every name is defined once"; }
    void check_unit(Unit &unit, Reporter &out) override { Visitor("SC-20", unit, out).run(); }
    void check_module(Module &module, Reporter &out) override
    {
        std::map<std::string, Place> defined;

        for (auto &unit : module.units)
            for (const Decl *d : unit->context().getTranslationUnitDecl()->decls()) {
                const auto *f = dyn_cast<FunctionDecl>(d);
                const auto *v = dyn_cast<VarDecl>(d);
                const auto *named = dyn_cast<NamedDecl>(d);
                bool definition = (f != nullptr && f->isThisDeclarationADefinition() && f->isExternallyVisible() && !f->isInlined()) ||
                                  (v != nullptr && v->isThisDeclarationADefinition() != VarDecl::DeclarationOnly && v->isExternallyVisible());
                if (!definition || unit->exempt(named->getLocation()))
                    continue;
                auto [it, fresh] = defined.emplace(named->getNameAsString(), unit->place(named->getLocation()));
                if (fresh || it->second.file == unit->place(named->getLocation()).file)
                    continue;
                Finding finding{ "SC-20", unit->place(named->getLocation()), "`" + named->getNameAsString() + "` is defined a second time", {}, "define it once, and declare it in a header", {}, "" };
                finding.path.push_back({ it->second, "the other definition" });
                out.report(finding);
            }
    }
};
SAFECC_RULE(ImportsDeclared);

} // namespace
} // namespace safecc
