/* SPDX-License-Identifier: MIT */
/* safecc: from a C file to an object that cannot break the hypervisor, or the reason why not. */
#include "driver/driver.h"
#include "back/back.h"
#include "emit/emit.h"
#include "report/report.h"

#include <fstream>

#include "clang/Tooling/CompilationDatabase.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

using namespace safecc;

namespace {

int list_rules()
{
    for (const auto &rule : all_rules())
        llvm::outs() << rule->id() << "  " << rule->title() << "\n";
    return 0;
}

/* What compile_commands.json says of the file, in front of what the command line says. */
bool database_arguments(const std::string &folder, const std::string &file, std::vector<std::string> &args)
{
    std::string error;
    static std::unique_ptr<clang::tooling::CompilationDatabase> database = clang::tooling::CompilationDatabase::loadFromDirectory(folder, error);

    if (database == nullptr) {
        llvm::errs() << "safecc: " << folder << ": " << error << "\n";
        return false;
    }
    auto commands = database->getCompileCommands(file);
    if (commands.empty()) {
        llvm::errs() << "safecc: " << file << ": not in " << folder << "/compile_commands.json\n";
        return false;
    }
    std::vector<std::string> from;
    const auto &words = commands[0].CommandLine;
    for (size_t i = 1; i < words.size(); i++) {
        if (words[i] == "-o" || words[i] == "-MF" || words[i] == "-MT" || words[i] == "-MQ")
            i++;
        else if (words[i] != "-c" && words[i] != "--" && words[i] != file && words[i] != commands[0].Filename && words[i].rfind("-MM", 0) != 0 && words[i] != "-MP" && words[i] != "-MD")
            from.push_back(words[i]);
    }
    args.insert(args.begin(), from.begin(), from.end());
    return true;
}

bool load(const CommandLine &line, Module &module)
{
    bool good = true;

    module.options = &line.options;
    for (const std::string &file : line.files) {
        auto buffer = llvm::MemoryBuffer::getFile(file);
        std::string wrong = !llvm::sys::fs::exists(file) ? "no such file" : llvm::sys::fs::is_directory(file) ? "is a folder" : !buffer ? buffer.getError().message() : "";
        if (size_t nul = buffer ? (*buffer)->getBuffer().find('\0') : llvm::StringRef::npos; wrong.empty() && nul != llvm::StringRef::npos)
            wrong = std::to_string(1 + (*buffer)->getBuffer().take_front(nul).count('\n')) + ": holds a byte that is 0: no text";
        if (!wrong.empty()) {
            llvm::errs() << "safecc: " << file << (isdigit((unsigned char)wrong[0]) ? ":" : ": ") << wrong << "\n";
            good = false;
            continue;
        }
        std::vector<std::string> args = line.args;
        if (!line.database.empty() && !database_arguments(line.database, file, args))
            good = false;
        auto unit = unit_load(file, args, line.options);
        if (unit == nullptr)
            good = false;
        else
            module.units.push_back(std::move(unit));
    }
    return good;
}

void apply_rules(const CommandLine &line, Module &module, Reporter &out)
{
    auto rules = all_rules();

    if (!line.options.only_rules.empty())
        rules.erase(std::remove_if(rules.begin(), rules.end(), [&](const auto &rule) { return !line.options.only_rules.count(rule->id()); }), rules.end());
    for (const auto &rule : rules)
        for (auto &unit : module.units)
            rule->check_unit(*unit, out);
    /* Every site is known now, also those of rules with a higher number than SC-22's. */
    for (const auto &rule : rules)
        rule->check_module(module, out);
    out.finish();
}

/* x/name.c -> DIR/name, DIR being the object's folder */
std::string checked_name(const CommandLine &line)
{
    std::string object = line.output.empty() ? "a.o" : line.output, file = line.files[0];
    std::string folder = object.find('/') == std::string::npos ? "" : object.substr(0, object.rfind('/') + 1);
    std::string name = file.substr(file.rfind('/') == std::string::npos ? 0 : file.rfind('/') + 1);

    if (name.size() > 2 && name.substr(name.size() - 2) == ".c")
        name.resize(name.size() - 2);
    return folder + name + ".checked.c";
}

int write_text(const std::string &path, const std::string &text)
{
    std::ofstream out(path, std::ios::binary);

    out << text;
    out.close();
    if (!out) {
        llvm::errs() << "safecc: " << path << ": cannot be written\n";
        return 2;
    }
    return 0;
}

/* The object is looked at once more, without what led to it; it goes when something is found. */
int audit(const CommandLine &line, const Unit &unit, const std::string &checked, const std::string &object)
{
    Audit found;

    audit_accesses(unit, checked.substr(0, checked.size() - std::string(".checked.c").size()), line.args, found);
    audit_code(unit, object, found);
    if (line.report)
        llvm::outs() << "audit: " << found.accesses << " accesses, " << found.uncovered.size() << " uncovered; " << found.instructions << " instructions, "
                     << found.forbidden.size() << " forbidden\n";
    if (found.clean())
        return 0;
    llvm::sys::fs::remove(object);
    for (const std::string &u : found.uncovered)
        llvm::errs() << line.files[0] << ": audit: memory access that no check or argument covers, in " << u << "\n";
    for (const std::string &f : found.forbidden)
        llvm::errs() << line.files[0] << ": audit: forbidden instruction in " << f << "\n";
    if (!found.error.empty())
        llvm::errs() << line.files[0] << ": audit: " << found.error << "\n";
    return 1;
}

std::string object_name(const CommandLine &line)
{
    std::string object = line.output;

    if (object.empty()) {
        object = line.files[0].substr(line.files[0].rfind('/') == std::string::npos ? 0 : line.files[0].rfind('/') + 1);
        if (object.size() > 2 && object.substr(object.size() - 2) == ".c")
            object.resize(object.size() - 2);
        object += ".o";
    }
    return object;
}

/* -MD, -MMD: what the object is made of, for make, as gcc writes it. */
int write_dependencies(const CommandLine &line, const Unit &unit, const std::string &object)
{
    bool wanted = false, system = true, phony = false;
    std::string path, target = object, text, targets;

    for (size_t i = 0; i < line.args.size(); i++) {
        const std::string &a = line.args[i];
        wanted |= a == "-MD" || a == "-MMD";
        system &= a != "-MMD";
        phony |= a == "-MP";
        if ((a == "-MF" || a == "-MT" || a == "-MQ") && i + 1 < line.args.size())
            (a == "-MF" ? path : target) = line.args[++i];
    }
    if (!wanted)
        return 0;
    if (path.empty())
        path = (object.size() > 2 && object.substr(object.size() - 2) == ".o" ? object.substr(0, object.size() - 2) : object) + ".d";
    text = target + ": " + unit.path;
    for (const std::string &file : unit.includes)
        if (system || file.rfind("/usr/", 0) != 0) {
            text += " \\\n  " + file;
            targets += "\n" + file + ":\n";
        }
    return write_text(path, text + "\n" + (phony ? targets : ""));
}

int compile(const CommandLine &line, Module &module)
{
    Unit &unit = *module.units[0];
    std::string checked = checked_name(line), object = object_name(line), error;

    if (write_text(checked, checked_text(unit) + (unit.options->host ? "" : type_records(unit))) != 0)
        return 2;
    int rc = compile_checked(unit, checked, object, line.args, error);
    if (rc != 0) {
        llvm::sys::fs::remove(object);
        llvm::errs() << "safecc: " << checked << ": " << (error.empty() ? "the compiler refused the checked source; this is a fault of safecc" : error) << "\n";
        return 2;
    }
    if (int wrong = audit(line, unit, checked, object))
        return wrong;
    return write_dependencies(line, unit, object);
}

/* "-" is standard output. */
template <class F> int write_report(const std::string &path, F write)
{
    std::error_code error;

    if (path.empty())
        return 0;
    if (path == "-") {
        write(llvm::outs());
        return 0;
    }
    llvm::raw_fd_ostream out(path, error);
    if (error) {
        llvm::errs() << "safecc: " << path << ": " << error.message() << "\n";
        return 2;
    }
    write(out);
    return 0;
}

/* Drop what the verifier proved for exactly this source. */
int apply_proofs(const CommandLine &line, Module &module)
{
    std::string error;

    if (line.proved.empty())
        return 0;
    for (auto &unit : module.units)
        if (!proofs_apply(*unit, line.proved, error)) {
            llvm::errs() << "safecc: " << error << "\n";
            return 2;
        }
    return 0;
}

int reports(const CommandLine &line, const Module &module, const std::vector<Finding> &findings, const std::set<std::string> &known)
{
    int rc = 0;

    rc |= write_report(line.json, [&](llvm::raw_ostream &out) { report_json(out, findings, module); });
    rc |= write_report(line.sarif, [&](llvm::raw_ostream &out) { report_sarif(out, findings, known); });
    rc |= write_report(line.html, [&](llvm::raw_ostream &out) { report_html(out, findings, module); });
    rc |= write_report(line.write_baseline, [&](llvm::raw_ostream &out) { write_baseline(out, findings); });
    return rc;
}

int run(const CommandLine &line)
{
    Module module;
    Reporter out;
    std::set<std::string> known;
    std::string error;

    if (!line.baseline.empty() && !read_baseline(line.baseline, known, error)) {
        llvm::errs() << "safecc: " << error << "\n";
        return 2;
    }
    /* Whatever happens from here on, no object of an older source is left. */
    if (line.mode == CommandLine::Compile && llvm::sys::fs::is_regular_file(object_name(line)))
        llvm::sys::fs::remove(object_name(line));
    if (!load(line, module))
        return 2;
    if (line.mode == CommandLine::Flat) {
        for (const auto &unit : module.units)
            llvm::outs() << unit->flat;
        return 0;
    }
    apply_rules(line, module, out);
    for (auto &unit : module.units)
        hoist_checks(*unit);
    if (int rc = apply_proofs(line, module))
        return rc;
    if (int rc = reports(line, module, out.findings, known))
        return rc;
    std::vector<std::string> prints = fingerprints(out.findings);
    std::vector<Finding> fresh;
    for (size_t i = 0; i < prints.size(); i++)
        if (!known.count(prints[i]))
            fresh.push_back(out.findings[i]);
    if (line.json != "-" && line.sarif != "-")
        report_text(llvm::errs(), fresh, line.colour);
    if (out.findings.size() != fresh.size())
        llvm::errs() << out.findings.size() - fresh.size() << " findings of the baseline " << line.baseline << " not told again\n";
    if (!fresh.empty())
        llvm::errs() << fresh.size() << (fresh.size() == 1 ? " error" : " errors") << "; safecc --explain " << fresh[0].rule << " says more\n";
    /* A finding of the baseline is no error of a check, but it yields no object either. */
    if (!fresh.empty() || (line.mode == CommandLine::Compile && out.failed()))
        return line.write_baseline.empty() || line.mode == CommandLine::Compile ? 1 : 0;
    if (line.report)
        report_sites(llvm::outs(), module);
    return line.mode == CommandLine::Compile ? compile(line, module) : 0;
}

} // namespace

int main(int argc, const char **argv)
{
    CommandLine line;

    line.colour = llvm::errs().has_colors();
    if (int rc = command_line_parse(argc, argv, line))
        return rc;
    switch (line.mode) {
    case CommandLine::Help:
        command_line_help();
        return 0;
    case CommandLine::Version:
        llvm::outs() << "safecc 0.1, dialect 1, clang " << __clang_version__ << "\n";
        return 0;
    case CommandLine::ListRules:
        return list_rules();
    case CommandLine::Explain:
        return explain(line.explain);
    default:
        return run(line);
    }
}
