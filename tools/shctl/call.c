/* SPDX-License-Identifier: MIT */
/* shctl call: the hypercall of the extension that is loaded (hook_extension of hypervisor/ports/hooks.h). */
#include "shctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ARGS_MAX 5
#define WORDS_MAX 8192

static bool number(const char *text, uint64_t *value)
{
    char *end;

    errno = 0;
    *value = strtoull(text, &end, 0);
    return text[0] >= '0' && text[0] <= '9' && *end == 0 && errno == 0;
}

static int refused(uint64_t op, int error)
{
    if (error == ENOSYS)
        fprintf(stderr,
                "shctl: call %llu: no extension that is loaded has this operation; `shctl module list` shows what is\n",
                (unsigned long long)op);
    else
        fprintf(stderr, "shctl: call %llu: the extension says: %s (%d); its README says what it takes\n",
                (unsigned long long)op, strerror(error), error);
    return SHCTL_REFUSED;
}

/* The words of `to`, one a line, or what came back. */
static int call(const uint64_t args[ARGS_MAX], const uint64_t *to, uint64_t nr_words)
{
    long result = hypervisor_extension(args);

    if (result < 0)
        return refused(args[0], (int)-result);
    for (uint64_t i = 0; i < nr_words; i++)
        printf("%llu\n", (unsigned long long)to[i]);
    if (nr_words == 0)
        printf("%ld\n", result);
    return SHCTL_GOOD;
}

static int call_reading(uint64_t args[ARGS_MAX], uint64_t nr_words)
{
    uint64_t *to = hypervisor_memory(nr_words * sizeof(*to));
    int end;

    if (to == NULL)
        return SHCTL_USAGE;
    args[1] = (uintptr_t)to;
    end = call(args, to, nr_words);
    hypervisor_memory_free(to, nr_words * sizeof(*to));
    return end;
}

int shctl_call(int argc, char **argv)
{
    uint64_t given[ARGS_MAX] = { 0 }, args[ARGS_MAX] = { 0 }, nr_words = 0;
    size_t nr = 0, nr_max;

    for (int i = 0; i < argc; i++) {
        bool reads = strcmp(argv[i], "--read") == 0;

        if (reads && (++i == argc || !number(argv[i], &nr_words) || nr_words == 0 || nr_words > WORDS_MAX))
            return shctl_usage("--read wants how many words, 1 to 8192", "");
        if (!reads && (nr == ARGS_MAX || !number(argv[i], &given[nr++])))
            return shctl_usage("call takes up to five numbers, and not ", argv[i]);
    }
    nr_max = nr_words != 0 ? ARGS_MAX - 1 : ARGS_MAX;
    if (nr == 0 || nr > nr_max)
        return shctl_usage(nr == 0 ? "call wants an operation" : "too many numbers: --read takes one's place", "");
    if (!hypervisor_open())
        return SHCTL_USAGE;
    args[0] = given[0];
    for (size_t i = 1; i < nr_max; i++)
        args[nr_words != 0 ? i + 1 : i] = given[i];
    return nr_words != 0 ? call_reading(args, nr_words) : call(args, NULL, 0);
}
