/* SPDX-License-Identifier: MIT */
/* program.h - what the whole run says of locks: their ranks, which functions take them, what functions need held. */
#ifndef SAFECC_RULES_LOCKS_PROGRAM_H
#define SAFECC_RULES_LOCKS_PROGRAM_H

#include "engine/walk.h"
#include "rules/kept.h"

namespace safecc::locks {

/* What a function whose name ends in _locked relies on: a lock by its path from a parameter (#0.lock), a global, or its type. */
struct Need {
    std::string path;  /* "" when only the type is known */
    std::string type;  /* struct.field; "" for a global */
    std::string what;  /* the first access that needs it, for people */
    bool operator<(const Need &o) const { return std::tie(path, type) < std::tie(o.path, o.type); }
};
using Needs = std::map<std::string, std::set<Need>>; /* by the function's name */

using RankByName = std::map<std::string, int>; /* see rank_key */
using TakenBelow = std::map<std::string, std::set<std::string>>; /* function -> locks (rank_key) that it takes, itself or below */

struct Program {
    RankByName ranks;
    std::map<std::string, int> lowest; /* function -> the lowest rank that it takes, itself or below */
    TakenBelow taken;
    Needs needs;
    const Kept *kept = nullptr;
};

std::string rank_key(const clang::FieldDecl *f);
/* Of a lock that is a variable of its own; static ones of two files are two. */
std::string rank_key(const Unit &unit, const clang::VarDecl *v);
bool is_lock_type(clang::QualType t);
/* Its name ends in _locked, and no SC_HOLDS says what it needs: that is found out, and asked of whoever calls it. */
bool needs_are_found(const clang::FunctionDecl *f);

/* Fills ranks, from the initialisers that the unit shows. */
void find_ranks(Unit &unit, Program &program);
/* Fills lowest and taken, from the ranks. */
void find_taken(CallGraphOf &graph, Program &program);

} // namespace safecc::locks
#endif
