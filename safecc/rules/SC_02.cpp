/* SPDX-License-Identifier: MIT */
/*
 * SC-02: a pointer keeps its type. No cast between pointers and integers or between pointer types, in the open or through
 * void *, memcpy, a prototype that lies, or a declaration that differs between files.
 */
#include "clang/AST/ParentMapContext.h"
#include "rules/judged.h"

using namespace clang;

namespace safecc {
namespace {

class Visitor : public JudgedVisitor<Visitor> {
public:
    using JudgedVisitor::JudgedVisitor;

    bool VisitCastExpr(CastExpr *c)
    {
        const Expr *from = c->getSubExpr();

        switch (c->getCastKind()) {
        case CK_IntegralToPointer:
            if (!null_constant(c) && !null_constant(from))
                say(range(c), "an integer becomes a pointer", "keep the pointer itself, or an index into an array");
            break;
        case CK_PointerToIntegral:
            say(range(c), "a pointer becomes an integer", "compare pointers with ==, or keep an index");
            break;
        case CK_BitCast:
        case CK_LValueBitCast:
        case CK_AddressSpaceConversion:
            bit_cast(c, from);
            break;
        case CK_NoOp:
            qualifiers(c, from);
            break;
        case CK_ArrayToPointerDecay:
            literal(c, from);
            break;
        default:
            break;
        }
        return true;
    }
    bool VisitFunctionDecl(FunctionDecl *f)
    {
        if (!f->hasPrototype() && f->getBuiltinID() == 0)
            say(f->getLocation(), "`" + f->getNameAsString() + "` has no prototype", "write (void), or the parameters with their types");
        return true;
    }
    bool VisitCallExpr(CallExpr *call)
    {
        const FunctionDecl *callee = call->getDirectCallee();
        if (callee == nullptr)
            return true;
        std::string name = callee->getNameAsString();
        if (name == "memcpy" || name == "memmove" || name == "memset" || name == "memcmp" || name == "__builtin_memcpy" || name == "__builtin_memset" || name == "__builtin_memmove" || name == "__builtin_memcmp")
            bytes(call, name);
        return true;
    }

private:
    static SourceRange range(const CastExpr *c)
    {
        return c->getSourceRange();
    }
    bool null_constant(const Expr *e)
    {
        return e->isNullPointerConstant(unit.context(), Expr::NPC_ValueDependentIsNotNull) != Expr::NPCK_NotNull;
    }

    static QualType pointee(QualType t) { return t->isPointerType() ? t->getPointeeType() : QualType(); }

    /* Functions that take the bytes of an object: the core copies them, and the count is judged by SC-07. */
    bool takes_bytes(const CastExpr *c)
    {
        for (const auto &parent : unit.context().getParents(*c)) {
            const auto *call = parent.get<CallExpr>();
            const FunctionDecl *callee = call == nullptr ? nullptr : call->getDirectCallee();
            if (callee == nullptr)
                return false;
            /* A void * parameter with a count takes that many bytes of any object without pointers. */
            for (unsigned i = 0; i < call->getNumArgs() && i < callee->getNumParams(); i++)
                if (call->getArg(i) == c && !annotations_of(callee->getParamDecl(i)).count.empty()) {
                    const Expr *arg = strip(c);
                    QualType t = arg->getType();
                    QualType object = t->isPointerType() ? t->getPointeeType() : t;
                    bool written = c->getType()->isPointerType() && !callee->getParamDecl(i)->getType()->getPointeeType().isConstQualified();
                    if (type_holds_pointer(object))
                        say(arg->getSourceRange(), "the bytes of `" + type_name(object) + "`, which holds a pointer, are passed on", "copy its members one by one");
                    else if (std::string what = promise_of_type(object); written && !what.empty())
                        say(arg->getSourceRange(), "bytes from elsewhere become `" + type_name(object) + "`, which holds " + what, "read them into integers, and make the object of those");
                    return true;
                }
            static const std::set<std::string> known = { "memcpy", "memmove", "memset", "memcmp", "guest_read", "guest_write", "__builtin_memcpy", "__builtin_memset", "__builtin_memmove", "__builtin_memcmp" };
            return known.count(callee->getNameAsString()) != 0 || unit.system_declared(callee) || unit.from_trusted_file(callee->getLocation());
        }
        return false;
    }

    void bit_cast(const CastExpr *c, const Expr *from)
    {
        QualType to = pointee(c->getType()), was = pointee(from->getType());

        if (to.isNull() || was.isNull() || null_constant(from) || null_constant(c))
            return;
        if (unit.context().hasSameUnqualifiedType(to, was))
            return qualifiers(c, from);
        /* The result of a trusted macro's own call keeps its type; what a cast in its argument does is judged there. */
        if (isa<ImplicitCastExpr>(c) && to->isVoidType() && takes_bytes(c))
            return;
        if (was->isVoidType() && isa<ImplicitCastExpr>(c) && c->getSubExprAsWritten() != nullptr && unit.from_trusted_macro(from->getBeginLoc()))
            return;
        if (to->isVoidType())
            say(range(c), "a pointer to `" + type_name(was) + "` becomes `void *` and loses its type", "give the parameter its type; generic code is a macro that keeps the type");
        else if (was->isVoidType())
            say(range(c), "`void *` becomes a pointer to `" + type_name(to) + "`", "take the object from a typed place: a pool, an array, a parameter of its type");
        else
            say(range(c), "a pointer to `" + type_name(was) + "` becomes a pointer to `" + type_name(to) + "`", "use one type; make a number of bytes by shifts");
    }

    /* Text is constant, though C gives it a type that is not: it may only become a pointer to const. */
    void literal(const CastExpr *c, const Expr *from)
    {
        const Expr *e = c;

        if (!isa<clang::StringLiteral>(from->IgnoreParens()))
            return;
        for (;;) {
            const Expr *up = nullptr;
            for (const auto &parent : unit.context().getParents(*e)) {
                if (const auto *sub = parent.get<ArraySubscriptExpr>())
                    up = sub;
                else if (const auto *p = parent.get<ParenExpr>())
                    up = p;
                else if (const auto *choice = parent.get<ConditionalOperator>())
                    up = choice;
                else if (const auto *cast = parent.get<CastExpr>()) {
                    if (cast->getCastKind() == CK_LValueToRValue || (cast->getType()->isPointerType() && cast->getType()->getPointeeType().isConstQualified()) || cast->getType()->isIntegralOrEnumerationType() || cast->getType()->isVoidType())
                        return;
                    up = cast;
                } else if (const auto *call = parent.get<CallExpr>()) {
                    /* A log call's: only printed. */
                    const FunctionDecl *callee = call->getDirectCallee();
                    for (unsigned i = callee == nullptr ? call->getNumArgs() : callee->getNumParams(); callee != nullptr && callee->isVariadic() && i < call->getNumArgs(); i++)
                        if (call->getArg(i) == e)
                            return;
                } else if (parent.get<UnaryExprOrTypeTraitExpr>() != nullptr) {
                    return;
                } else if (const auto *b = parent.get<BinaryOperator>(); b != nullptr && b->isComparisonOp()) {
                    return;
                }
            }
            if (up == nullptr)
                break;
            e = up;
        }
        say(c->getSourceRange(), "text becomes a pointer through which it could be written", "let the pointer be const char *");
    }

    /* Adding const is fine; taking const or volatile away is not. */
    void qualifiers(const CastExpr *c, const Expr *from)
    {
        QualType to = c->getType(), was = from->getType();

        if (!to->isPointerType() || !was->isPointerType())
            return;
        for (const auto &up : unit.context().getParents(*c))
            if (const auto *b = up.get<BinaryOperator>(); b != nullptr && b->isEqualityOp())
                return; /* compared, not kept */
        for (; to->isPointerType() && was->isPointerType(); to = to->getPointeeType(), was = was->getPointeeType()) {
            QualType a = to->getPointeeType(), b = was->getPointeeType();
            if (b.isConstQualified() && !a.isConstQualified())
                say(range(c), isa<ImplicitCastExpr>(c) ? "a pointer to const becomes one to what may be written" : "a cast takes `const` away", "let the parameter or field be const too");
            else if (b.isVolatileQualified() && !a.isVolatileQualified())
                say(range(c), "a cast takes `volatile` away", "keep it volatile, or use the functions of core/mmio.h");
        }
    }

    /* Zeros where zero is a value, or a copy of the same type. */
    bool harmless(const CallExpr *call, bool two, QualType object)
    {
        Expr::EvalResult r;

        if (promise_of_type(object).empty())
            return true;
        if (!two)
            return call->getNumArgs() > 1 && call->getArg(1)->EvaluateAsInt(r, unit.context()) && r.Val.getInt() == 0 && promise_of_type(object).find("range") == std::string::npos;
        const Expr *from = strip(call->getArg(1));
        if (const auto *cast = dyn_cast<ExplicitCastExpr>(from))
            from = strip(cast->getSubExpr());
        QualType t = from->getType();
        QualType source = t->isPointerType() ? t->getPointeeType() : t->isArrayType() ? t->getAsArrayTypeUnsafe()->getElementType() : t;
        return unit.context().hasSameUnqualifiedType(source, object);
    }

    void bytes(const CallExpr *call, const std::string &name)
    {
        bool two = name.find("memset") == std::string::npos;

        for (unsigned i = 0; i < (two ? 2U : 1U) && i < call->getNumArgs(); i++) {
            const Expr *arg = strip(call->getArg(i));
            if (const auto *cast = dyn_cast<ExplicitCastExpr>(arg))
                arg = strip(cast->getSubExpr());
            QualType t = arg->getType();
            QualType object = t->isPointerType() ? t->getPointeeType() : t->isArrayType() ? t->getAsArrayTypeUnsafe()->getElementType() : t;
            if (type_holds_pointer(object) || type_holds_pointer(t->isArrayType() ? object : QualType(object)))
                say(call->getSourceRange(), "`" + name + "` on `" + type_name(object) + "`, which holds a pointer", "assign the object: *a = *b, or *a = (T){ 0 }");
            else if (i == 0 && name.find("memcmp") == std::string::npos && !harmless(call, two, object))
                say(call->getSourceRange(), "`" + name + "` on `" + type_name(object) + "`, which holds " + promise_of_type(object), "assign the object: *a = *b, or *a = (T){ 0 }");
        }
    }
};

/* One external name has one type in all files. */
class OneType {
public:
    OneType(Module &module, Reporter &out) : module(module), out(out) {}
    void run()
    {
        for (auto &unit : module.units)
            for (const Decl *d : unit->context().getTranslationUnitDecl()->decls()) {
                const auto *v = dyn_cast<ValueDecl>(d);
                if (v == nullptr || (!isa<FunctionDecl>(v) && !isa<VarDecl>(v)) || !v->isExternallyVisible() || v->getLocation().isInvalid() || unit->exempt(v->getLocation()))
                    continue;
                look(*unit, v);
                std::set<const RecordDecl *> seen;
                reached(*unit, v, v->getType(), seen);
            }
    }

private:
    Module &module;
    Reporter &out;
    struct Seen {
        std::string type;
        Place place;
    };
    std::map<std::string, Seen> seen;
    std::map<std::pair<std::string, std::string>, Seen> layouts; /* by declaration, and the name of a struct that it leads to */

    /* A struct that files hand each other has the same fields in each of them. */
    void reached(Unit &unit, const ValueDecl *v, QualType t, std::set<const RecordDecl *> &visited)
    {
        t = t.getCanonicalType();
        if (const auto *f = dyn_cast<FunctionProtoType>(t)) {
            reached(unit, v, f->getReturnType(), visited);
            for (QualType p : f->param_types())
                reached(unit, v, p, visited);
        } else if (const auto *a = dyn_cast<AtomicType>(t)) {
            reached(unit, v, a->getValueType(), visited);
        } else if (t->isPointerType()) {
            reached(unit, v, t->getPointeeType(), visited);
        } else if (const auto *array = dyn_cast<ArrayType>(t)) {
            reached(unit, v, array->getElementType(), visited);
        } else if (const RecordDecl *named = t->getAsRecordDecl()) {
            const RecordDecl *r = named->getDefinition();
            if (r == nullptr || !visited.insert(r).second)
                return;
            same_layout(unit, v, r);
            for (const FieldDecl *f : r->fields())
                reached(unit, v, f->getType(), visited);
        }
    }

    void same_layout(Unit &unit, const ValueDecl *v, const RecordDecl *r)
    {
        std::string name = r->getNameAsString(), fields = r->isUnion() ? "union" : "struct";

        if (name.empty() && r->getTypedefNameForAnonDecl() != nullptr)
            name = r->getTypedefNameForAnonDecl()->getNameAsString();
        if (name.empty() || unit.exempt(r->getLocation()))
            return;
        for (const FieldDecl *f : r->fields()) {
            const Annotations &a = annotations_of(f);
            fields += " " + f->getType().getCanonicalType().getAsString() + " " + f->getNameAsString() + (f->isBitField() ? ":" + std::to_string(f->getBitWidthValue(f->getASTContext())) : "");
            fields += " " + a.count + "," + a.range_lo + "," + a.range_hi + (a.nonnull ? ",nonnull" : "") + (a.nullable ? ",nullable" : "") + ";";
        }
        auto [it, fresh] = layouts.emplace(std::make_pair(v->getNameAsString(), name), Seen{ fields, unit.place(r->getLocation()) });
        if (fresh || it->second.type == fields || !differ.insert(name).second)
            return;
        Finding f{ "SC-02", unit.place(r->getLocation()), "`" + name + "`, which `" + v->getNameAsString() + "` hands from file to file, has other fields here than elsewhere", {}, "define it once, in a header that both include", {}, "" };
        f.path.push_back({ it->second.place, "the other definition" });
        out.report(f);
    }
    std::set<std::string> differ;

    void look(Unit &unit, const ValueDecl *v)
    {
        std::string type = v->getType().getCanonicalType().getAsString();
        auto [it, fresh] = seen.emplace(v->getNameAsString(), Seen{ type, unit.place(v->getLocation()) });

        /* An array without its length agrees with one that has it. */
        std::string a = it->second.type, b = type;
        auto open = [](std::string s) {
            size_t l = s.find('['), r = s.find(']');
            return l == std::string::npos || r == std::string::npos ? s : s.substr(0, l + 1) + s.substr(r);
        };
        if (fresh || a == b || ((a.find("[]") != std::string::npos || b.find("[]") != std::string::npos) && open(a) == open(b)))
            return;
        Finding f{ "SC-02", unit.place(v->getLocation()), "`" + v->getNameAsString() + "` is declared as `" + type + "` here and as `" + it->second.type + "` elsewhere", {},
                   "declare it once, in a header that both include", {}, "" };
        f.path.push_back({ it->second.place, "the other declaration" });
        out.report(f);
    }
};

class PointersKeepType : public Rule {
public:
    const char *id() const override { return "SC-02"; }
    const char *title() const override { return "a pointer keeps its type: no casts, no void *, no prototypes that lie"; }
    void check_unit(Unit &unit, Reporter &out) override { Visitor("SC-02", unit, out).run(); }
    void check_module(Module &module, Reporter &out) override { OneType(module, out).run(); }
};
SAFECC_RULE(PointersKeepType);

} // namespace
} // namespace safecc
