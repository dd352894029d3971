/* SPDX-License-Identifier: MIT */
/* What stands in the object's code: nothing privileged, and no indirect branch but in kCFI's form. */
#include "back/back.h"

#include <fstream>

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"

namespace safecc {
namespace {

/* Instructions that no module holds, and the core only by inline functions of arch/: of ring 0, of I/O, that switch mode, or that change segments (Intel SDM vol. 2). */
const std::set<std::string> privileged = {
    "hlt", "cli", "sti", "in", "inb", "inw", "inl", "insb", "insw", "insl", "out", "outb", "outw", "outl", "outsb", "outsw", "outsl",
    "lgdt", "lgdtq", "lidt", "lidtq", "lldt", "lldtw", "ltr", "ltrw", "lmsw", "lmsww", "clts", "invd", "wbinvd", "invlpg", "invpcid", "rdmsr", "wrmsr", "rdpmc",
    "swapgs", "syscall", "sysret", "sysretq", "sysretl", "sysenter", "sysexit", "sysexitq", "iret", "iretq", "iretl", "int", "int1", "int3", "into",
    "lcall", "lcallq", "lcalll", "ljmp", "ljmpq", "ljmpl", "lret", "lretq", "xsetbv", "xsaves", "xsaves64", "xrstors", "xrstors64", "rsm", "monitor", "mwait",
    "vmcall", "vmlaunch", "vmresume", "vmxon", "vmxoff", "vmrun", "vmmcall", "stgi", "clgi", "skinit", "wrfsbase", "wrgsbase", "wrfsbaseq", "wrgsbaseq",
    "rdfsbase", "rdgsbase", "stac", "clac", "popf", "popfq", "sgdt", "sgdtq", "sidt", "sidtq", "lds", "les", "lfs", "lgs", "lss", "wrpkru",
};

std::string word(const std::string &line, size_t &at)
{
    while (at < line.size() && (line[at] == ' ' || line[at] == '\t'))
        at++;
    size_t start = at;
    while (at < line.size() && line[at] != ' ' && line[at] != '\t')
        at++;
    return line.substr(start, at - start);
}

} // namespace

void audit_code(const Unit &unit, const std::string &object_path, Audit &audit)
{
    auto objdump = llvm::sys::findProgramByName("llvm-objdump-19");
    std::string listing = object_path + ".dis", error;
    std::vector<llvm::StringRef> argv = { "llvm-objdump-19", "-d", "--no-show-raw-insn", "--no-addresses", object_path };
    std::optional<llvm::StringRef> redirects[] = { std::nullopt, llvm::StringRef(listing), std::nullopt };
    std::vector<std::string> last; /* mnemonics and operands before this one */
    std::string line, function;
    const bool core = unit.core_name(unit.path);

    if (!objdump || llvm::sys::ExecuteAndWait(*objdump, argv, std::nullopt, redirects, 0, 0, &error) != 0) {
        audit.error = object_path + ": cannot be disassembled (Debian package llvm-19)";
        return;
    }
    std::ifstream in(listing);
    while (std::getline(in, line)) {
        if (!line.empty() && line[0] == '<') {
            function = line.substr(1, line.find('>') - 1);
            last.clear();
            continue;
        }
        if (line.empty() || (line[0] != ' ' && line[0] != '\t'))
            continue;
        size_t at = 0;
        std::string mnemonic = word(line, at), rest;
        while (mnemonic == "lock" || mnemonic == "rep" || mnemonic == "repne" || mnemonic == "notrack" || mnemonic == "data16" || mnemonic == "cs")
            mnemonic = word(line, at);
        while (at < line.size() && (line[at] == ' ' || line[at] == '\t'))
            at++;
        rest = line.substr(at);
        audit.instructions++;
        bool moves_control = mnemonic.rfind("mov", 0) == 0 && (rest.find("%cr") != std::string::npos || rest.find("%dr") != std::string::npos || rest.find("%db") != std::string::npos);
        bool to_segment = mnemonic.rfind("mov", 0) == 0 && rest.size() > 3 && rest[rest.size() - 3] == '%' && rest[rest.size() - 1] == 's' && std::string("cdefgs").find(rest[rest.size() - 2]) != std::string::npos && rest != "" && rest.find("%bs") == std::string::npos;
        bool indirect = (mnemonic.rfind("call", 0) == 0 || mnemonic.rfind("jmp", 0) == 0) && !rest.empty() && rest[0] == '*';
        bool of_ring0 = privileged.count(mnemonic) || moves_control || to_segment;
        if (mnemonic == "(bad)" || (of_ring0 && !core))
            audit.forbidden.push_back(function + ": " + mnemonic + " " + rest);
        if (!unit.options->host && (rest.find("%xmm") != std::string::npos || rest.find("%ymm") != std::string::npos || rest.find("%zmm") != std::string::npos || rest.find("%st(") != std::string::npos))
            audit.forbidden.push_back(function + ": " + mnemonic + " " + rest + " (not a general register)");
        if (indirect && !unit.options->host) {
            /* mov $-id, %r10d; add -4(%reg), %r10d; je over; ud2; over: call *%reg */
            size_t n = last.size();
            std::string reg = rest.substr(1);
            bool form = n >= 4 && last[n - 1].rfind("ud2", 0) == 0 && last[n - 2].rfind("je", 0) == 0 && last[n - 3].rfind("addl", 0) == 0 &&
                        last[n - 3].find("-0x4(" + reg + ")") != std::string::npos && last[n - 4].rfind("movl", 0) == 0;
            if (!form)
                audit.forbidden.push_back(function + ": " + mnemonic + " " + rest + " (indirect, not in kCFI's form)");
        }
        last.push_back(mnemonic + " " + rest);
    }
    in.close();
    llvm::sys::fs::remove(listing);
}

} // namespace safecc
