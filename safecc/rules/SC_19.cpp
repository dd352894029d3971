/* SPDX-License-Identifier: MIT */
/*
 * SC-19: attributes, builtins and pragmas from a list; and the text means the same to every reader: safecc, Frama-C, gcc and
 * clang get the same tokens, but for what safe.h's own macros make.
 */
#include "clang/AST/Attr.h"
#include "clang/Analysis/CFG.h"
#include "engine/effects.h"
#include "engine/flow.h"
#include "front/front.h"
#include "rules/judged.h"

using namespace clang;

namespace safecc {
namespace {

const std::set<std::string> attributes = {
    "annotate", "unused", "warn_unused_result", "nodiscard", "always_inline", "noinline", "noreturn", "_Noreturn", "format", "packed", "aligned", "_Alignas",
    "hot", "cold", "fallthrough", "suppress", "deprecated", "nonstring", "maybe_unused", "gnu_inline",
};
/* What the core may say of where things lie; the linker script and the audit see to it. */
const std::set<std::string> core_attributes = { "section", "used", "visibility", "naked", "no_caller_saved_registers", "weak", "interrupt", "target", "model", "preserve_all" };

const std::set<std::string> builtins = {
    "__builtin_expect", "__builtin_ctz", "__builtin_ctzl", "__builtin_ctzll", "__builtin_clz", "__builtin_clzl", "__builtin_clzll", "__builtin_popcount",
    "__builtin_popcountl", "__builtin_popcountll", "__builtin_ffs", "__builtin_ffsl", "__builtin_ffsll", "__builtin_bswap16", "__builtin_bswap32", "__builtin_bswap64",
    "__builtin_add_overflow", "__builtin_sub_overflow", "__builtin_mul_overflow", "__builtin_constant_p", "__builtin_types_compatible_p", "__builtin_trap",
    "__builtin_memcpy", "__builtin_memset", "__builtin_memmove", "__builtin_memcmp", "__builtin_parity", "__builtin_parityl", "__builtin_parityll",
};

class Visitor : public JudgedVisitor<Visitor> {
public:
    using JudgedVisitor::JudgedVisitor;

    bool VisitDecl(Decl *d)
    {
        for (const Attr *a : d->attrs()) {
            if (a->isImplicit() || a->isInherited() || a->getLocation().isInvalid())
                continue;
            attribute(a);
        }
        return true;
    }
    bool VisitAttributedStmt(AttributedStmt *s)
    {
        for (const Attr *a : s->getAttrs())
            attribute(a);
        return true;
    }
    bool VisitCallExpr(CallExpr *call)
    {
        const FunctionDecl *f = call->getDirectCallee();
        std::string name = f == nullptr ? "" : f->getNameAsString();

        if (name.rfind("__builtin_", 0) == 0 && !builtins.count(name) && !(unit.core_file(call->getBeginLoc())))
            say(call->getSourceRange(), "`" + name + "` is not on the list of builtins",
                name == "__builtin_unreachable" ? "return an error: what cannot happen is for safecc to prove" : "see safecc --explain SC-19");
        return true;
    }

    /* What the order of evaluation decides, each reader may decide differently. */
    bool VisitStmt(Stmt *s)
    {
        auto [first, second] = order_matters(s);
        if (first != nullptr)
            say(s->getSourceRange(), "`" + text(first) + "` changes what `" + text(second) + "` reads, and nothing says which goes first", "two statements");
        return true;
    }

private:
    void attribute(const Attr *a)
    {
        std::string name = a->getSpelling();

        while (!name.empty() && name[0] == '_' && name.size() > 4 && name.substr(0, 2) == "__" && name.substr(name.size() - 2) == "__")
            name = name.substr(2, name.size() - 4);
        if (attributes.count(name) || (unit.core_file(a->getLocation()) && core_attributes.count(name)))
            return;
        say(a->getRange(), "attribute `" + name + "` is not on the list", "see safecc --explain SC-19");
    }
};

/* The tokens of a reader, without what safe.h makes, headers of the system, and the annotations. */
std::vector<std::pair<std::string, Place>> tokens_of(const Unit &unit)
{
    std::vector<std::pair<std::string, Place>> out;
    std::vector<bool> skip_file, skip_macro;

    for (size_t i = 0; i < unit.files.size(); i++)
        skip_file.push_back(unit.file_is_system[i] || unit.trusted_name(unit.files[i]));
    for (const MacroOrigin &m : unit.macros)
        skip_macro.push_back(!m.file.empty() && unit.trusted_name(m.file));
    for (size_t i = 0; i < unit.tokens.size(); i++) {
        const TokenOrigin &t = unit.tokens[i];
        const std::string &macro = unit.macros[t.macro].name;
        if ((macro == "SC_FACT_" || macro == "SC_STATEMENT_") && unit.flat.compare(t.flat_offset, t.length, "__attribute__") == 0) {
            int depth = 0;
            for (i++; i < unit.tokens.size(); i++) {
                char c = unit.flat[unit.tokens[i].flat_offset];
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
                if (depth == 0)
                    break;
            }
            continue;
        }
        if (skip_file[t.file] || (t.macro != 0 && skip_macro[t.macro]))
            continue;
        out.emplace_back(unit.flat.substr(t.flat_offset, t.length), Place{ unit.files[t.file], t.line, t.column, t.column + t.length });
    }
    return out;
}

class Readers {
public:
    Readers(Unit &unit, Reporter &out) : unit(unit), out(out) {}

    void run()
    {
        auto mine = tokens_of(unit);

        for (const auto &[name, options] : std::vector<std::pair<std::string, std::vector<std::string>>>{
                 { "a plain compiler", { "-U__SAFECC__" } }, { "Frama-C", { "-U__SAFECC__", "-D__FRAMAC__" } }, { "gcc", { "-U__SAFECC__", "-U__clang__", "-U__llvm__" } } }) {
            Unit other;
            other.path = unit.path;
            other.options = unit.options;
            other.args = unit.args;
            other.args.insert(other.args.end(), options.begin(), options.end());
            if (!flatten(other)) {
                out.report({ "SC-19", { unit.path, 1, 1, 0 }, "the file does not preprocess as " + name + " reads it", {}, "let no #if depend on the reader", {}, "" });
                continue;
            }
            compare(mine, tokens_of(other), name);
        }
        for (const auto &[macro, at] : unit.macro_definitions)
            if (!unit.trusted_name(at.file) && !unit.core_name(at.file))
                out.report({ "SC-19", at, "`" + macro + "` is defined outside of safe.h", {}, "names that begin with SC_ or sc_ belong to safe.h", {}, "" });
        for (const Place &at : unit.line_directives)
            if (!unit.trusted_name(at.file))
                out.report({ "SC-19", at, "a #line directive lies about where the text stands", {}, "drop it", {}, "" });
        for (const Place &at : unit.pragmas)
            if (!unit.trusted_name(at.file) && !unit.core_name(at.file))
                out.report({ "SC-19", at, "a pragma changes what the compiler does with the text", {}, "drop it", {}, "" });
    }

private:
    Unit &unit;
    Reporter &out;

    void compare(const std::vector<std::pair<std::string, Place>> &a, const std::vector<std::pair<std::string, Place>> &b, const std::string &name)
    {
        for (size_t i = 0; i < std::max(a.size(), b.size()); i++) {
            if (i < a.size() && i < b.size() && a[i].first == b[i].first)
                continue;
            Place at = i < a.size() ? a[i].second : i < b.size() ? b[i].second : Place{ unit.path, 1, 1, 0 };
            /* Compiler-dependent text in the core's own headers is judged in the core's run. */
            out.report({ "SC-19", at, "safecc and " + name + " read different text here", {}, "no #if outside safe.h may depend on who reads", {}, "" });
            return;
        }
    }
};

/* A function that says it does not return does not: what follows a call of it is thought to be dead. */
void never_returns(Unit &unit, Reporter &out)
{
    for (const FunctionDecl *f : judged_functions(unit)) {
        if (!f->isNoReturn() || unit.core_file(f->getLocation()))
            continue;
        CFG::BuildOptions options;
        std::unique_ptr<CFG> cfg = CFG::buildCFG(f, f->getBody(), &unit.context(), options);
        std::vector<const CFGBlock *> todo;
        std::set<const CFGBlock *> seen;
        bool returns = cfg == nullptr;
        if (cfg != nullptr)
            todo.push_back(&cfg->getEntry());
        while (!todo.empty()) {
            const CFGBlock *b = todo.back();
            todo.pop_back();
            if (!seen.insert(b).second)
                continue;
            for (const CFGBlock::AdjacentBlock &succ : b->succs())
                if (const CFGBlock *to = succ.getReachableBlock()) {
                    if (to == &cfg->getExit() && !b->hasNoReturnElement())
                        returns = true;
                    todo.push_back(to);
                }
        }
        if (returns)
            out.report({ "SC-19", unit.place(f->getLocation()), "`" + f->getNameAsString() + "` is declared not to return, and does", {}, "end it with a call that does not return", {}, f->getNameAsString() });
    }
}

class TextIsPlain : public Rule {
public:
    const char *id() const override { return "SC-19"; }
    const char *title() const override { return "attributes, builtins, pragmas from a list; one text for every reader"; }
    void check_unit(Unit &unit, Reporter &out) override
    {
        Visitor("SC-19", unit, out).run();
        Readers(unit, out).run();
        never_returns(unit, out);
    }
};
SAFECC_RULE(TextIsPlain);

} // namespace
} // namespace safecc
