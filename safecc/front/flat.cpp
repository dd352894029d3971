/* SPDX-License-Identifier: MIT */
/*
 * One flat text of a source file: preprocessed, with line directives, every token mapped to the place where it was written.
 * Rules and rewriting work on the flat text, so a macro hides nothing; people see the places they know.
 */
#include "safecc.h"

#include "clang/Basic/Diagnostic.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendActions.h"
#include "clang/Frontend/TextDiagnosticPrinter.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Tooling/Tooling.h"
#include "llvm/Support/raw_ostream.h"

#include "front/front.h"

using namespace clang;

namespace safecc {
namespace {

class Flattener {
public:
    Flattener(Preprocessor &pp, Unit &unit) : pp(pp), sm(pp.getSourceManager()), unit(unit) {}

    void run()
    {
        Token token;

        unit.macros.push_back({});
        pp.EnterMainSourceFile();
        for (pp.Lex(token); token.isNot(tok::eof); pp.Lex(token)) {
            if (token.isAnnotation()) {
                pragma(token);
                continue;
            }
            emit(token);
        }
        unit.flat += "\n";
    }

private:
    Preprocessor &pp;
    SourceManager &sm;
    Unit &unit;
    std::map<std::string, unsigned> file_index;
    std::map<std::pair<std::string, std::string>, unsigned> macro_index;
    std::string now_file;
    unsigned now_line = 0;

    unsigned file_of(const PresumedLoc &at, bool system)
    {
        auto [it, fresh] = file_index.emplace(at.getFilename(), unit.files.size());

        if (fresh) {
            unit.files.push_back(at.getFilename());
            unit.file_is_system.push_back(system);
        }
        return it->second;
    }

    /* The macro whose body holds the token's spelling; an argument's tokens belong to the caller. */
    unsigned macro_of(SourceLocation loc)
    {
        while (loc.isMacroID() && sm.isMacroArgExpansion(loc))
            loc = sm.getImmediateSpellingLoc(loc);
        if (!loc.isMacroID())
            return 0;
        std::string name = Lexer::getImmediateMacroName(loc, sm, pp.getLangOpts()).str();
        PresumedLoc where = sm.getPresumedLoc(sm.getSpellingLoc(loc));
        std::string file = where.isValid() ? where.getFilename() : "<scratch space>";
        /* A pasted token is spelled nowhere: it belongs to the body that pastes it. */
        if (file == "<scratch space>") {
            PresumedLoc body = sm.getPresumedLoc(sm.getSpellingLoc(sm.getImmediateExpansionRange(loc).getBegin()));
            if (body.isValid())
                file = body.getFilename();
        }
        auto [it, fresh] = macro_index.emplace(std::make_pair(name, file), unit.macros.size());
        if (fresh)
            unit.macros.push_back({ name, file });
        return it->second;
    }

    void pragma(const Token &) { unit.pragma_seen = true; }

    void go_to(const PresumedLoc &at, bool system)
    {
        if (now_file == at.getFilename() && at.getLine() >= now_line && at.getLine() < now_line + 8) {
            unit.flat.append(at.getLine() - now_line, '\n');
            now_line = at.getLine();
            return;
        }
        now_file = at.getFilename();
        now_line = at.getLine();
        unit.flat += "\n# " + std::to_string(now_line) + " \"" + now_file + "\"" + (system ? " 3" : "") + "\n";
    }

    void emit(const Token &token)
    {
        SourceLocation expansion = sm.getExpansionLoc(token.getLocation());
        PresumedLoc at = sm.getPresumedLoc(expansion);
        bool system = sm.isInSystemHeader(expansion);
        std::string text = pp.getSpelling(token);

        if (at.isInvalid())
            return;
        if (now_file != at.getFilename() || now_line != at.getLine())
            go_to(at, system);
        if (!unit.flat.empty() && unit.flat.back() != '\n')
            unit.flat += ' ';
        unit.tokens.push_back({ (unsigned)unit.flat.size(), (unsigned)text.size(), file_of(at, system), at.getLine(),
                                at.getColumn(), macro_of(token.getLocation()) });
        unit.flat += text;
    }
};

class FlattenAction : public PreprocessorFrontendAction {
public:
    explicit FlattenAction(Unit &unit) : unit(unit) {}
    void ExecuteAction() override
    {
        Preprocessor &pp = getCompilerInstance().getPreprocessor();

        pp.IgnorePragmas();
        Flattener(pp, unit).run();
    }

private:
    Unit &unit;
};

class Watch : public PPCallbacks {
public:
    Watch(Unit &unit, SourceManager &sm) : unit(unit), sm(sm) {}
    void MacroDefined(const Token &name, const MacroDirective *) override
    {
        std::string text = name.getIdentifierInfo()->getName().str();
        PresumedLoc at = sm.getPresumedLoc(name.getLocation());

        if (at.isValid() && (text.rfind("SC_", 0) == 0 || text.rfind("sc_", 0) == 0))
            unit.macro_definitions.push_back({ text, { at.getFilename(), at.getLine(), at.getColumn(), 0 } });
    }
    void PragmaDirective(SourceLocation loc, PragmaIntroducerKind) override
    {
        PresumedLoc at = sm.getPresumedLoc(loc);

        if (at.isValid() && !sm.isInSystemHeader(loc))
            unit.pragmas.push_back({ at.getFilename(), at.getLine(), at.getColumn(), 0 });
    }
    void FileChanged(SourceLocation loc, FileChangeReason reason, SrcMgr::CharacteristicKind now, FileID) override
    {
        /* What a #line says is not what the file is. */
        bool system = SrcMgr::isSystem(sm.getSLocEntry(sm.getFileID(loc)).getFile().getFileCharacteristic());
        std::string real = sm.getFilename(loc).str();
        PresumedLoc said = sm.getPresumedLoc(loc), at = sm.getPresumedLoc(loc, false);
        if (!system && !real.empty() && at.isValid() && said.isValid()) {
            if (reason == RenameFile || real != said.getFilename() || SrcMgr::isSystem(now))
                unit.line_directives.push_back({ real, at.getLine(), 1, 0 });
        }
    }
    void InclusionDirective(SourceLocation, const Token &, StringRef, bool, CharSourceRange, OptionalFileEntryRef file,
                            StringRef, StringRef, const clang::Module *, bool, SrcMgr::CharacteristicKind) override
    {
        if (file)
            unit.includes.insert(file->getName().str());
    }

private:
    Unit &unit;
    SourceManager &sm;
};

class WatchedFlatten : public FlattenAction {
public:
    explicit WatchedFlatten(Unit &unit) : FlattenAction(unit), unit(unit) {}
    bool BeginSourceFileAction(CompilerInstance &ci) override
    {
        ci.getPreprocessor().addPPCallbacks(std::make_unique<Watch>(unit, ci.getSourceManager()));
        return true;
    }

private:
    Unit &unit;
};

} // namespace

bool flatten(Unit &unit)
{
    std::vector<std::string> args = { "clang-19", "-x", "c", "-resource-dir", SAFECC_RESOURCE_DIR };
    IgnoringDiagConsumer quiet;

    args.insert(args.end(), unit.args.begin(), unit.args.end());
    args.insert(args.end(), { "-fsyntax-only", "-w", unit.path });
    llvm::IntrusiveRefCntPtr<FileManager> files(new FileManager(FileSystemOptions()));
    tooling::ToolInvocation run(args, std::make_unique<WatchedFlatten>(unit), files.get());
    run.setDiagnosticConsumer(&quiet);
    return run.run();
}

} // namespace safecc
