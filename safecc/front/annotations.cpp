/* SPDX-License-Identifier: MIT */
/* What safe.h's macros left on declarations and statements. */
#include "safecc.h"

#include "clang/AST/Attr.h"

using namespace clang;

namespace safecc {
namespace {

void read_one(Annotations &a, std::string text)
{
    std::string key = text.substr(0, text.find('=')), value;

    if (text.find('=') != std::string::npos)
        value = text.substr(text.find('=') + 1);
    std::map<std::string, bool *> flags = {
        { "nullable", &a.nullable }, { "nonnull", &a.nonnull }, { "owned", &a.owned },     { "opaque", &a.opaque },
        { "guest", &a.guest },       { "atomic", &a.atomic },   { "slot", &a.slot },       { "fixed", &a.fixed }, { "percpu", &a.percpu }, { "boot", &a.boot },
        { "borrows", &a.borrows },   { "preempts", &a.preempts }, { "keeps_borrows", &a.keeps_borrows },
        { "string", &a.string }, { "core", &a.core }, { "fuel", &a.fuel },
    };
    std::map<std::string, std::string *> values = {
        { "count", &a.count }, { "guarded_by", &a.guarded_by }, { "unsafe_decl", &a.unsafe_decl }, { "stack", &a.stack }, { "port", &a.port },
    };
    std::map<std::string, std::vector<std::string> *> lists = {
        { "holds", &a.holds }, { "acquires", &a.acquires }, { "releases", &a.releases },
    };
    if (flags.count(key))
        *flags[key] = true;
    else if (values.count(key))
        *values[key] = value;
    else if (lists.count(key))
        lists[key]->push_back(value);
    else if (key == "range" && value.find(',') != std::string::npos) {
        a.range_lo = value.substr(0, value.find(','));
        a.range_hi = value.substr(value.find(',') + 1);
    } else
        a.unknown.push_back(text);
}

} // namespace

const Annotations &annotations_of(const Decl *decl)
{
    static std::map<const Decl *, Annotations> cache;
    static const Annotations none;

    if (decl == nullptr)
        return none;
    decl = decl->getCanonicalDecl();
    auto it = cache.find(decl);
    if (it != cache.end())
        return it->second;
    Annotations &a = cache[decl];
    std::set<std::string> seen;
    for (const Decl *d : decl->redecls())
        for (const auto *attr : d->specific_attrs<AnnotateAttr>()) {
            std::string text = attr->getAnnotation().str();
            if (text.rfind("sc:", 0) == 0 && seen.insert(text).second)
                read_one(a, text.substr(3));
        }
    /* A parameter's redeclarations are the other declarations' parameters. */
    if (const auto *parm = dyn_cast<ParmVarDecl>(decl)) {
        const auto *f = dyn_cast_or_null<FunctionDecl>(parm->getDeclContext());
        if (f != nullptr)
            for (const FunctionDecl *other : f->redecls()) {
                if (parm->getFunctionScopeIndex() >= other->getNumParams())
                    continue;
                for (const auto *attr : other->getParamDecl(parm->getFunctionScopeIndex())->specific_attrs<AnnotateAttr>()) {
                    std::string text = attr->getAnnotation().str();
                    if (text.rfind("sc:", 0) == 0 && seen.insert(text).second)
                        read_one(a, text.substr(3));
                }
            }
    }
    return a;
}

const Annotations &annotations_of_type(QualType type)
{
    static const Annotations none;

    for (;;) {
        if (const auto *t = type->getAs<TypedefType>()) {
            const Annotations &a = annotations_of(t->getDecl());
            if (a.opaque || a.guest || a.owned)
                return a;
            type = t->desugar();
            continue;
        }
        if (const RecordDecl *r = type->getAsRecordDecl())
            return annotations_of(r);
        return none;
    }
}

std::vector<std::string> statement_annotation(const AttributedStmt *stmt)
{
    for (const Attr *attr : stmt->getAttrs())
        if (const auto *s = dyn_cast<SuppressAttr>(attr)) {
            std::vector<std::string> words;
            for (llvm::StringRef w : s->diagnosticIdentifiers())
                words.push_back(w.str());
            if (!words.empty() && words[0].rfind("sc:", 0) == 0) {
                words[0] = words[0].substr(3);
                return words;
            }
        }
    return {};
}

} // namespace safecc
