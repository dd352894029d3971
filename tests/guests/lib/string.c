#include "guest.h"

void *memset(void *to, int value, size_t size)
{
    u8 *p = to;

    for (size_t i = 0; i < size; i++)
        p[i] = (u8)value;
    return to;
}

void *memcpy(void *to, const void *from, size_t size)
{
    u8 *p = to;
    const u8 *q = from;

    for (size_t i = 0; i < size; i++)
        p[i] = q[i];
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const u8 *p = a, *q = b;

    for (size_t i = 0; i < size; i++)
        if (p[i] != q[i])
            return p[i] - q[i];
    return 0;
}

size_t strlen(const char *s)
{
    size_t length = 0;

    while (s[length] != '\0')
        length++;
    return length;
}

int strncmp(const char *a, const char *b, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (a[i] != b[i] || a[i] == '\0')
            return (u8)a[i] - (u8)b[i];
    return 0;
}

const char *strstr(const char *in, const char *what)
{
    for (; *in != '\0'; in++)
        if (strncmp(in, what, strlen(what)) == 0)
            return in;
    return NULL;
}
