// The compiler's own name for memcpy is memcpy.
#include "ports/safe.h"

static unsigned long load8(const unsigned char *bytes)
{
    unsigned long value;

    __builtin_memcpy(&value, bytes, sizeof(value)); // expect: SC-07
    return value;
}

unsigned long use(const unsigned char *bytes SC_COUNT(n), unsigned long n)
{
    return n > 8 ? load8(&bytes[n - 1]) : 0;
}
