/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-08 | trap SC-08 */
/*
 * The second element of a list is used although there may be only one.
 */
#include "sc_host.h"

struct job {
    uint32_t priority;
    struct job *next;
};

static uint32_t second_priority(const struct job *first)
{
    const struct job *second SC_NULLABLE = first->next;

    return second->priority;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    struct job tail = { 4, NULL };
    struct job head = { 9, NULL };

    if (sc_arg(argc, argv, 1, 1) > 1)
        head.next = &tail;
    printf("missed %u\n", second_priority(&head));
    return 0;
}
