/* SPDX-License-Identifier: MIT */
/* A unit: its flat text, its AST, and the way back from either to the source. */
#include "safecc.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"

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
        if (begin->column >= 1 && last - 1 <= line.size() && last > begin->column && begin->macro == 0 && end->macro == 0)
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

static bool ends_with(const std::string &s, const std::string &suffix)
{
    return s.size() >= suffix.size() && s.compare(s.size() - suffix.size(), suffix.size(), suffix) == 0;
}

std::string sha256_text(llvm::StringRef text)
{
    return llvm::toHex(llvm::SHA256::hash(llvm::arrayRefFromStringRef(text)), true);
}

/* By its name and its very text. */
static bool trusted(const std::string &file)
{
    static std::map<std::string, bool> known;
    auto it = known.find(file);

    if (it != known.end())
        return it->second;
    bool good = false;
    for (const TrustedHeader &h : trusted_headers()) {
        if (file != h.name && !ends_with(file, "/" + h.name))
            continue;
        auto text = llvm::MemoryBuffer::getFile(file);
        good |= text && sha256_text((*text)->getBuffer()) == h.sha256;
    }
    return known[file] = good;
}

/* The file lies in a folder, or is the file itself; no way round through "..". */
static bool under(const std::string &file, const std::vector<std::string> &places)
{
    llvm::SmallString<256> plain(file);

    if (places.empty())
        return false;
    llvm::sys::path::remove_dots(plain, true);
    for (const std::string &place : places) {
        llvm::SmallString<256> folder(place);
        llvm::sys::path::remove_dots(folder, true);
        while (!folder.empty() && folder.back() == '/')
            folder.pop_back();
        if (plain == folder || (plain.str().starts_with(folder) && plain[folder.size()] == '/'))
            return true;
    }
    return false;
}

bool Unit::from_trusted_macro(SourceLocation loc) const
{
    const TokenOrigin *t = origin(loc);

    return t != nullptr && t->macro != 0 && trusted(macros[t->macro].file);
}

bool Unit::from_trusted_file(SourceLocation loc) const
{
    const TokenOrigin *t = origin(loc);

    return t == nullptr || file_is_system[t->file] || trusted(files[t->file]) || under(files[t->file], options->trust_paths);
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

const FunctionDecl *Unit::function_around(SourceLocation loc) const
{
    unsigned at = flat_offset(loc);

    for (const Decl *d : context().getTranslationUnitDecl()->decls()) {
        const auto *f = dyn_cast<FunctionDecl>(d);
        if (f != nullptr && f->hasBody() && f->isThisDeclarationADefinition() && flat_offset(f->getBeginLoc()) <= at &&
            at <= flat_offset(f->getEndLoc()))
            return f;
    }
    return nullptr;
}

std::string Unit::function_at(SourceLocation loc) const
{
    const FunctionDecl *f = function_around(loc);

    return f == nullptr ? "" : f->getNameAsString();
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

        if (!words.empty() && words[0] == "unsafe")
            add(s->getBeginLoc(), s->getEndLoc(), words.size() > 1 ? words[1] : "");
        return true;
    }

    bool VisitDecl(Decl *d)
    {
        static const std::string mark = "sc:unsafe_decl=";

        if (isa<VarDecl>(d) || isa<FieldDecl>(d) || isa<FunctionDecl>(d))
            for (const auto *a : d->specific_attrs<AnnotateAttr>())
                if (!a->isInherited() && a->getAnnotation().str().rfind(mark, 0) == 0)
                    add(d->getBeginLoc(), d->getEndLoc(), a->getAnnotation().str().substr(mark.size()));
        return true;
    }

private:
    Unit &unit;

    void add(SourceLocation begin, SourceLocation end, const std::string &why)
    {
        if (!unit.core_file(begin))
            return; /* SC-21 refuses it */
        unit.islands.emplace_back(unit.flat_offset(begin), unit.flat_end(end));
        unit.island_list.push_back({ unit.place(begin), unit.place(end), why });
    }
};
} // namespace

bool Unit::core_file(SourceLocation loc) const
{
    const TokenOrigin *t = origin(loc);

    return t != nullptr && (under(files[t->file], options->core_paths) || under(files[t->file], options->arch_paths));
}

bool Unit::trusted_name(const std::string &file) const
{
    return trusted(file) || under(file, options->trust_paths);
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
