/* SPDX-License-Identifier: MIT */
/* state.h - who owns what at a point of a function: of each local, and of opaque values by their path from a local. */
#ifndef SAFECC_RULES_OWNED_STATE_H
#define SAFECC_RULES_OWNED_STATE_H

#include "safecc.h"

namespace safecc::owned {

enum class Own : uint8_t {
    None,
    Empty,   /* an opaque local that was given no value */
    Nothing, /* holds none */
    Owned,
    Perhaps, /* owned on some path, nothing on another */
    Pending, /* a call may have filled it: its result was not looked at */
    Copied,  /* the field it was read from still holds it */
    Kept,    /* stored where others find it */
    Gone,
    Maybe,   /* gone on some path */
};

/* A local; or, of opaque values, what a path from a local names. */
struct Holder {
    const clang::VarDecl *v = nullptr;
    std::string path;
    bool operator<(const Holder &o) const { return std::tie(v, path) < std::tie(o.v, o.path); }
};

struct Thing {
    Own own = Own::None;
    const clang::Stmt *at = nullptr;      /* what made it so */
    const clang::CallExpr *call = nullptr; /* Pending: the call, and what has its result, as text */
    std::string result;
    std::set<std::string> sources;        /* Copied: from where */
    bool operator==(const Thing &o) const { return own == o.own && call == o.call && result == o.result && sources == o.sources; }
    bool spent() const { return own == Own::Gone || own == Own::Maybe; }
};

struct OwnState {
    std::map<Holder, Thing> of;
    std::map<const clang::VarDecl *, std::set<const clang::VarDecl *>> alias; /* copy -> the owned locals it may name */

    Thing &local(const clang::VarDecl *v) { return of[{ v, "" }]; }
    /* Returns whether this changed. */
    bool join(const OwnState &from);
    /* The owned locals that a variable may name. */
    std::set<const clang::VarDecl *> owners(const clang::VarDecl *v) const;
    /* Paths that the variable is part of name something else now. */
    void moved(const clang::VarDecl *v);
    void forget(const clang::VarDecl *v);
};

/* Is the variable's name part of the path? */
bool goes_by(const std::string &path, const std::string &name);
bool opaque_type(clang::QualType t);
/* Holds an owned pointer or an opaque value, at any depth. */
bool holds_owned(clang::QualType t, unsigned depth = 0);

} // namespace safecc::owned
#endif
