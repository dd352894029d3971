/* SPDX-License-Identifier: MIT */
/* report.h - findings and sites for people and for machines. */
#ifndef SAFECC_REPORT_H
#define SAFECC_REPORT_H

#include "llvm/Support/raw_ostream.h"
#include "safecc.h"

namespace safecc {

/* The line of the file, without its newline; "" when it cannot be read. */
std::string source_line(const std::string &file, unsigned line);

/* file:line:col: error: SC-nn: ..., the line with a marker, the path of facts, a suggestion, a fix-it. */
void report_text(llvm::raw_ostream &out, const std::vector<Finding> &findings, bool colour);

/* Every site: kept, or dropped and why; then totals. */
void report_sites(llvm::raw_ostream &out, const Module &module);
const char *fate_name(Fate fate);

} // namespace safecc
#endif
