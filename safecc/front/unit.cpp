/* SPDX-License-Identifier: MIT */
/* A unit: its flat text, its AST, and the way back from either to the source. */
#include "safecc.h"

#include "clang/Frontend/FrontendDiagnostic.h"
#include "clang/Lex/Lexer.h"
#include "clang/Tooling/Tooling.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

#include "front/front.h"
#include "report/report.h"

using namespace clang;

namespace safecc {

unsigned Unit::flat_offset(SourceLocation loc) const
{
    return sources().getFileOffset(sources().getExpansionLoc(loc));
}

unsigned Unit::flat_end(SourceLocation loc) const
{
    const TokenOrigin *t = origin(loc);

    return t != nullptr ? t->flat_offset + t->length : flat_offset(loc);
}

std::string Unit::flat_text(SourceRange range) const
{
    unsigned begin = flat_offset(range.getBegin()), end = flat_end(range.getEnd());

    return end > begin ? flat.substr(begin, end - begin) : "";
}

std::string Unit::source_text(SourceRange range) const
{
    const TokenOrigin *begin = origin(range.getBegin()), *end = origin(range.getEnd());

    if (begin != nullptr && end != nullptr && begin->file == end->file && begin->line == end->line && end->column >= begin->column) {
        std::string line = source_line(files[begin->file], begin->line);
        unsigned last = end->column + end->length;
        /* A macro's name is shorter or longer than what it stands for. */
        if (end->macro != 0) {
            last = end->column;
            while (last <= line.size() && (isalnum((unsigned char)line[last - 1]) || line[last - 1] == '_'))
                last++;
        }
        if (begin->column >= 1 && last - 1 <= line.size() && last > begin->column && begin->macro == end->macro)
            return line.substr(begin->column - 1, last - begin->column);
    }
    return flat_text(range);
}

const TokenOrigin *Unit::origin(SourceLocation loc) const
{
    if (loc.isInvalid())
        return nullptr;
    unsigned at = flat_offset(loc);
    auto it = std::upper_bound(tokens.begin(), tokens.end(), at, [](unsigned v, const TokenOrigin &t) { return v < t.flat_offset; });

    return it == tokens.begin() ? nullptr : &*(it - 1);
}

Place Unit::place(SourceLocation loc) const
{
    const TokenOrigin *t = origin(loc);

    if (t == nullptr)
        return {};
    return { files[t->file], t->line, t->column, t->column + t->length };
}

Place Unit::place(SourceRange range) const
{
    Place begin = place(range.getBegin());
    const TokenOrigin *end = origin(range.getEnd());

    if (end != nullptr && files[end->file] == begin.file && end->line == begin.line && end->column >= begin.column)
        begin.end_column = end->column + end->length;
    return begin;
}

/* Without `.`, `..` and doubled slashes: a path says where a file is, not how it was reached. */
static std::string plain_path(const std::string &file)
{
    llvm::SmallString<256> path(file);

    llvm::sys::path::remove_dots(path, true);
    return path.str().str();
}

/* The headers whose macros and inline functions nobody checks: those that an -I of the command line holds, no others of that name. */
static bool trusted(const Unit &unit, const std::string &file)
{
    auto [it, fresh] = unit.trusted_files.emplace(file, false);
    if (!fresh)
        return it->second;
    std::string plain = plain_path(file);

    for (const std::string &name : unit.options->trusted_headers) {
        if (plain == name)
            return it->second = true;
        for (size_t i = 0; i < unit.args.size(); i++) {
            const std::string &a = unit.args[i];
            std::string folder = a == "-I" && i + 1 < unit.args.size() ? unit.args[i + 1] : a.size() > 2 && a.rfind("-I", 0) == 0 ? a.substr(2) : "";
            if (!folder.empty() && plain == plain_path(folder + "/" + name))
                return it->second = true;
        }
    }
    return false;
}

static bool under(const std::string &file, const std::vector<std::string> &prefixes)
{
    static std::map<std::pair<const void *, std::string>, bool> cache;
    if (prefixes.empty())
        return false;
    auto [it, fresh] = cache.emplace(std::make_pair((const void *)&prefixes, file), false);
    if (!fresh)
        return it->second;
    std::string plain = plain_path(file);

    for (const std::string &prefix : prefixes) {
        std::string folder = plain_path(prefix);
        if (plain == folder || plain.rfind(folder + "/", 0) == 0)
            return it->second = true;
    }
    return false;
}

/* Is the macro's file, or the file, trusted? Asked often, so remembered. */
bool Unit::known(unsigned macro, int file) const
{
    auto [it, fresh] = trust_known.emplace(std::make_pair(macro, file), false);

    if (fresh)
        it->second = file >= 0 ? trusted(*this, files[(size_t)file]) || under(files[(size_t)file], options->trust_paths) : trusted(*this, macros[macro].file);
    return it->second;
}

bool Unit::from_trusted_macro(SourceLocation loc) const
{
    const TokenOrigin *t = origin(loc);

    return t != nullptr && t->macro != 0 && known(t->macro, -1);
}

bool Unit::from_trusted_file(SourceLocation loc) const
{
    const TokenOrigin *t = origin(loc);

    return t == nullptr || file_is_system[t->file] || known(0, (int)t->file);
}

bool Unit::system_declared(const Decl *decl) const
{
    const TokenOrigin *t = origin(decl->getLocation());

    return t == nullptr || file_is_system[t->file];
}

bool Unit::in_main_file(SourceLocation loc) const
{
    const TokenOrigin *t = origin(loc);

    return t != nullptr && files[t->file] == path;
}

bool Unit::in_island(SourceLocation loc) const
{
    unsigned at = flat_offset(loc);

    for (auto [begin, end] : islands)
        if (begin <= at && at < end)
            return true;
    return false;
}

bool Unit::judged(const Decl *decl) const
{
    return decl->getLocation().isValid() && !from_trusted_file(decl->getLocation()) && !from_trusted_macro(decl->getLocation());
}

std::string Unit::function_at(SourceLocation loc) const
{
    unsigned at = flat_offset(loc);

    for (const Decl *d : context().getTranslationUnitDecl()->decls()) {
        const auto *f = dyn_cast<FunctionDecl>(d);
        if (f != nullptr && f->hasBody() && f->isThisDeclarationADefinition() && flat_offset(f->getBeginLoc()) <= at &&
            at <= flat_offset(f->getEndLoc()))
            return f->getNameAsString();
    }
    return "";
}

/* What the parse of the flat text says, for when clang has no complaint about the source. */
class FlatErrors : public DiagnosticConsumer {
public:
    std::string text;
    void HandleDiagnostic(DiagnosticsEngine::Level level, const Diagnostic &info) override
    {
        llvm::SmallString<200> message;

        DiagnosticConsumer::HandleDiagnostic(level, info);
        if (level < DiagnosticsEngine::Error)
            return;
        info.FormatDiagnostic(message);
        if (info.hasSourceManager() && info.getLocation().isValid()) {
            PresumedLoc at = info.getSourceManager().getPresumedLoc(info.getLocation());
            if (at.isValid())
                text += std::string("    ") + at.getFilename() + ":" + std::to_string(at.getLine()) + ": ";
        }
        text += message.str().str() + "\n";
    }
};

static uint32_t hash_text(uint32_t h, const std::string &s)
{
    for (unsigned char c : s)
        h = (h ^ c) * 16777619U; /* FNV-1a */
    return (h ^ 0xff) * 16777619U;
}

Site &Unit::add_site(const char *rule, const char *what, const Stmt *operation, SourceRange range, Fate fate, std::string argument)
{
    Site s;

    s.rule = rule;
    s.what = what;
    s.function = function_at(range.getBegin());
    s.text = flat_text(range);
    s.place = place(range);
    s.fate = fate;
    s.argument = std::move(argument);
    s.flat_begin = flat_offset(range.getBegin());
    s.flat_end = flat_end(range.getEnd());
    s.operation = operation;
    std::string file = s.place.file;
    size_t slash = file.rfind('/');
    uint32_t h = hash_text(hash_text(hash_text(hash_text(2166136261U, slash == std::string::npos ? file : file.substr(slash + 1)), s.function), s.rule + s.what), s.text);
    /* The rule's number and 24 bits of hash; equal ones count up. */
    uint32_t number = (uint32_t)atoi(rule + 3) << 24;
    while (!site_ids.insert(number | (h & 0xffffff)).second)
        h = hash_text(h, "again");
    s.id = number | (h & 0xffffff);
    sites.push_back(std::move(s));
    return sites.back();
}

/* Ordinary errors are told by the compiler people know. */
static void say_compile_errors(const Unit &unit, const std::string &flat_errors)
{
    std::vector<std::string> argv = { "clang-19", "-fsyntax-only", "-x", "c" };
    std::vector<llvm::StringRef> refs;
    auto clang = llvm::sys::findProgramByName("clang-19");

    argv.insert(argv.end(), unit.args.begin(), unit.args.end());
    argv.push_back(unit.path);
    for (const std::string &a : argv)
        refs.push_back(a);
    if (!clang || llvm::sys::ExecuteAndWait(*clang, refs) == 0)
        llvm::errs() << unit.path << ": error: does not parse as safecc reads it (with __SAFECC__ defined)\n" << flat_errors;
}

namespace {
class IslandFinder : public RecursiveASTVisitor<IslandFinder> {
public:
    explicit IslandFinder(Unit &unit) : unit(unit) {}
    bool VisitAttributedStmt(AttributedStmt *s)
    {
        auto words = statement_annotation(s);

        if (!words.empty() && words[0] == "unsafe" && unit.core_file(s->getBeginLoc()))
            unit.islands.emplace_back(unit.flat_offset(s->getBeginLoc()), unit.flat_end(s->getEndLoc()));
        return true;
    }

private:
    Unit &unit;
};
} // namespace

bool Unit::core_file(SourceLocation loc) const
{
    const TokenOrigin *t = origin(loc);

    return t != nullptr && (under(files[t->file], options->core_paths) || under(files[t->file], options->arch_paths));
}

bool Unit::trusted_name(const std::string &file) const
{
    return trusted(*this, file) || under(file, options->trust_paths);
}

bool Unit::core_name(const std::string &file) const
{
    return under(file, options->core_paths) || under(file, options->arch_paths);
}

bool Unit::arch_file(SourceLocation loc) const
{
    const TokenOrigin *t = origin(loc);

    return t != nullptr && under(files[t->file], options->arch_paths);
}

std::unique_ptr<Unit> unit_load(const std::string &path, const std::vector<std::string> &args, const Options &options)
{
    auto unit = std::make_unique<Unit>();
    std::vector<std::string> parse_args = { "-x", "cpp-output", "-w", "-resource-dir", SAFECC_RESOURCE_DIR };
    FlatErrors errors;

    unit->path = path;
    unit->options = &options;
    unit->args = args;
    unit->args.push_back("-D__SAFECC__");
    if (!flatten(*unit)) {
        say_compile_errors(*unit, "");
        return nullptr;
    }
    for (size_t i = 0; i < args.size(); i++) {
        static const std::set<std::string> pairs = { "-I", "-D", "-U", "-include", "-isystem", "-MF", "-MT", "-MQ", "-x" };
        const std::string &a = args[i];

        if (pairs.count(a))
            i++; /* the preprocessor's, with its value */
        else if (a.rfind("-I", 0) != 0 && a.rfind("-D", 0) != 0 && a.rfind("-U", 0) != 0 && a.rfind("-M", 0) != 0)
            parse_args.push_back(a);
    }
    unit->ast = tooling::buildASTFromCodeWithArgs(unit->flat, parse_args, path + ".i", "safecc",
                                                  std::make_shared<PCHContainerOperations>(),
                                                  tooling::getClangStripDependencyFileAdjuster(),
                                                  tooling::FileContentMappings(), &errors);
    if (unit->ast == nullptr || unit->ast->getDiagnostics().hasErrorOccurred()) {
        say_compile_errors(*unit, errors.text);
        return nullptr;
    }
    IslandFinder(*unit).TraverseDecl(unit->context().getTranslationUnitDecl());
    for (auto [begin, end] : unit->islands) {
        unsigned line = 1 + (unsigned)std::count(unit->flat.begin(), unit->flat.begin() + begin, '\n');
        unsigned last = line + (unsigned)std::count(unit->flat.begin() + begin, unit->flat.begin() + end, '\n');
        for (; line <= last; line++)
            unit->island_lines.insert(line);
    }
    return unit;
}

const Expr *strip(const Expr *e)
{
    for (;;) {
        const Expr *inner = e->IgnoreParenImpCasts();

        if (const auto *u = dyn_cast<UnaryOperator>(inner); u != nullptr && u->getOpcode() == UO_Extension)
            inner = u->getSubExpr();
        else if (const auto *c = dyn_cast<CallExpr>(inner); c != nullptr && c->getBuiltinCallee() == Builtin::BI__builtin_expect)
            inner = c->getArg(0);
        if (inner == e)
            return e;
        e = inner;
    }
}

std::string type_name(QualType type)
{
    return type.getAsString(PrintingPolicy(LangOptions()));
}

} // namespace safecc
