/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * Both links are tested before the second element of a list is used.
 */
#include "sc_host.h"

struct job {
    uint32_t priority;
    struct job *next;
};

static uint32_t second_priority(const struct job *first)
{
    const struct job *second SC_NULLABLE = first->next;

    if (second == NULL)
        return 0;
    return second->priority;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    struct job tail = { 4, NULL };
    struct job head = { 9, NULL };

    if (sc_arg(argc, argv, 1, 1) > 1)
        head.next = &tail;
    const uint32_t alone = second_priority(&head);
    head.next = &tail;
    printf("ok %u %u\n", alone, second_priority(&head));
    return 0;
}
