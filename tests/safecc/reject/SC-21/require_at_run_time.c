/* SPDX-License-Identifier: MIT */
/* What an island rests on does not hold. */
// run: trap SC-21
#include "sc_host.h"

static unsigned word(unsigned tag)
{
    SC_REQUIRE((tag & 2) != 0);
    return tag;
}
int main(int argc, char **argv)
{
    (void)argv;
    return (int)word((unsigned)argc << 2);
}
