/* SPDX-License-Identifier: MIT */
/* Each expression and variable by itself. */
#include "rules/owned/forms.h"

#include "engine/bounds.h"
#include "rules/judged.h"
#include "rules/owned/state.h"

using namespace clang;

namespace safecc::owned {
namespace {

class Forms : public JudgedVisitor<Forms> {
public:
    using JudgedVisitor::JudgedVisitor;

    bool VisitMemberExpr(MemberExpr *m)
    {
        const auto *field = dyn_cast<FieldDecl>(m->getMemberDecl());
        if (field != nullptr && inside_opaque(m->getBase(), m->isArrow()) && !of_core(m->getMemberLoc()))
            say(m->getSourceRange(), "`" + text(m) + "` looks into an SC_OPAQUE object", "use the functions of the core");
        return true;
    }
    bool VisitInitListExpr(InitListExpr *list)
    {
        if (!opaque_type(list->getType()) || of_core(list->getBeginLoc()))
            return true;
        for (const Expr *i : list->inits()) {
            Expr::EvalResult r;
            if (!isa<ImplicitValueInitExpr>(i) && !(i->EvaluateAsInt(r, unit.context()) && r.Val.isInt() && r.Val.getInt() == 0))
                say(list->getSourceRange(), "an SC_OPAQUE object is made of numbers", "the core makes it");
        }
        return true;
    }
    bool VisitImplicitCastExpr(ImplicitCastExpr *c)
    {
        if (c->getCastKind() == CK_LValueToRValue && c->getType()->isRecordType() && !opaque_type(c->getType()) && holds_owned(c->getType()) && !isa<CompoundLiteralExpr>(strip(c->getSubExpr())))
            say(c->getSourceRange(), "`" + text(c) + "` is copied with what it owns", "move its members one by one: sc_take()");
        return true;
    }
    bool VisitVarDecl(VarDecl *v)
    {
        if ((v->getName() == "sc_taken_" || v->getName() == "fref_taken_") && v->getInit() != nullptr && !pure(v->getInit()) && !unit.in_island(v->getLocation()))
            out.report({ "SC-12", unit.place(v->getInit()->getSourceRange()), "`" + text(v->getInit()) + "` is taken, and evaluated twice for it", {}, "compute the place first", {}, unit.function_at(v->getLocation()) });
        return true;
    }

private:
    static bool inside_opaque(const Expr *base, bool arrow)
    {
        QualType t = base->getType();
        return opaque_type(arrow ? t->getPointeeType() : t);
    }
    /* Written in a file of the core, or in the body of one of its macros. */
    bool of_core(SourceLocation at)
    {
        const TokenOrigin *o = unit.origin(at);
        return o == nullptr || (o->macro != 0 ? unit.core_name(unit.macros[o->macro].file) : unit.core_name(unit.files[o->file]));
    }
};

} // namespace

void judge_forms(Unit &unit, Reporter &out)
{
    Forms("SC-12", unit, out).run();
}

} // namespace safecc::owned
