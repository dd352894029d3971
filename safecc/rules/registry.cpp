/* SPDX-License-Identifier: MIT */
/* The list of rules; each rules/SC_nn.cpp adds itself. */
#include "safecc.h"

namespace safecc {

static std::vector<RuleMaker> &makers()
{
    static std::vector<RuleMaker> list;
    return list;
}

RuleEntry::RuleEntry(RuleMaker make)
{
    makers().push_back(make);
}

std::vector<std::unique_ptr<Rule>> all_rules()
{
    std::vector<std::unique_ptr<Rule>> rules;

    for (RuleMaker make : makers())
        rules.push_back(make());
    std::sort(rules.begin(), rules.end(), [](const auto &a, const auto &b) { return std::string(a->id()) < b->id(); });
    return rules;
}

} // namespace safecc
