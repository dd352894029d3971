/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07 | trap SC-07 */
/*
 * A string is copied up to its end into a field of a structure on the stack, without a look at
 * the field's size.
 */
#include "sc_host.h"

struct user {
    char login[6];
    uint8_t admin;
};

static void set_login(struct user *u, const char *name SC_COUNT(n), uint32_t n)
{
    uint32_t i;

    for (i = 0; i < n && name[i] != '\0'; i++)
        u->login[i] = name[i];
    u->login[i] = '\0';
}

int main(int argc, char **argv SC_COUNT(argc))
{
    struct user u = { { 0 }, 0 };
    static const char long_name[] = "administrator";
    static const char short_name[] = "bob";

    if (sc_arg(argc, argv, 1, 1) == 1)
        set_login(&u, long_name, sizeof(long_name));
    else
        set_login(&u, short_name, sizeof(short_name));
    printf("missed %c %u\n", u.login[0], u.admin);
    return 0;
}
