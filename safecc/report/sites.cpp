/* SPDX-License-Identifier: MIT */
/* The list of checks: which are kept, which are not needed and why. */
#include "llvm/Support/Format.h"
#include "report/report.h"

namespace safecc {

const char *fate_name(Fate fate)
{
    switch (fate) {
    case Fate::Check: return "kept";
    case Fate::Static: return "static";
    case Fate::Hoisted: return "hoisted";
    case Fate::Proved: return "proved";
    }
    return "";
}

void report_sites(llvm::raw_ostream &out, const Module &module)
{
    std::map<std::string, std::map<Fate, unsigned>> totals;

    for (const auto &unit : module.units) {
        std::vector<const Site *> sites;
        for (const Site &s : unit->sites)
            sites.push_back(&s);
        std::sort(sites.begin(), sites.end(), [](const Site *a, const Site *b) { return std::tie(a->place, a->id) < std::tie(b->place, b->id); });
        for (const Site *s : sites) {
            out << s->place.file << ":" << s->place.line << ":" << s->place.column << ": " << s->rule << " " << s->what << " 0x" << llvm::format_hex_no_prefix(s->id, 8)
                << " " << fate_name(s->fate) << ": " << s->argument << "\n";
            totals[s->rule][s->fate]++;
        }
    }
    for (auto &[rule, by] : totals)
        out << rule << ": " << by[Fate::Check] << " kept, " << by[Fate::Hoisted] << " hoisted, " << by[Fate::Static] << " dropped by a static argument, " << by[Fate::Proved] << " by a proof\n";
}

} // namespace safecc
