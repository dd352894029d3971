/* SPDX-License-Identifier: MIT */
/* The command line. */
#include "driver/driver.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

namespace safecc {

void command_line_help()
{
    llvm::outs() << R"(usage: safecc --check [OPTIONS] FILE...     check; a module's or the core's files together
       safecc -c FILE -o OBJECT [OPTIONS]       check, insert run-time checks, compile, audit
       safecc --explain SC-nn                   what a rule asks, why, and how to satisfy it
       safecc --list-rules
       safecc -E FILE                           the text that the rules see: preprocessed, with line directives

  --report            list every run-time check: kept, or dropped and why
  --json FILE         findings and checks as JSON            (- is standard output)
  --sarif FILE        findings as SARIF 2.1.0
  --html FILE         findings and checks as a page
  --baseline FILE     findings listed there are not errors; new ones are
  --write-baseline FILE  write the findings of this run as a baseline
  --proved FILE       drop the checks that the verifier proved for exactly this source
  --profile=host      a program for this machine: floating point, vectors, some libc; default: the hypervisor's
  --core PATH         files under PATH may hold SC_UNSAFE islands (may be repeated)
  --arch PATH         as --core, and they may hold assembly
  --trust PATH        files under PATH are not judged in this run: they have one of their own
  --rule SC-nn        only this rule (may be repeated); never yields an object
  --stack-budget N    bytes of stack an entry may use (4096)
  -MD -MMD -MP -MF -MT   the headers that the object is made of, for make
  -p DIR              work in DIR: take each file's compiler options from its compile_commands.json, and --core, --arch
                      and --trust from its .safecc, if there is one
  -o FILE             object to write; FILE's NAME.checked.c is left beside it
  -I -D -U -O -g -f* -m* -W* -std= -include -isystem    as for clang

Exit status: 0 nothing found, 1 findings (no object is written), 2 wrong use or a file that does not compile.
)";
}

static bool takes_value(const std::string &a)
{
    static const std::set<std::string> with = { "-include", "-isystem", "-I", "-D", "-U", "-MF", "-MT", "-MQ", "-x" };

    return with.count(a) != 0;
}

static bool compilers(const std::string &a)
{
    for (const char *prefix : { "-I", "-D", "-U", "-O", "-g", "-f", "-m", "-W", "-std=", "-include", "-isystem", "-M", "-nostd", "-pthread", "-w", "-x" })
        if (a.rfind(prefix, 0) == 0)
            return true;
    return false;
}

static int wrong(const std::string &text)
{
    llvm::errs() << "safecc: " << text << "\nTry: safecc --help\n";
    return 2;
}

using Paths = std::map<std::string, std::vector<std::string> *>;

/* DIR/.safecc: lines of one option and its path; # begins a comment. */
static int project_options(const Paths &paths)
{
    auto buffer = llvm::MemoryBuffer::getFile(".safecc");
    llvm::SmallVector<llvm::StringRef, 16> lines;

    if (!buffer)
        return 0;
    (*buffer)->getBuffer().split(lines, '\n');
    for (size_t i = 0; i < lines.size(); i++) {
        auto [option, path] = lines[i].split('#').first.trim().split(' ');
        auto it = paths.find(option.str());

        if (option.empty())
            continue;
        if (it == paths.end() || path.trim().empty())
            return wrong(".safecc:" + std::to_string(i + 1) + ": a line is --core PATH, --arch PATH or --trust PATH");
        it->second->push_back(path.trim().str());
    }
    return 0;
}

/* From now on in the folder of -p, where the paths of the database and of .safecc begin; what was named keeps its place. */
static int enter_project(CommandLine &line, const Paths &paths)
{
    auto absolute = [](const std::string &path) {
        llvm::SmallString<256> full(path);
        llvm::sys::fs::make_absolute(full);
        llvm::sys::path::remove_dots(full, true);
        return std::string(full);
    };
    std::string root = absolute(line.database);

    for (std::string *name : { &line.output, &line.json, &line.sarif, &line.html, &line.baseline, &line.write_baseline, &line.proved })
        if (!name->empty() && *name != "-")
            *name = absolute(*name);
    for (std::string &file : line.files) {
        file = absolute(file);
        if (file.rfind(root + "/", 0) == 0)
            file = file.substr(root.size() + 1);
    }
    if (std::error_code error = llvm::sys::fs::set_current_path(root))
        return wrong("-p " + line.database + ": " + error.message());
    line.database = ".";
    return project_options(paths);
}

int command_line_parse(int argc, const char **argv, CommandLine &out)
{
    bool mode_given = false;
    std::map<std::string, std::string *> values = {
        { "--json", &out.json },         { "--sarif", &out.sarif },   { "--html", &out.html }, { "--baseline", &out.baseline },
        { "--write-baseline", &out.write_baseline }, { "--proved", &out.proved }, { "-p", &out.database }, { "-o", &out.output },
    };

    Paths paths = {
        { "--core", &out.options.core_paths }, { "--arch", &out.options.arch_paths }, { "--trust", &out.options.trust_paths },
    };

    for (int i = 1; i < argc; i++) {
        std::string a = argv[i], value;
        bool joined = a.rfind("--", 0) == 0 && a.find('=') != std::string::npos;
        std::string key = joined ? a.substr(0, a.find('=')) : a;
        auto next = [&]() -> bool {
            if (joined) {
                value = a.substr(a.find('=') + 1);
                return true;
            }
            if (i + 1 >= argc)
                return false;
            value = argv[++i];
            return true;
        };

        if (a == "--help" || a == "-h") {
            out.mode = CommandLine::Help;
            return 0;
        } else if (a == "--version") {
            out.mode = CommandLine::Version;
            return 0;
        } else if (a == "--list-rules") {
            out.mode = CommandLine::ListRules;
            return 0;
        } else if (a == "--check") {
            out.mode = CommandLine::Check, mode_given = true;
        } else if (a == "-c") {
            out.mode = CommandLine::Compile, mode_given = true;
        } else if (a == "-E") {
            out.mode = CommandLine::Flat, mode_given = true;
        } else if (a == "--report") {
            out.report = true;
        } else if (a == "--profile=host") {
            out.options.host = true;
        } else if (key == "--profile") {
            return wrong("unknown profile in `" + a + "`; there is --profile=host, and the hypervisor's without the option");
        } else if (key == "--explain") {
            if (!next())
                return wrong("--explain needs a rule, such as SC-07");
            out.mode = CommandLine::Explain, out.explain = value, mode_given = true;
        } else if (paths.count(key)) {
            if (!next())
                return wrong(key + " needs a path");
            paths[key]->push_back(value);
        } else if (key == "--rule") {
            if (!next())
                return wrong("--rule needs a rule, such as SC-07");
            auto rules = all_rules();
            if (llvm::none_of(rules, [&](const auto &r) { return value == r->id(); }))
                return wrong("--rule " + value + ": no such rule (safecc --list-rules names them)");
            out.options.only_rules.insert(value);
        } else if (key == "--stack-budget") {
            if (!next() || value.find_first_not_of("0123456789") != std::string::npos || value.empty() || value.size() > 8)
                return wrong("--stack-budget needs a number of bytes");
            out.options.stack_budget = (unsigned)std::stoul(value);
        } else if (values.count(key)) {
            if (!next())
                return wrong(key + " needs a value");
            *values[key] = value;
        } else if (compilers(a)) {
            out.args.push_back(a);
            if (takes_value(a) && i + 1 < argc)
                out.args.push_back(argv[++i]);
        } else if (!a.empty() && a[0] == '-') {
            return wrong("unknown option `" + a + "`");
        } else {
            out.files.push_back(a);
        }
    }
    if (!mode_given && out.files.empty())
        return wrong("nothing to do");
    if (out.mode == CommandLine::Explain)
        return 0;
    if (out.files.empty())
        return wrong("no input file");
    if (out.mode == CommandLine::Compile && out.files.size() != 1)
        return wrong("-c takes one file; check several together with --check");
    if (out.mode == CommandLine::Compile && !out.options.only_rules.empty())
        return wrong("--rule looks at some rules only and so cannot yield an object; use it with --check");
    return out.database.empty() ? 0 : enter_project(out, paths);
}

} // namespace safecc
