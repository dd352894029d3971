/* SPDX-License-Identifier: MIT */
/* driver.h - what the command line asks for. */
#ifndef SAFECC_DRIVER_H
#define SAFECC_DRIVER_H

#include "safecc.h"

namespace safecc {

struct CommandLine {
    enum Mode { Check, Compile, Explain, ListRules, Help, Version, Flat } mode = Check;
    std::vector<std::string> files;
    std::string output;              /* -o */
    std::string explain;             /* a rule's id */
    std::vector<std::string> args;   /* for the compiler: -I, -D, -f, -m, -O, ... */
    std::string database;            /* -p: folder of compile_commands.json */
    bool report = false;             /* --report: list the checks */
    bool keep_checked = true;        /* leave NAME.checked.c beside the object */
    bool colour = false;
    std::string json, sarif, html, baseline, write_baseline, proved;
    Options options;
};

/* 0, or 2 after printing what is wrong with the command line. */
int command_line_parse(int argc, const char **argv, CommandLine &out);
void command_line_help();

/* The pages of docs/safecc/rules, in order; the text is made at build (tools/build/rule_pages.py). */
struct RulePage {
    std::string id, text;
};
const std::vector<RulePage> &rule_pages();
/* Print a rule's page: 0, or 2 after saying which rules there are. */
int explain(const std::string &rule);

} // namespace safecc
#endif
