/* SPDX-License-Identifier: MIT */
/* locks.h - one function's locks, followed along its paths: a client of engine/walk.h. */
#ifndef SAFECC_RULES_LOCKS_LOCKS_H
#define SAFECC_RULES_LOCKS_LOCKS_H

#include "rules/locks/paths.h"
#include "rules/locks/program.h"
#include "rules/locks/state.h"

namespace safecc::locks {

class Locks {
public:
    Locks(Unit &unit, const clang::FunctionDecl *f, const Program &program, Reporter &out);

    /* What the function leaves to its callers. */
    std::set<Need> needs;

    LockState entry();
    bool join(LockState &into, const LockState &from) { return into.join(from); }
    void edge(const clang::Expr *, bool, LockState &) {}
    void step(const clang::Stmt *st, LockState &s, bool look);
    void leave(LockState &s, const clang::CFGBlock &b);

private:
    Unit &unit;
    const clang::FunctionDecl *f;
    const Program &program;
    Reporter &out;
    Paths paths;
    bool collecting; /* what it needs is asked of whoever calls it */
    std::set<Held> at_entry;
    std::set<const clang::Expr *> as_it_should; /* atomic accesses, and what is not read at all */

    Finding make(clang::SourceLocation at, std::string message, std::string help);
    void say(const clang::Stmt *at, std::string message, std::string help);
    void say_at_end(Finding finding, const clang::CFGBlock &b);

    /* locks.cpp: variables and what they name */
    void declared(const clang::VarDecl *v, LockState &s);
    void given(const clang::Expr *lhs, const clang::Expr *value, LockState &s);
    void assigned(const clang::Expr *lhs, LockState &s, bool look, const clang::Stmt *at);

    /* calls.cpp: what a call takes, releases and needs */
    void call(const clang::CallExpr *call, LockState &s, bool look);
    void release(const clang::CallExpr *call, const std::string &lock, LockState &s, bool look);
    void acquire(const clang::CallExpr *call, const std::vector<std::string> &locks, LockState &s, bool look);
    void below(const clang::CallExpr *call, const clang::FunctionDecl *callee, LockState &s, bool look);
    void order(const clang::CallExpr *call, const Held &h, const LockState &s);
    int rank(const Held &h);
    std::string in_caller(const clang::CallExpr *call, const std::string &text, const clang::FieldDecl **field);

    /* callers.cpp: what callers are asked for */
    bool leave_to_caller(Need n);
    bool is_global(const std::string &name);
    Need need_of(const std::string &guard, const std::string &base, const clang::FieldDecl *field, const std::string &what);
    void needed_by_callee(const clang::CallExpr *call, const clang::FunctionDecl *callee, const Need &n, LockState &s, bool look);

    /* uses.cpp: guarded, atomic and fixed objects, and pointers into them */
    void member(const clang::MemberExpr *m, LockState &s, bool look);
    void global(const clang::DeclRefExpr *r, LockState &s, bool look);
    bool into(const clang::Expr *e, const LockState &s, Inside &to);
    void point(const clang::VarDecl *v, const clang::Expr *value, LockState &s);
    void still_guarded(const clang::DeclRefExpr *r, LockState &s, bool look);
    void fixed(const clang::Expr *lhs, LockState &s, bool look, const clang::Stmt *at);
    void fixed_exposed(const clang::Stmt *st, LockState &s);
};

/* The accesses of a function that are what the rule asks for: through atomics, to locks, in sizeof. */
std::set<const clang::Expr *> accesses_as_they_should(const clang::FunctionDecl *f);

} // namespace safecc::locks
#endif
