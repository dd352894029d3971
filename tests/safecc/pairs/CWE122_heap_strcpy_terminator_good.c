/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * The heap array has one character more than the string, for the terminator.
 */
#include "sc_host.h"

static uint32_t length_of(const char *text SC_COUNT(n), uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (text[i] == '\0')
            return i;
    return n;
}

int main(void)
{
    static const char word[] = "overflow";
    const uint32_t length = length_of(word, sizeof(word));
    char *copy SC_NULLABLE SC_OWNED SC_COUNT(length + 1) = sc_new_array(char, length + 1);

    if (copy == NULL)
        return 1;
    for (uint32_t i = 0; i < length; i++)
        copy[i] = word[i];
    copy[length] = '\0';
    printf("ok %c%c %u\n", copy[0], copy[7], length);
    sc_delete_array(copy);
    return 0;
}
