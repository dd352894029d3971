/* SPDX-License-Identifier: MIT */
/* ownership.h - what one function owns, followed along its paths: a client of engine/walk.h. */
#ifndef SAFECC_RULES_OWNED_OWNERSHIP_H
#define SAFECC_RULES_OWNED_OWNERSHIP_H

#include "engine/walk.h"
#include "rules/kept.h"
#include "rules/owned/state.h"

namespace safecc::owned {

class Ownership {
public:
    Ownership(Unit &unit, const clang::FunctionDecl *f, const Kept &kept, Reporter &out);

    OwnState entry();
    bool join(OwnState &into, const OwnState &from) { return into.join(from); }
    void edge(const clang::Expr *cond, bool truth, OwnState &s);
    void step(const clang::Stmt *st, OwnState &s, bool look);
    void leave(OwnState &s, const clang::CFGBlock &b);

private:
    Unit &unit;
    const clang::FunctionDecl *f;
    const Kept &kept;
    Reporter &out;
    std::set<const clang::Expr *> targets; /* names and fields that are assigned or filled, not used */

    void say(const clang::Stmt *at, const std::string &message, clang::SourceLocation from, const std::string &fact, const std::string &help);
    void gone(const clang::Expr *at, const std::string &name, const Thing &t, const std::string &what);

    /* ownership.cpp: uses, and the end */
    void declared(const clang::VarDecl *v, OwnState &s, bool look, const clang::Stmt *at);
    void use(const clang::DeclRefExpr *r, OwnState &s, bool look);
    void use_field(const clang::MemberExpr *m, OwnState &s, bool look);
    bool gone_with_root(const Holder &h, OwnState &s);

    /* results.cpp: what the results of calls, and null, say */
    void nothing(const clang::Expr *e, OwnState &s);
    void compared(const clang::BinaryOperator *b, bool truth, OwnState &s);
    void results(const std::string &place, const clang::Expr *value, OwnState &s);
    void result(const clang::Expr *e, int what, OwnState &s);
    void looked_at(const clang::Expr *e, OwnState &s);

    /* stores.cpp: a value goes to a local, a field, a new object */
    void take(const clang::VarDecl *v, const clang::Expr *value, OwnState &s, bool look, const clang::Stmt *at);
    void take_opaque(const clang::VarDecl *v, const clang::Expr *value, const std::set<const clang::VarDecl *> &from, OwnState &s, const clang::Stmt *at);
    void assign(const clang::BinaryOperator *b, OwnState &s, bool look);
    void store_opaque(const clang::BinaryOperator *b, const clang::Expr *lhs, OwnState &s, bool look);
    void members(const clang::Expr *e, OwnState &s, bool look, const clang::Stmt *at);
    void keep(const clang::Expr *value, OwnState &s);

    /* consume.cpp: a value is given away: to a call, to the caller */
    void call(const clang::CallExpr *call, OwnState &s, bool look);
    void fill(const clang::CallExpr *call, const clang::Expr *arg, OwnState &s, bool look);
    void returned(const clang::ReturnStmt *r, OwnState &s, bool look);
    void consume(const clang::Expr *value, const clang::Stmt *at, OwnState &s, bool look);
    void consume_opaque(const clang::Expr *value, const clang::Stmt *at, OwnState &s, bool look);
    void consume_other(const clang::Expr *value, const clang::Stmt *at, OwnState &s, bool look);
};

/* SC_OWNED T *out is a place to put one. */
bool is_out(const clang::ParmVarDecl *p);

} // namespace safecc::owned
#endif
