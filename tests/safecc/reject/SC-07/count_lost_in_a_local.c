// A local without a count is one object: what it was given does not make it more.
#include "ports/safe.h"

#include <string.h>

SC_COUNT(n) static unsigned char *same(unsigned char *room SC_COUNT(n), unsigned long n)
{
    return room;
}

void clear(unsigned char *room SC_COUNT(n), unsigned long n)
{
    unsigned char *p;

    p = same(room, n);

    memset(p, 0, n); // expect: SC-07
}

void clear_all(unsigned char *room SC_COUNT(n), unsigned long n)
{
    unsigned char *p SC_COUNT(n) = same(room, n);

    memset(p, 0, n);
}
