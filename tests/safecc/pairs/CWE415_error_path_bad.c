/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-12 | trap SC-12 */
/*
 * The branch for bad input deletes the object, and so does the common end.
 */
#include "sc_host.h"

struct parser {
    uint32_t line;
    uint32_t nr_errors;
};

static int parse(uint32_t input)
{
    struct parser *p SC_NULLABLE SC_OWNED = sc_new(struct parser);
    int result = 0;

    if (p == NULL)
        return -1;
    p->line = input / 10;
    if (input % 10 != 0) {
        p->nr_errors++;
        result = -2;
        sc_delete(p);
    }
    sc_delete(p);
    return result;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t input = (uint32_t)sc_arg(argc, argv, 1, 33);

    printf("missed %d\n", parse(input));
    return 0;
}
