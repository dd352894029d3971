/* SPDX-License-Identifier: MIT */
/*
 * SC-20: what is called is declared in a header, defined once, and, in the host profile, on the list of libc functions.
 */
#include "clang/AST/Attr.h"
#include "engine/callees.h"
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
        if (f->isThisDeclarationADefinition() && unit.in_main_file(f->getLocation()))
            VisitFunctionDefinition(f);
        if (unit.in_main_file(f->getLocation()) && f->isExternallyVisible() && !f->isDefined() && f->getBuiltinID() == 0 && f->isFirstDecl() && !f->isImplicit())
            say(f->getLocation(), "`" + f->getNameAsString() + "` is declared here and defined elsewhere", "include the header that declares it");
        return true;
    }
    /* What the definition demands or promises, its callers must see: in the header. */
    bool VisitFunctionDefinition(FunctionDecl *f)
    {
        std::set<std::string> seen;
        bool declared = false;

        for (const FunctionDecl *d : f->redecls())
            if (!unit.in_main_file(d->getLocation())) {
                declared = true;
                facts(d, seen);
            }
        if (!declared || !f->isExternallyVisible())
            return true;
        std::set<std::string> mine;
        for (const FunctionDecl *d : f->redecls())
            if (unit.in_main_file(d->getLocation()))
                facts(d, mine);
        for (const std::string &fact : mine)
            if (!seen.count(fact)) {
                say(f->getLocation(), "`" + f->getNameAsString() + "` has an annotation that its header does not show (" + fact.substr(fact.find(' ') + 1) + (fact[0] == '#' ? ", parameter " + fact.substr(1, fact.find(' ') - 1) : "") + ")",
                    "put it into the header: callers go by that");
                break;
            }
        return true;
    }
    static void facts(const FunctionDecl *f, std::set<std::string> &out)
    {
        auto add = [&](const Decl *d, const std::string &where) {
            for (const auto *a : d->specific_attrs<AnnotateAttr>()) {
                std::string text = a->getAnnotation().str();
                /* Parameters may have other names elsewhere. */
                if (text.rfind("sc:count=", 0) == 0 || text.rfind("sc:holds=", 0) == 0 || text.rfind("sc:acquires=", 0) == 0 || text.rfind("sc:releases=", 0) == 0)
                    text = numbered_parameters(f, text);
                if (text.rfind("sc:", 0) == 0)
                    out.insert(where + " " + text.substr(3));
            }
        };
        add(f, "");
        for (unsigned i = 0; i < f->getNumParams(); i++)
            add(f->getParamDecl(i), "#" + std::to_string(i + 1));
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
