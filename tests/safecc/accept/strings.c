/* SPDX-License-Identifier: MIT */
/* Texts that end with a 0, by what they are made of. */
// expect: ok
// run: ok
#include "sc_host.h"
#include <stdio.h>

struct item {
    const char *name SC_STRING;
    char code[4];
};
static const char unit[] = "apples";
static const char *const sizes[] = { [0] = "small", [2] = "large" };
static const struct item items[] = { { "one", "abc" }, { "two", { 'w', 'x', 'y', 'z' } } };

SC_STRING static const char *size_name(unsigned i)
{
    return i < 3 && sizes[i] != 0 ? sizes[i] : "unknown";
}

static void show(const char *what SC_STRING, const struct item *it)
{
    const char *mark = it->code[3] == 0 ? "" : "*";

    printf("%s: %s (%.4s%s), %s\n", what, it->name, it->code, mark, unit);
}

int main(void)
{
    char text[8];

    for (unsigned i = 0; i < 2; i++)
        show(size_name(i), &items[i]);
    snprintf(text, sizeof(text), "%d", 12);
    printf("%.8s %-5d %5.1f %c %%\n", text, 3, 2.5, 'x');
    return 0;
}
