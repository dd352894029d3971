/* SPDX-License-Identifier: MIT */
/* One page, no script: findings with their lines and paths, then every check and its fate. */
#include "llvm/Support/Format.h"
#include "report/report.h"

namespace safecc {

static std::string escaped(const std::string &text)
{
    std::string out;

    for (char c : text)
        if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '&')
            out += "&amp;";
        else
            out += c;
    return out;
}

static void lines_around(llvm::raw_ostream &out, const Place &p)
{
    out << "<pre>";
    for (unsigned n = p.line > 2 ? p.line - 2 : 1; n <= p.line + 2; n++) {
        std::string text = source_line(p.file, n);
        if (n == p.line)
            out << "<b>";
        out << llvm::format("%5u  ", n) << escaped(text);
        if (n == p.line)
            out << "</b>";
        out << "\n";
    }
    out << "</pre>\n";
}

void report_html(llvm::raw_ostream &out, const std::vector<Finding> &findings, const Module &module)
{
    std::map<Fate, unsigned> totals;

    out << "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>safecc</title>\n<style>\n"
           "body{font:15px/1.4 sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222}\n"
           "pre{background:#f6f6f6;padding:.6em;overflow-x:auto}b{background:#fde7e7}\n"
           "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.2em .6em;border-bottom:1px solid #ddd;vertical-align:top}\n"
           "code{background:#f6f6f6}.kept{color:#a40}.hoisted{color:#850}.static,.proved{color:#275}\n</style></head><body>\n"
        << "<h1>safecc</h1>\n<p>" << findings.size() << " findings in " << module.units.size() << " files.</p>\n";
    for (const Finding &f : findings) {
        out << "<h3>" << f.rule << ": " << escaped(f.message) << "</h3>\n<p>" << escaped(f.place.file) << ":" << f.place.line << ":" << f.place.column;
        if (!f.function.empty())
            out << ", in <code>" << escaped(f.function) << "</code>";
        out << "</p>\n";
        lines_around(out, f.place);
        if (!f.path.empty()) {
            out << "<ol>\n";
            for (const Fact &fact : f.path) {
                out << "<li>" << escaped(fact.text);
                if (fact.place.valid())
                    out << " <small>(" << escaped(fact.place.file) << ":" << fact.place.line << ")</small>";
                out << "</li>\n";
            }
            out << "</ol>\n";
        }
        if (!f.suggestion.empty())
            out << "<p>Help: " << escaped(f.suggestion) << "</p>\n";
    }
    for (const auto &unit : module.units)
        for (const Site &s : unit->sites)
            totals[s.fate]++;
    out << "<h2>Checks</h2>\n<p>" << totals[Fate::Check] << " kept, " << totals[Fate::Hoisted] << " hoisted, " << totals[Fate::Static] << " dropped by a static argument, " << totals[Fate::Proved]
        << " by a proof.</p>\n<table><tr><th>place</th><th>rule</th><th>fate</th><th>operation</th><th>argument</th></tr>\n";
    for (const auto &unit : module.units)
        for (const Site &s : unit->sites)
            if (s.fate != Fate::Static)
                out << "<tr><td>" << escaped(s.place.file) << ":" << s.place.line << "</td><td>" << s.rule << "</td><td class=\"" << fate_name(s.fate) << "\">" << fate_name(s.fate) << "</td><td><code>"
                    << escaped(s.text) << "</code></td><td>" << escaped(s.argument) << "</td></tr>\n";
    out << "</table>\n</body></html>\n";
}

} // namespace safecc
