/* SPDX-License-Identifier: MIT */
/* Findings as a compiler tells them. */
#include <fstream>

#include "report/report.h"

namespace safecc {

std::string source_line(const std::string &file, unsigned line)
{
    static std::map<std::string, std::vector<std::string>> cache;

    if (!cache.count(file)) {
        std::ifstream in(file);
        std::string text;
        auto &lines = cache[file];
        while (std::getline(in, text))
            lines.push_back(text);
    }
    const auto &lines = cache[file];
    return line >= 1 && line <= lines.size() ? lines[line - 1] : "";
}

static std::string marker(const std::string &line, const Place &p)
{
    std::string pad, under;

    for (unsigned i = 1; i < p.column && i <= line.size(); i++)
        pad += line[i - 1] == '\t' ? '\t' : ' ';
    under = "^";
    if (p.end_column > p.column + 1)
        under += std::string(std::min<size_t>(p.end_column - p.column - 1, 200), '~');
    return pad + under;
}

static void say_place(llvm::raw_ostream &out, const Place &p, const char *kind, const std::string &text)
{
    std::string line = source_line(p.file, p.line);

    out << p.file << ":" << p.line << ":" << p.column << ": " << kind << text << "\n";
    if (!line.empty())
        out << "    " << line << "\n    " << marker(line, p) << "\n";
}

void report_text(llvm::raw_ostream &out, const std::vector<Finding> &findings, bool colour)
{
    const std::string red = colour ? "\033[1;31m" : "", bold = colour ? "\033[1m" : "", off = colour ? "\033[0m" : "";

    for (const Finding &f : findings) {
        say_place(out, f.place, (red + "error: " + off).c_str(), bold + f.rule + ": " + f.message + off);
        for (const Fact &fact : f.path)
            if (fact.place.valid())
                say_place(out, fact.place, "note: ", fact.text);
            else
                out << "    note: " << fact.text << "\n";
        if (!f.suggestion.empty())
            out << "    help: " << f.suggestion << "\n";
        for (const FixIt &fix : f.fixes)
            out << "    fix: " << fix.place.file << ":" << fix.place.line << ":" << fix.place.column << ": "
                << (fix.place.end_column > fix.place.column ? "replace by `" : "insert `") << fix.text << "`\n";
    }
}

} // namespace safecc
