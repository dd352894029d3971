/* SPDX-License-Identifier: MIT */
#include "shctl.h"

int main(int argc, char **argv)
{
    int end = shctl(argc, argv);

    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("shctl: standard output");
        return SHCTL_USAGE;
    }
    return end;
}
