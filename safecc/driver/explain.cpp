/* SPDX-License-Identifier: MIT */
/* safecc --explain: the page of a rule, which is part of the binary (docs/safecc/rules). */
#include "driver/driver.h"

#include "llvm/Support/raw_ostream.h"

namespace safecc {

/* SC-07, sc-7, SC7, 07, 7 are one rule; "" when it is no such name. */
static std::string rule_id(const std::string &given)
{
    std::string text, number;

    for (char c : given)
        text += (char)toupper((unsigned char)c);
    if (text.rfind("SC", 0) == 0)
        text.erase(0, text.rfind("SC-", 0) == 0 ? 3 : 2);
    number = text.size() == 1 ? "0" + text : text;
    return number.size() == 2 && number.find_first_not_of("0123456789") == std::string::npos ? "SC-" + number : "";
}

int explain(const std::string &given)
{
    std::string id = rule_id(given), known;

    for (const RulePage &page : rule_pages()) {
        if (page.id == id) {
            llvm::outs() << page.text;
            return 0;
        }
        known += " " + std::string(page.id);
    }
    llvm::errs() << "safecc: there is no rule `" << given << "`; the rules are" << known << "\n";
    return 2;
}

} // namespace safecc
