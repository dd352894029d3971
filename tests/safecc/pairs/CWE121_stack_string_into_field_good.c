/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * A string is copied into a field of a structure on the stack, cut to the field's size and
 * terminated.
 */
#include "sc_host.h"

struct user {
    char login[6];
    uint8_t admin;
};

static void set_login(struct user *u, const char *name SC_COUNT(n), uint32_t n)
{
    uint32_t i;

    for (i = 0; i < n && i < sizeof(u->login) - 1 && name[i] != '\0'; i++)
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
    printf("ok %c%c%c admin %u\n", u.login[0], u.login[1], u.login[4], u.admin);
    return 0;
}
