/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * A heap array is read out before it is deleted.
 */
#include "sc_host.h"

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t n = (uint32_t)sc_arg(argc, argv, 1, 10) % 90 + 8;
    char *text SC_NULLABLE SC_OWNED SC_COUNT(n) = sc_new_array(char, n);

    if (text == NULL)
        return 1;
    for (uint32_t i = 0; i < n; i++)
        text[i] = (char)('A' + i % 26);
    printf("ok %c\n", text[2]);
    sc_delete_array(text);
    return 0;
}
