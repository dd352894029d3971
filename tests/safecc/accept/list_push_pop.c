/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * A stack as a singly linked list of objects that the program makes and deletes.
 */
#include "sc_host.h"

struct item {
    uint32_t value;
    struct item *next SC_OWNED SC_NULLABLE;
};

struct stack {
    struct item *top SC_OWNED SC_NULLABLE;
    uint32_t depth;
};

static bool push(struct stack *s, uint32_t value)
{
    struct item *i SC_NULLABLE = sc_new(struct item);

    if (i == NULL)
        return false;
    i->value = value;
    i->next = sc_take(s->top);
    s->top = i;
    s->depth++;
    return true;
}

static uint32_t pop(struct stack *s, uint32_t if_empty)
{
    struct item *i SC_NULLABLE = sc_take(s->top);
    uint32_t value;

    if (i == NULL)
        return if_empty;
    value = i->value;
    s->top = sc_take(i->next);
    s->depth--;
    sc_delete(i);
    return value;
}

int main(void)
{
    struct stack s = { NULL, 0 };

    for (uint32_t i = 0; i < 100; i++)
        if (!push(&s, i * i))
            return 1;
    if (pop(&s, 0) != 99 * 99 || pop(&s, 0) != 98 * 98)
        return 2;
    for (uint32_t i = 0; i < 98; i++)
        pop(&s, 0);
    return pop(&s, 77) == 77 && s.depth == 0 ? 0 : 3;
}
