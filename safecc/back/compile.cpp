/* SPDX-License-Identifier: MIT */
/* The compiler behind safecc is Debian's clang, told what the profile demands. */
#include "back/back.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"

namespace safecc {

static bool given(const std::vector<std::string> &args, const char *prefix)
{
    for (const std::string &a : args)
        if (a.rfind(prefix, 0) == 0)
            return true;
    return false;
}

std::vector<std::string> code_generation(const Options &options, const std::vector<std::string> &args)
{
    std::vector<std::string> out;
    static const std::set<std::string> pairs = { "-I", "-D", "-U", "-include", "-isystem", "-x", "-MF", "-MT", "-MQ" };
    /* The preprocessor has had its turn, and nothing may be taken out of what the profile demands. */
    static const std::set<std::string> refused = { "-fno-wrapv", "-mred-zone", "-fno-sanitize=kcfi", "-fno-sanitize=all", "-fdelete-null-pointer-checks", "-fstrict-overflow" };

    for (size_t i = 0; i < args.size(); i++) {
        const std::string &a = args[i];
        if (pairs.count(a))
            i++;
        else if (a.rfind("-I", 0) != 0 && a.rfind("-D", 0) != 0 && a.rfind("-U", 0) != 0 && a.rfind("-M", 0) != 0 && !refused.count(a))
            out.push_back(a);
    }
    if (!given(out, "-O"))
        out.push_back("-O2");
    out.insert(out.end(), { "-fwrapv", "-fno-delete-null-pointer-checks", "-ftrivial-auto-var-init=zero", "-w" });
    if (!options.host)
        out.insert(out.end(), { "-ffreestanding", "-mno-red-zone", "-mgeneral-regs-only", "-fsanitize=kcfi" });
    return out;
}

int compile_checked(const Unit &unit, const std::string &checked_path, const std::string &object_path, const std::vector<std::string> &args, std::string &error)
{
    std::vector<std::string> argv = { "clang-19" };
    std::vector<llvm::StringRef> refs;
    auto clang = llvm::sys::findProgramByName("clang-19");

    if (!clang) {
        error = "clang-19 is not installed (Debian package clang-19)";
        return 2;
    }
    for (const std::string &a : code_generation(*unit.options, args))
        argv.push_back(a);
    argv.insert(argv.end(), { "-x", "c", "-c", checked_path, "-o", object_path });
    for (const std::string &a : argv)
        refs.push_back(a);
    return llvm::sys::ExecuteAndWait(*clang, refs, std::nullopt, {}, 0, 0, &error);
}

} // namespace safecc
