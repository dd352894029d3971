/* SPDX-License-Identifier: MIT */
/*
 * Section .sc_types of an object: a line for each function and object that it could share with others, with the hash of its declaration in full
 * (docs/module-format.md):
 *     NAME HASH HEADER
 * A record that is part of the declaration by value is described whole, with offsets; one behind a pointer by its name, as what it holds
 * is bound by the hash of the headers that a module was built with.
 */
#include "emit/emit.h"

#include "clang/AST/RecordLayout.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"

using namespace clang;

namespace safecc {
namespace {

class Describer {
public:
    explicit Describer(const Unit &unit) : unit(unit), context(unit.context()) {}

    std::string declaration(const ValueDecl *d)
    {
        out.clear();
        whole.clear();
        out += isa<FunctionDecl>(d) ? "function " : "object ";
        facts(d);
        if (const auto *f = dyn_cast<FunctionDecl>(d))
            function(f);
        else
            type(d->getType());
        return out;
    }

private:
    const Unit &unit;
    const ASTContext &context;
    std::string out;
    std::set<const RecordDecl *> whole; /* described already */

    void number(uint64_t n) { out += std::to_string(n) + " "; }

    /* A declaration that others see: what stands at the definition only is the definer's own affair. */
    bool seen_by_others(const Decl *d) { return !unit.in_main_file(d->getLocation()); }
    void add_facts(const Decl *d, std::set<std::string> &to)
    {
        for (const auto *a : d->specific_attrs<AnnotateAttr>())
            if (a->getAnnotation().starts_with("sc:"))
                to.insert(a->getAnnotation().str());
    }
    void print_facts(const std::set<std::string> &facts)
    {
        for (const std::string &s : facts)
            out += "[" + s + "]";
    }
    void facts(const Decl *d)
    {
        std::set<std::string> seen;

        for (const Decl *r : d->redecls())
            if (seen_by_others(r))
                add_facts(r, seen);
        print_facts(seen);
    }
    void function(const FunctionDecl *f)
    {
        type(f->getReturnType());
        out += "(";
        for (unsigned i = 0; i < f->getNumParams(); i++) {
            std::set<std::string> seen;
            for (const FunctionDecl *r : f->redecls())
                if (seen_by_others(r))
                    add_facts(r->getParamDecl(i), seen);
            print_facts(seen);
            type(f->getParamDecl(i)->getType());
            out += ",";
        }
        out += f->isVariadic() ? "...)" : ")";
    }
    void record(const RecordDecl *r, bool by_value)
    {
        r = r->getDefinition() != nullptr ? r->getDefinition() : r;
        out += (r->isUnion() ? "union " : "struct ") + r->getNameAsString() + " ";
        if (!by_value || !r->isCompleteDefinition() || !whole.insert(r).second)
            return;
        const ASTRecordLayout &layout = context.getASTRecordLayout(r);

        out += "{";
        number((uint64_t)layout.getSize().getQuantity());
        number((uint64_t)layout.getAlignment().getQuantity());
        for (const FieldDecl *field : r->fields()) {
            number(layout.getFieldOffset(field->getFieldIndex()));
            out += field->getNameAsString() + ":";
            if (field->isBitField())
                number(field->getBitWidthValue(context));
            facts(field);
            type(field->getType());
            out += ";";
        }
        out += "}";
    }
    void enumeration(const EnumDecl *e)
    {
        e = e->getDefinition() != nullptr ? e->getDefinition() : e;
        out += "enum " + e->getNameAsString() + "{";
        for (const EnumConstantDecl *c : e->enumerators())
            out += c->getNameAsString() + "=" + llvm::toString(c->getInitVal(), 10) + ",";
        out += "}";
    }
    void type(QualType t, bool by_value = true)
    {
        t = t.getCanonicalType();
        if (t.isConstQualified())
            out += "const ";
        if (t.isVolatileQualified())
            out += "volatile ";
        if (const auto *p = t->getAs<PointerType>()) {
            out += "*";
            type(p->getPointeeType(), false);
        } else if (const auto *a = context.getAsConstantArrayType(t)) {
            out += "[";
            number(a->getSize().getZExtValue());
            type(a->getElementType(), by_value);
        } else if (const auto *a = context.getAsArrayType(t)) {
            out += "[]";
            type(a->getElementType(), by_value);
        } else if (const auto *f = t->getAs<FunctionProtoType>()) {
            type(f->getReturnType());
            out += "(";
            for (QualType p : f->param_types()) {
                type(p);
                out += ",";
            }
            out += ")";
        } else if (const auto *r = t->getAs<RecordType>()) {
            record(r->getDecl(), by_value);
        } else if (const auto *e = t->getAs<EnumType>()) {
            enumeration(e->getDecl());
        } else {
            out += t.getUnqualifiedType().getAsString() + " ";
        }
    }
};

/* What objects can name: functions and objects with external linkage that the project declares, whether this one uses them or not. */
class Shared : public RecursiveASTVisitor<Shared> {
public:
    explicit Shared(const Unit &unit) : unit(unit) {}
    std::set<const ValueDecl *> decls;

    bool VisitFunctionDecl(FunctionDecl *f)
    {
        if (f->getBuiltinID() == 0 && !f->isInlined())
            add(f);
        return true;
    }
    bool VisitVarDecl(VarDecl *v)
    {
        if (v->hasGlobalStorage())
            add(v);
        return true;
    }

private:
    const Unit &unit;

    void add(const ValueDecl *d)
    {
        if (d->isExternallyVisible() && !unit.system_declared(d))
            decls.insert(cast<ValueDecl>(d->getCanonicalDecl()));
    }
};

/* The header that declares it, as the compiler was given it; the file that defines it when there is none. */
std::string header_of(const Unit &unit, const ValueDecl *d)
{
    for (const Decl *r : d->redecls())
        if (!unit.in_main_file(r->getLocation()))
            return unit.place(r->getLocation()).file;
    return unit.place(d->getLocation()).file;
}

} // namespace

std::string type_records(const Unit &unit)
{
    Shared shared(unit);
    Describer describer(unit);
    std::map<std::string, std::string> lines; /* by name: the same source gives the same text */
    std::string out;

    shared.TraverseDecl(unit.context().getTranslationUnitDecl());
    for (const ValueDecl *d : shared.decls) {
        std::string text = describer.declaration(d);
        llvm::SHA256 hash;

        hash.update(text);
        lines[d->getNameAsString()] = llvm::toHex(hash.final(), true).substr(0, 32) + " " + header_of(unit, d);
    }
    for (const auto &[name, rest] : lines)
        out += "\\t.ascii \\\"" + name + " " + rest + "\\\\n\\\"\\n\"\n\"";
    return lines.empty() ? "" : "\n__asm__(\".pushsection .sc_types,\\\"\\\",@progbits\\n\"\n\"" + out + "\\t.popsection\\n\");\n";
}

} // namespace safecc
