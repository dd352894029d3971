/* SPDX-License-Identifier: MIT */
/* SC-04: no assembly, no computed goto, no setjmp: control flow is what the C text says. */
#include "safecc.h"

using namespace clang;

namespace safecc {
namespace {

class Visitor : public RecursiveASTVisitor<Visitor> {
public:
    Visitor(Unit &unit, Reporter &out) : unit(unit), out(out) {}

    bool VisitAsmStmt(AsmStmt *s) { return say(s->getAsmLoc(), "inline assembly", "use a function of core/ or arch/ that wraps the instruction"); }
    bool VisitFileScopeAsmDecl(FileScopeAsmDecl *d) { return say(d->getBeginLoc(), "assembly at file scope", "assembly belongs in hypervisor/arch"); }
    bool VisitIndirectGotoStmt(IndirectGotoStmt *s) { return say(s->getBeginLoc(), "a computed goto", "use switch"); }
    bool VisitAddrLabelExpr(AddrLabelExpr *e) { return say(e->getBeginLoc(), "the address of a label", "use switch"); }
    bool VisitVarDecl(VarDecl *d)
    {
        if (d->hasAttr<AsmLabelAttr>())
            say(d->getBeginLoc(), "variable `" + d->getNameAsString() + "` bound to a register or another symbol by asm", "drop the asm label");
        return true;
    }
    bool VisitCallExpr(CallExpr *call)
    {
        static const std::set<std::string> jumps = { "setjmp", "_setjmp", "sigsetjmp", "__sigsetjmp", "longjmp", "siglongjmp", "signal", "sigaction",
                                                     "__builtin_setjmp", "__builtin_longjmp" };
        const FunctionDecl *f = call->getDirectCallee();

        if (f != nullptr && jumps.count(f->getNameAsString()))
            say(call->getBeginLoc(), "call of `" + f->getNameAsString() + "`", "return an error code instead");
        return true;
    }

private:
    Unit &unit;
    Reporter &out;

    bool say(SourceLocation at, const std::string &what, const std::string &instead)
    {
        if (unit.exempt(at) || unit.arch_file(at))
            return true;
        out.report({ "SC-04", unit.place(at), what + " is not allowed", {}, instead, {}, unit.function_at(at) });
        return true;
    }
};

class NoAssembly : public Rule {
public:
    const char *id() const override { return "SC-04"; }
    const char *title() const override { return "no assembly, computed goto, setjmp or signal handlers"; }
    void check_unit(Unit &unit, Reporter &out) override
    {
        Visitor(unit, out).TraverseDecl(unit.context().getTranslationUnitDecl());
    }
};

SAFECC_RULE(NoAssembly);

} // namespace
} // namespace safecc
