/* SPDX-License-Identifier: MIT */
/*
 * keys.h - the things of a function whose values are followed: locals and parameters, fields of local structs, and
 * fields behind a local pointer that cannot change unseen (SC_FIXED, const, or guarded by a lock, which SC-14 proves held).
 */
#ifndef SAFECC_KEYS_H
#define SAFECC_KEYS_H

#include "safecc.h"

namespace safecc {

struct Key {
    const clang::VarDecl *base = nullptr;
    std::vector<const clang::FieldDecl *> path;
    bool through_pointer = false; /* the first step is -> */
    bool operator<(const Key &o) const
    {
        return std::tie(base, path, through_pointer) < std::tie(o.base, o.path, o.through_pointer);
    }
};

class Keys {
public:
    /* Finds every expression of the function that names such a thing. */
    Keys(const clang::FunctionDecl *f, const clang::ASTContext &context, bool single_thread);
    static constexpr int none = -1;
    /* Index among integers (1 up; 0 is the constant zero) or pointers (0 up). */
    int integer(const clang::Expr *e) const;
    int pointer(const clang::Expr *e) const;
    int integer(const Key &k) const { return find(integers, k); }
    int pointer(const Key &k) const { return find(pointers, k); }
    size_t nr_integers() const { return integer_keys.size(); }
    size_t nr_pointers() const { return pointer_keys.size(); }
    const Key &integer_key(size_t i) const { return integer_keys[i]; }
    const Key &pointer_key(size_t i) const { return pointer_keys[i]; }
    clang::QualType integer_type(size_t i) const { return integer_types[i]; }
    /* Its address goes to a call: forget it there. Its address goes elsewhere: it is no key at all. */
    bool address_passed(const clang::VarDecl *v) const { return passed.count(v) != 0; }
    bool kept(const clang::VarDecl *v) const { return escaped.count(v) != 0; }
    /* The key that e names, whether or not it is followed; base null when it names none. */
    Key name(const clang::Expr *e) const;
    std::string text(const Key &k) const;

private:
    bool single_thread;
    std::map<Key, int> integers, pointers;
    std::vector<Key> integer_keys, pointer_keys;
    std::vector<clang::QualType> integer_types;
    std::set<const clang::VarDecl *> passed, escaped;
    static int find(const std::map<Key, int> &m, const Key &k)
    {
        auto it = m.find(k);
        return it == m.end() ? none : it->second;
    }
    void add(const clang::Expr *e);
    void add(const Key &k, clang::QualType type);
    friend class KeyCollector;
};

/* The local variable at the root of an lvalue (x, x.f, x[i]); null when it is reached through a pointer. */
const clang::VarDecl *root_variable(const clang::Expr *e);

} // namespace safecc
#endif
