/* SPDX-License-Identifier: MIT */
/* The pointer is ten structs deep: a number becomes a pointer. */
#include "ports/safe.h"

struct a { int *p; };
struct b { struct a x; };
struct c { struct b x; };
struct d { struct c x; };
struct e { struct d x; };
struct f { struct e x; };
struct g { struct f x; };
struct h { struct g x; };
struct i { struct h x; };
struct j { struct i x; };
union u {
    unsigned long bits;
    struct j j; // expect: SC-03
};
int f(unsigned long x);
int f(unsigned long x)
{
    union u u = { x };
    int *p = u.j.x.x.x.x.x.x.x.x.x.p;
    return p != 0 ? *p : 0;
}
