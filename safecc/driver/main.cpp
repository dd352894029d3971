/* SPDX-License-Identifier: MIT */
/* safecc: from a C file to an object that cannot break the hypervisor, or the reason why not. */
#include "driver/driver.h"
#include "back/back.h"
#include "emit/emit.h"
#include "report/report.h"

#include <fstream>

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

bool load(const CommandLine &line, Module &module)
{
    bool good = true;

    module.options = &line.options;
    for (const std::string &file : line.files) {
        if (!llvm::sys::fs::exists(file)) {
            llvm::errs() << "safecc: " << file << ": no such file\n";
            good = false;
            continue;
        }
        auto unit = unit_load(file, line.args, line.options);
        if (unit == nullptr)
            good = false;
        else
            module.units.push_back(std::move(unit));
    }
    return good;
}

void apply_rules(const CommandLine &line, Module &module, Reporter &out)
{
    for (const auto &rule : all_rules()) {
        if (!line.options.only_rules.empty() && !line.options.only_rules.count(rule->id()))
            continue;
        for (auto &unit : module.units)
            rule->check_unit(*unit, out);
        rule->check_module(module, out);
    }
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

int compile(const CommandLine &line, Module &module)
{
    Unit &unit = *module.units[0];
    std::string checked = checked_name(line), error;
    std::string object = line.output;

    if (object.empty()) {
        object = line.files[0].substr(line.files[0].rfind('/') == std::string::npos ? 0 : line.files[0].rfind('/') + 1);
        if (object.size() > 2 && object.substr(object.size() - 2) == ".c")
            object.resize(object.size() - 2);
        object += ".o";
    }
    if (write_text(checked, checked_text(unit)) != 0)
        return 2;
    int rc = compile_checked(unit, checked, object, line.args, error);
    if (rc != 0) {
        llvm::sys::fs::remove(object);
        llvm::errs() << "safecc: " << checked << ": " << (error.empty() ? "the compiler refused the checked source; this is a fault of safecc" : error) << "\n";
        return 2;
    }
    return audit(line, unit, checked, object);
}

int run(const CommandLine &line)
{
    Module module;
    Reporter out;

    if (!load(line, module))
        return 2;
    if (line.mode == CommandLine::Flat) {
        for (const auto &unit : module.units)
            llvm::outs() << unit->flat;
        return 0;
    }
    apply_rules(line, module, out);
    report_text(llvm::errs(), out.findings, line.colour);
    if (out.failed()) {
        llvm::errs() << out.findings.size() << (out.findings.size() == 1 ? " error" : " errors") << "; safecc --explain SC-nn tells more\n";
        return 1;
    }
    for (auto &unit : module.units)
        hoist_checks(*unit);
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
        return 0;
    default:
        return run(line);
    }
}
