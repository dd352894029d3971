/* SPDX-License-Identifier: MIT */
/*
 * SC-05: no varargs, but for the log calls: their format is a literal, their arguments are what it says, and what %s prints
 * ends with a 0.
 *
 * That is so of a literal, and of what is declared SC_STRING: into such a place goes nothing else. An array of characters is
 * printed with a precision that it has room for.
 */
#include "clang/AST/Attr.h"
#include "clang/AST/FormatString.h"
#include "engine/callees.h"
#include "engine/checks.h"
#include "engine/shapes.h"
#include "rules/judged.h"

using namespace clang;

namespace safecc {
namespace {

/* Is the value a text that ends with a 0 (or null, which prints as such)? */
class Strings : public RecursiveASTVisitor<Strings> {
public:
    Strings(const FunctionDecl *f, const ASTContext &context) : context(context)
    {
        if (f != nullptr && f->hasBody())
            TraverseStmt(f->getBody());
    }

    bool text(const Expr *e)
    {
        e = strip(e);
        if (isa<clang::StringLiteral>(e) || isa<PredefinedExpr>(e) || isa<ImplicitValueInitExpr>(e))
            return true;
        if (e->isNullPointerConstant(const_cast<ASTContext &>(context), Expr::NPC_ValueDependentIsNotNull) != Expr::NPCK_NotNull)
            return true;
        if (const auto *c = dyn_cast<ConditionalOperator>(e))
            return text(c->getTrueExpr()) && text(c->getFalseExpr());
        if (const auto *b = dyn_cast<BinaryOperator>(e))
            return (b->getOpcode() == BO_Comma || b->getOpcode() == BO_Assign) && text(b->getRHS());
        if (const auto *call = dyn_cast<CallExpr>(e))
            return callee_of(call) != nullptr && annotations_of(callee_of(call)).string;
        if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_AddrOf)
            return isa<clang::StringLiteral>(strip(u->getSubExpr()));
        const ValueDecl *d = nullptr;
        bool element = false;
        for (;;) {
            if (const auto *s = dyn_cast<ArraySubscriptExpr>(e)) {
                e = strip(s->getBase());
                element = true;
            } else if (const auto *m = dyn_cast<MemberExpr>(e)) {
                d = m->getMemberDecl();
                break;
            } else if (const auto *r = dyn_cast<DeclRefExpr>(e)) {
                d = r->getDecl();
                break;
            } else {
                return false;
            }
        }
        if (annotations_of(d).string)
            return true;
        const auto *v = dyn_cast<VarDecl>(d);
        if (v == nullptr || (element && !v->getType()->isArrayType()))
            return false;
        if (v->getType()->isArrayType())
            return element ? constant_texts(v) : constant_text(v);
        return v->hasLocalStorage() && !isa<ParmVarDecl>(v) && only_text(v);
    }

    bool VisitVarDecl(VarDecl *v)
    {
        if (v->getInit() != nullptr)
            values.emplace(v, v->getInit());
        return true;
    }
    bool VisitBinaryOperator(BinaryOperator *b)
    {
        if (const auto *r = dyn_cast<DeclRefExpr>(b->getLHS()->IgnoreParens()); r != nullptr && b->isAssignmentOp())
            values.emplace(r->getDecl(), b->getOpcode() == BO_Assign ? b->getRHS() : nullptr);
        return true;
    }
    bool VisitUnaryOperator(UnaryOperator *u)
    {
        if (const auto *r = dyn_cast<DeclRefExpr>(u->getSubExpr()->IgnoreParens()); r != nullptr && (u->isIncrementDecrementOp() || u->getOpcode() == UO_AddrOf))
            values.emplace(r->getDecl(), nullptr);
        return true;
    }

private:
    const ASTContext &context;
    std::multimap<const ValueDecl *, const Expr *> values; /* what goes into a local; null: who knows */
    std::set<const VarDecl *> asked;

    /* `static const char name[] = "..."`, with its 0. */
    static bool constant_text(const VarDecl *v)
    {
        const auto *array = dyn_cast<ConstantArrayType>(v->getType().getCanonicalType());
        const Expr *init = v->getAnyInitializer();
        const auto *literal = init == nullptr ? nullptr : dyn_cast<clang::StringLiteral>(init->IgnoreParenImpCasts());
        return array != nullptr && literal != nullptr && v->getType().isConstQualified() && array->getSize().getZExtValue() > literal->getLength();
    }
    /* `static const char *const names[] = { "...", ... }`. */
    bool constant_texts(const VarDecl *v)
    {
        const auto *array = dyn_cast<ConstantArrayType>(v->getType().getCanonicalType());
        const Expr *init = v->getAnyInitializer();
        const auto *list = init == nullptr ? nullptr : dyn_cast<InitListExpr>(init->IgnoreParenImpCasts());
        if (array == nullptr || list == nullptr || !v->getType().isConstQualified() || !array->getElementType()->isPointerType())
            return false;
        return llvm::all_of(list->inits(), [&](const Expr *e) { return text(e); });
    }
    /* A local that gets nothing but text. */
    bool only_text(const VarDecl *v)
    {
        auto [begin, end] = values.equal_range(v);

        if (begin == end)
            return false;
        if (!asked.insert(v).second)
            return true; /* in a circle: the others decide */
        for (auto it = begin; it != end; ++it)
            if (it->second == nullptr || !text(it->second))
                return false;
        return true;
    }
};

/* What the conversions of one format ask of the arguments. */
class Conversions : public analyze_format_string::FormatStringHandler {
public:
    struct Wanted {
        unsigned argument;
        char letter;
        analyze_format_string::ArgType type;
        long precision = -1; /* of %s: at most so many characters; -1: to the 0; -2: an argument says */
    };
    std::vector<Wanted> wanted;
    bool odd = false; /* a conversion that cannot be read, %n, or positions */

    explicit Conversions(ASTContext &context) : context(context) {}
    bool HandlePrintfSpecifier(const analyze_printf::PrintfSpecifier &spec, const char *, unsigned, const TargetInfo &) override
    {
        using Amount = analyze_format_string::OptionalAmount;
        auto letter = spec.getConversionSpecifier().getKind();

        if (letter == analyze_format_string::ConversionSpecifier::nArg || spec.usesPositionalArg())
            odd = true;
        for (const Amount &amount : { spec.getFieldWidth(), spec.getPrecision() })
            if (amount.getHowSpecified() == Amount::Arg)
                wanted.push_back({ amount.getArgIndex(), '*', context.IntTy });
        if (!spec.consumesDataArgument())
            return true;
        Wanted w{ spec.getArgIndex(), spec.getConversionSpecifier().toString()[0], spec.getArgType(context, false) };
        if (spec.getPrecision().getHowSpecified() == Amount::Constant)
            w.precision = spec.getPrecision().getConstantAmount();
        else if (spec.getPrecision().getHowSpecified() == Amount::Arg)
            w.precision = -2;
        wanted.push_back(w);
        return true;
    }
    bool HandleInvalidPrintfConversionSpecifier(const analyze_printf::PrintfSpecifier &, const char *, unsigned) override
    {
        odd = true;
        return true;
    }
    void HandleIncompleteSpecifier(const char *, unsigned) override { odd = true; }
    void HandlePosition(const char *, unsigned) override { odd = true; }
    void HandleInvalidPosition(const char *, unsigned, analyze_format_string::PositionContext) override { odd = true; }
    void HandleZeroPosition(const char *, unsigned) override { odd = true; }
    void HandleNullChar(const char *) override { odd = true; }

private:
    ASTContext &context;
};

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
    bool VisitDeclRefExpr(DeclRefExpr *r)
    {
        const auto *f = dyn_cast<FunctionDecl>(r->getDecl());

        if (f != nullptr && f->isVariadic() && !called.count(r))
            say(r->getSourceRange(), "the varargs function `" + f->getNameAsString() + "` is used as a value", "call it by its name, with its format");
        return true;
    }
    bool VisitCallExpr(CallExpr *call)
    {
        const FunctionDecl *f = call->getDirectCallee();

        called.insert(dyn_cast<DeclRefExpr>(call->getCallee()->IgnoreParenImpCasts()));
        if (f == nullptr || !f->isVariadic() || f->getBuiltinID() != 0)
            return f == nullptr || !f->isVariadic() || builtin(call, f);
        const FormatAttr *format = f->getAttr<FormatAttr>();
        if (format == nullptr || format->getType()->getName() != "printf") {
            say(call->getSourceRange(), "call of the varargs function `" + f->getNameAsString() + "`", "only log functions with a checked format are called so");
            return true;
        }
        literal(call, (unsigned)format->getFormatIdx() - 1, (unsigned)format->getFirstArg() - 1, f);
        return true;
    }

private:
    std::set<const DeclRefExpr *> called;

    bool builtin(const CallExpr *call, const FunctionDecl *f)
    {
        static const std::map<std::string, unsigned> printing = { { "printf", 0 }, { "fprintf", 1 }, { "snprintf", 2 } };
        auto it = printing.find(f->getNameAsString());

        if (it != printing.end() && unit.options->host)
            literal(call, it->second, it->second + 1, f);
        else if (f->getNameAsString().rfind("__builtin_va", 0) == 0 || it != printing.end())
            say(call->getSourceRange(), "call of `" + f->getNameAsString() + "`", "use the log functions");
        return true;
    }

    void literal(const CallExpr *call, unsigned index, unsigned first, const FunctionDecl *f)
    {
        if (index >= call->getNumArgs())
            return;
        const Expr *e = strip(call->getArg(index));
        const auto *format = dyn_cast<clang::StringLiteral>(e);
        if (format == nullptr || !format->isOrdinary()) {
            say(e->getSourceRange(), "the format of `" + f->getNameAsString() + "` is no literal", "write the format in the call; pass text through %s");
            return;
        }
        Conversions conversions(unit.context());
        llvm::StringRef text = format->getString();
        if (analyze_format_string::ParsePrintfString(conversions, text.begin(), text.end(), unit.context().getLangOpts(), unit.context().getTargetInfo(), false) || conversions.odd)
            say(e->getSourceRange(), "the format holds a conversion that is not allowed", "of %d %i %u %x %c %s %p and their sizes; %n writes through a pointer that nobody checks");
        for (const Conversions::Wanted &w : conversions.wanted)
            argument(call, first + w.argument, w);
    }

    void argument(const CallExpr *call, unsigned i, const Conversions::Wanted &w)
    {
        if (i >= call->getNumArgs()) {
            say(call->getSourceRange(), std::string("the format's %") + w.letter + " has no argument", "pass one for each conversion");
            return;
        }
        const Expr *e = call->getArg(i);
        if (w.type.isValid() && w.type.matchesType(unit.context(), e->getType()) == analyze_format_string::ArgType::NoMatch && w.type.matchesType(unit.context(), strip(e)->getType()) == analyze_format_string::ArgType::NoMatch) {
            say(e->getSourceRange(), "`" + text_of(e) + "` is `" + type_name(e->getType()) + "`, and is printed by %" + std::string(1, w.letter), "use the conversion of its type");
            return;
        }
        if (w.letter != 's' || fits(strip(e), w.precision))
            return;
        Strings strings(unit.function_around(e->getBeginLoc()), unit.context());
        if (!strings.text(e))
            say(e->getSourceRange(), "`" + text_of(e) + "` is printed by %s, and need not end with a 0", "let it be SC_STRING; of an array, print at most what it has: %.15s");
    }
    std::string text_of(const Expr *e) { return unit.source_text(e->getSourceRange()); }

    /* An array of characters, with a precision that it has room for. */
    static bool fits(const Expr *e, long precision)
    {
        const auto *array = dyn_cast<ConstantArrayType>(e->getType().getCanonicalType());
        return array != nullptr && precision >= 0 && (uint64_t)precision <= array->getSize().getZExtValue();
    }
};

/* What goes into a place that is SC_STRING. */
class Places {
public:
    Places(Unit &unit, Reporter &out) : unit(unit), out(out) {}

    void run()
    {
        Globals globals(*this);
        globals.TraverseDecl(unit.context().getTranslationUnitDecl());
        for (const FunctionDecl *f : judged_functions(unit)) {
            Statements statements(*this, f);
            statements.TraverseStmt(f->getBody());
        }
    }

private:
    Unit &unit;
    Reporter &out;

    void goes_in(const ValueDecl *place, const Expr *value, const FunctionDecl *f)
    {
        if (place == nullptr || !annotations_of(place).string || unit.in_island(value->getBeginLoc()) || unit.exempt(value->getBeginLoc()))
            return;
        if (const auto *list = dyn_cast<InitListExpr>(value->IgnoreParenImpCasts())) {
            for (const Expr *one : list->inits())
                goes_in(place, one, f);
            return;
        }
        Strings strings(f, unit.context());
        if (strings.text(value))
            return;
        Finding finding{ "SC-05", unit.place(value->getSourceRange()), "`" + unit.source_text(value->getSourceRange()) + "` goes to `" + place->getNameAsString() + "`, which is SC_STRING, and need not end with a 0", {}, "pass a literal, or what is SC_STRING itself", {}, f == nullptr ? "" : f->getNameAsString() };
        finding.path.push_back({ unit.place(place->getLocation()), "`" + place->getNameAsString() + "` is declared here" });
        out.report(finding);
    }

    class Globals : public RecursiveASTVisitor<Globals> {
    public:
        explicit Globals(Places &places) : places(places) {}
        bool TraverseFunctionDecl(FunctionDecl *) { return true; }
        bool VisitVarDecl(VarDecl *v)
        {
            if (v->getInit() != nullptr)
                places.goes_in(v, v->getInit(), nullptr);
            return true;
        }
        bool VisitInitListExpr(InitListExpr *list)
        {
            places.members(list, nullptr);
            return true;
        }

    private:
        Places &places;
    };

    void members(const InitListExpr *list, const FunctionDecl *f)
    {
        for (auto [field, value] : members_of(list))
            if (value != nullptr)
                goes_in(field, value, f);
    }

    class Statements : public RecursiveASTVisitor<Statements> {
    public:
        Statements(Places &places, const FunctionDecl *f) : places(places), f(f) {}
        bool VisitStmt(Stmt *st)
        {
            for (const Flowing &flow : flows_of(f, st))
                if (!isa<InitListExpr>(flow.value->IgnoreParenImpCasts()))
                    places.goes_in(flow.place, flow.value, f);
            if (const ValueDecl *d = exposed(places.unit, st); d != nullptr && annotations_of(d).string && !places.unit.in_island(st->getBeginLoc()))
                places.out.report({ "SC-05", places.unit.place(st->getSourceRange()), "the address of `" + d->getNameAsString() + "`, which is SC_STRING, is handed out", {}, "assign it here", {}, f->getNameAsString() });
            return true;
        }
        bool VisitInitListExpr(InitListExpr *list)
        {
            places.members(list, f);
            return true;
        }

    private:
        Places &places;
        const FunctionDecl *f;
    };
};

class NoVarargs : public Rule {
public:
    const char *id() const override { return "SC-05"; }
    const char *title() const override { return "no varargs but log calls with a literal, checked format"; }
    void check_unit(Unit &unit, Reporter &out) override
    {
        Visitor("SC-05", unit, out).run();
        Places(unit, out).run();
    }
};

SAFECC_RULE(NoVarargs);

} // namespace
} // namespace safecc
