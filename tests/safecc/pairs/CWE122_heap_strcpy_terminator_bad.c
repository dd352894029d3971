/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-02, SC-07, SC-12, SC-20 */
/*
 * malloc of the string's length leaves no room for the terminator that strcpy writes.
 */
#include "sc_host.h"

int main(void)
{
    static const char word[] = "overflow";
    char *copy = malloc(strlen(word));

    if (copy == NULL)
        return 1;
    strcpy(copy, word);
    printf("missed %c\n", copy[0]);
    free(copy);
    return 0;
}
