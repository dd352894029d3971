/* SPDX-License-Identifier: MIT */
/* Variables that can be written, and the fields of objects with a lock: each needs a word on what protects it. */
#include "rules/locks/declarations.h"

#include "rules/locks/program.h"

using namespace clang;

namespace safecc::locks {
namespace {

/* State that functions share and nothing protects. */
class SharedState : public RecursiveASTVisitor<SharedState> {
public:
    SharedState(Unit &unit, Reporter &out) : unit(unit), out(out) {}
    bool VisitVarDecl(VarDecl *v)
    {
        if (!v->hasGlobalStorage() || v->isStaticDataMember() || !unit.judged(v) || unit.in_island(v->getLocation()))
            return true;
        if (!v->isThisDeclarationADefinition())
            return true;
        QualType t = v->getType();
        while (const auto *array = dyn_cast<ArrayType>(t.getTypePtr()))
            t = array->getElementType();
        const Annotations &a = annotations_of(v);
        if (t.isConstQualified() || is_lock_type(t) || a.atomic || a.slot || a.fixed || a.percpu || a.boot || !a.guarded_by.empty() || guards_itself(t))
            return true;
        out.report({ "SC-14", unit.place(v->getLocation()), "`" + v->getNameAsString() + "` is shared, can be written, and nothing says what protects it", {},
                     "SC_GUARDED_BY(lock), SC_ATOMIC, SC_SLOT, SC_FIXED, SC_BOOT, SC_PERCPU, or const", {}, "" });
        return true;
    }

    /* In an object with a lock of its own, every field says whether that protects it. */
    bool VisitRecordDecl(RecordDecl *r)
    {
        if (!r->isCompleteDefinition() || !unit.judged(r) || unit.core_file(r->getLocation()))
            return true;
        bool has_lock = false;
        for (const FieldDecl *f : r->fields())
            has_lock |= is_lock_type(f->getType());
        if (!has_lock)
            return true;
        for (const FieldDecl *f : r->fields()) {
            QualType t = f->getType();
            while (const auto *array = dyn_cast<ArrayType>(t.getTypePtr()))
                t = array->getElementType();
            const Annotations &a = annotations_of(f);
            if (t.isConstQualified() || is_lock_type(t) || (t->isRecordType() && !annotations_of_type(t).opaque) || a.atomic || a.slot || a.fixed || a.boot || !a.guarded_by.empty())
                continue;
            out.report({ "SC-14", unit.place(f->getLocation()), "`" + f->getNameAsString() + "` stands in an object with a lock, and nothing says what protects it", {},
                         "SC_GUARDED_BY(lock), SC_ATOMIC, SC_SLOT, SC_FIXED, or const", {}, "" });
        }
        return true;
    }

private:
    Unit &unit;
    Reporter &out;
    /* A struct whose fields say it themselves, or that holds a lock. */
    static bool guards_itself(QualType t)
    {
        const RecordDecl *r = t->getAsRecordDecl();
        if (r == nullptr)
            return false;
        for (const FieldDecl *f : r->fields())
            if (is_lock_type(f->getType()) || !annotations_of(f).guarded_by.empty())
                return true;
        return false;
    }
};

} // namespace

void judge_declarations(Unit &unit, Reporter &out)
{
    SharedState(unit, out).TraverseDecl(unit.context().getTranslationUnitDecl());
}

} // namespace safecc::locks
