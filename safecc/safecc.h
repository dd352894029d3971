/* SPDX-License-Identifier: MIT */
/*
 * safecc.h - what all parts of safecc share: places, findings, units, rules.
 *
 * One way the data flows:
 *   front/   source -> one flat, preprocessed text whose every token knows where it was written -> AST
 *   rules/   one file per rule; each looks at a unit, or at all units of a module, and reports findings. What a large rule
 *            rests on has a folder there: locks/ (SC-14), owned/ (SC-12), counts/ (SC-07)
 *   engine/  what is known about values at each point of a function (ranges, differences, null)
 *   emit/    the flat text with SC_CHECK in it: NAME.checked.c
 *   back/    clang, then the audit of its output
 *   report/  findings and sites as text, JSON, SARIF, HTML
 */
#ifndef SAFECC_H
#define SAFECC_H

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "clang/AST/ASTContext.h"
#include "clang/AST/Decl.h"
#include "clang/AST/Expr.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/AST/Stmt.h"
#include "clang/Frontend/ASTUnit.h"

namespace safecc {

/* A place in a file as the programmer wrote it. */
struct Place {
    std::string file;
    unsigned line = 0, column = 0;
    unsigned end_column = 0; /* one past the last, on the same line; 0 unknown */
    bool valid() const { return line != 0; }
    bool operator<(const Place &o) const { return std::tie(file, line, column) < std::tie(o.file, o.line, o.column); }
};

/* One step of the reason: a place and what holds there. */
struct Fact {
    Place place;
    std::string text;
};

/* Replace [place.column, place.end_column) by text; an insertion when both are equal. */
struct FixIt {
    Place place;
    std::string text;
};

struct Finding {
    std::string rule; /* "SC-07" */
    Place place;
    std::string message;
    std::vector<Fact> path;
    std::string suggestion;
    std::vector<FixIt> fixes;
    std::string function; /* for a fingerprint that survives line moves */
};

/* An operation that could go wrong, and what became of it. */
enum class Fate { Check, Static, Hoisted, Proved };
/* Text put around, or in place of, a stretch of the flat text. */
struct Edit {
    unsigned begin = 0, end = 0; /* flat offsets */
    std::string before, after;   /* inserted around it */
    bool replace = false;        /* `before` stands in its place instead */
};
struct Site {
    uint32_t id = 0; /* stable: hash of file, function, rule, text and ordinal among equals */
    std::string rule, what, function, text;
    Place place;
    Fate fate = Fate::Check;
    std::string argument; /* why no check is needed, or the condition checked */
    std::string condition;    /* C text, for a check */
    unsigned flat_begin = 0, flat_end = 0;
    std::vector<Edit> edits;
    const clang::Stmt *operation = nullptr;
    const clang::Expr *covers = nullptr; /* the pointer followed, or the index: what the audit looks for */
    const clang::Expr *index = nullptr; /* of an SC-07 index check whose count names nothing that changes */
    std::string count;                  /* that count, as C text */
};

struct Options {
    bool host = false;  /* --profile=host */
    std::vector<std::string> core_paths;  /* --core */
    std::vector<std::string> arch_paths;  /* --arch: core files that may hold assembly */
    std::vector<std::string> trust_paths; /* --trust: judged in a run of their own */
    std::set<std::string> only_rules;         /* empty: all */
    unsigned stack_budget = 4096;             /* bytes, for SC-16 */
};

/* One token of the flat text: where it stands there and where it was written. */
struct TokenOrigin {
    unsigned flat_offset, length;
    unsigned file; /* index in Unit::files */
    unsigned line, column;
    unsigned macro; /* 0: not from a macro body; else index in Unit::macros */
};

struct MacroOrigin {
    std::string name, file; /* the macro whose body held the token, and the file that defined it */
};

/* An SC_UNSAFE block or SC_UNSAFE_DECL declaration. */
struct Island {
    Place begin, end;
    std::string why;
};

class Reporter;

class Unit {
public:
    std::string path;                 /* as given on the command line */
    std::vector<std::string> args;    /* compiler arguments */
    std::string flat;                 /* preprocessed text, with line directives */
    std::vector<TokenOrigin> tokens;  /* in order of flat_offset */
    std::vector<std::string> files;
    std::vector<MacroOrigin> macros;
    std::vector<bool> file_is_system;
    std::unique_ptr<clang::ASTUnit> ast;
    const Options *options = nullptr;
    std::deque<Site> sites;
    std::set<uint32_t> site_ids;
    std::set<std::string> includes;   /* headers read */
    std::vector<std::pair<std::string, Place>> macro_definitions; /* of SC_ and sc_ names */
    std::vector<Place> pragmas;         /* outside system headers */
    std::vector<Place> line_directives; /* that rename a file or a line */
    bool pragma_seen = false;

    clang::ASTContext &context() const { return ast->getASTContext(); }
    const clang::SourceManager &sources() const { return ast->getSourceManager(); }
    unsigned flat_offset(clang::SourceLocation loc) const;
    unsigned flat_end(clang::SourceLocation loc) const; /* one past the token at loc */
    std::string flat_text(clang::SourceRange range) const;
    /* As people wrote it, when it stands on one line outside a macro; else the flat text. */
    std::string source_text(clang::SourceRange range) const;
    const TokenOrigin *origin(clang::SourceLocation loc) const;
    Place place(clang::SourceLocation loc) const;
    Place place(clang::SourceRange range) const;
    /* Did the token come out of a macro body of a trusted header (safe.h)? */
    bool from_trusted_macro(clang::SourceLocation loc) const;
    /* Is the location in a system header, or in a trusted header? */
    bool from_trusted_file(clang::SourceLocation loc) const;
    bool system_declared(const clang::Decl *decl) const; /* in a system header */
    bool in_main_file(clang::SourceLocation loc) const;
    /* Inside the block of an SC_UNSAFE in a core file: rules but SC-21 do not look there. */
    bool in_island(clang::SourceLocation loc) const;
    bool core_file(clang::SourceLocation loc) const; /* under one of options->core_paths or arch_paths */
    bool arch_file(clang::SourceLocation loc) const;
    bool trusted_name(const std::string &file) const; /* a trusted header, by its path */
    bool core_name(const std::string &file) const;    /* a file of the core, by its path */
    std::set<unsigned> island_lines;    /* lines of the flat text that lie in islands */
    std::vector<std::pair<unsigned, unsigned>> islands; /* flat offsets; filled by unit_load */
    std::vector<Island> island_list;                    /* the same, for people */
    /* A rule has nothing to say there: trusted file or macro, or an unsafe island. */
    bool exempt(clang::SourceLocation loc) const { return from_trusted_file(loc) || from_trusted_macro(loc) || in_island(loc); }
    /* The function's definition is to be judged: written in the project, not trusted. */
    bool judged(const clang::Decl *decl) const;
    /* Note an operation and its fate; gives it its id. */
    Site &add_site(const char *rule, const char *what, const clang::Stmt *operation, clang::SourceRange range, Fate fate, std::string argument);
    /* Name of the function that holds the location; "" outside of any. */
    std::string function_at(clang::SourceLocation loc) const;
    const clang::FunctionDecl *function_around(clang::SourceLocation loc) const;
};

/* A header whose macros and inline functions are believed: the end of its path, and its text's SHA-256. */
struct TrustedHeader {
    std::string name, sha256;
};
const std::vector<TrustedHeader> &trusted_headers();
/* SHA-256 in hexadecimal. */
std::string sha256_text(llvm::StringRef text);

/* All units given in one run: a module, or the whole core. */
struct Module {
    std::vector<std::unique_ptr<Unit>> units;
    const Options *options = nullptr;
};

class Reporter {
public:
    void report(Finding f);
    std::vector<Finding> findings; /* sorted by place at the end */
    bool failed() const { return !findings.empty(); }
    void finish(); /* sort, drop duplicates (a header seen by several units) */
};

/* A rule. Make one with SAFECC_RULE in rules/SC_nn.cpp. */
class Rule {
public:
    virtual ~Rule() = default;
    virtual const char *id() const = 0;
    virtual const char *title() const = 0;
    virtual void check_unit(Unit &, Reporter &) {}
    virtual void check_module(Module &, Reporter &) {}
};

std::vector<std::unique_ptr<Rule>> all_rules();
using RuleMaker = std::unique_ptr<Rule> (*)();
struct RuleEntry {
    explicit RuleEntry(RuleMaker make);
};
#define SAFECC_RULE(Class) static ::safecc::RuleEntry entry_of_##Class([]() -> std::unique_ptr<::safecc::Rule> { return std::make_unique<Class>(); })

/* ---- annotations (front/annotations.cpp) ---- */
struct Annotations {
    bool nullable = false, nonnull = false, owned = false, opaque = false, guest = false, atomic = false, slot = false,
         fixed = false, percpu = false, boot = false, keeps_borrows = false, borrows = false, preempts = false, string = false, core = false, fuel = false;
    std::string count, guarded_by, range_lo, range_hi, stack, port, unsafe_decl;
    std::vector<std::string> holds, acquires, releases;
    std::vector<std::string> unknown;
};
/* Of a declaration and all its redeclarations. */
const Annotations &annotations_of(const clang::Decl *decl);
/* Of the type: struct or typedef. */
const Annotations &annotations_of_type(clang::QualType type);
/* A statement annotation: {"unsafe", why}, {"commit"}, {"variant", e}, {"trips", n}; empty when there is none. */
std::vector<std::string> statement_annotation(const clang::AttributedStmt *stmt);

/* ---- front ---- */
/* Preprocess and parse; null after printing why not (ordinary compile errors in clang's words). */
std::unique_ptr<Unit> unit_load(const std::string &path, const std::vector<std::string> &args, const Options &options);

/* The expression without parentheses, implicit casts, __extension__ and __builtin_expect. */
const clang::Expr *strip(const clang::Expr *e);
/* The type as people write it. */
std::string type_name(clang::QualType type);

} // namespace safecc
#endif
