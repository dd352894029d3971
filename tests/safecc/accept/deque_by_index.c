/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * A double-ended queue: adding at the front moves the head back by size minus one, modulo the
 * size.
 */
#include "sc_host.h"

#define CAPACITY 9

struct deque {
    uint32_t front SC_RANGE(0, CAPACITY - 1);
    uint32_t length SC_RANGE(0, CAPACITY);
    char items[CAPACITY];
};

static bool add_front(struct deque *d, char c)
{
    if (d->length == CAPACITY)
        return false;
    d->front = (d->front + CAPACITY - 1) % CAPACITY;
    d->items[d->front] = c;
    d->length++;
    return true;
}

static bool add_back(struct deque *d, char c)
{
    if (d->length == CAPACITY)
        return false;
    d->items[(d->front + d->length++) % CAPACITY] = c;
    return true;
}

static char take_back(struct deque *d)
{
    if (d->length == 0)
        return '\0';
    d->length--;
    return d->items[(d->front + d->length) % CAPACITY];
}

int main(void)
{
    struct deque d = { 0, 0, { 0 } };

    for (int i = 0; i < 4; i++)
        if (!add_front(&d, (char)('d' - i)) || !add_back(&d, (char)('e' + i)))
            return 1;
    if (!add_back(&d, 'i') || add_front(&d, '!'))
        return 2;
    for (char c = 'i'; c >= 'a'; c--)
        if (take_back(&d) != c)
            return 3;
    return take_back(&d) == '\0' ? 0 : 4;
}
