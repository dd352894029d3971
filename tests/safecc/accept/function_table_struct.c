/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A constant table of commands: name, least number of arguments and function in one structure
 * each.
 */
#include "core/base.h"

typedef int (*command_fn)(const uint64_t *args SC_COUNT(4), uint64_t *result);

static int command_sum(const uint64_t *args SC_COUNT(4), uint64_t *result)
{
    *result = args[0] + args[1];
    return 0;
}

static int command_ratio(const uint64_t *args SC_COUNT(4), uint64_t *result)
{
    if (args[1] == 0)
        return -EDOM;
    *result = args[0] / args[1];
    return 0;
}

static const struct {
    char letter;
    uint8_t nr_args;
    command_fn run;
} commands[] = {
    { 's', 2, command_sum },
    { 'r', 2, command_ratio },
};

int command_run(char letter, const uint64_t *args SC_COUNT(4), uint32_t nr_args, uint64_t *result)
{
    for (uint32_t i = 0; i < ARRAY_SIZE(commands); i++) {
        if (commands[i].letter != letter)
            continue;
        if (nr_args < commands[i].nr_args)
            return -EINVAL;
        return commands[i].run(args, result);
    }
    return -ENOSYS;
}
