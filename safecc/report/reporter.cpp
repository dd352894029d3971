/* SPDX-License-Identifier: MIT */
/* Findings: collected, put in order, told once. */
#include "safecc.h"

namespace safecc {

void Reporter::report(Finding f)
{
    findings.push_back(std::move(f));
}

void Reporter::finish()
{
    std::sort(findings.begin(), findings.end(), [](const Finding &a, const Finding &b) {
        return std::tie(a.place, a.rule, a.message) < std::tie(b.place, b.rule, b.message);
    });
    auto same = [](const Finding &a, const Finding &b) {
        return a.rule == b.rule && a.message == b.message && !(a.place < b.place) && !(b.place < a.place);
    };
    findings.erase(std::unique(findings.begin(), findings.end(), same), findings.end());
}

} // namespace safecc
