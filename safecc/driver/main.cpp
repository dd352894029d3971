/* SPDX-License-Identifier: MIT */
/* safecc: from a C file to an object that cannot break the hypervisor, or the reason why not. */
#include "driver/driver.h"
#include "report/report.h"

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
    return 0;
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
