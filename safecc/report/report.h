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
/* One per finding, the same after lines move: of the rule, the file's name, the function and the words of the line. */
std::vector<std::string> fingerprints(const std::vector<Finding> &findings);
void report_json(llvm::raw_ostream &out, const std::vector<Finding> &findings, const Module &module);
/* SARIF 2.1.0; known: fingerprints of the baseline. */
void report_sarif(llvm::raw_ostream &out, const std::vector<Finding> &findings, const std::set<std::string> &known);
void report_html(llvm::raw_ostream &out, const std::vector<Finding> &findings, const Module &module);
bool read_baseline(const std::string &path, std::set<std::string> &known, std::string &error);
void write_baseline(llvm::raw_ostream &out, const std::vector<Finding> &findings);

} // namespace safecc
#endif
