/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * A small stack machine: the program counter and the stack's depth are tested in each turn, and
 * fuel bounds the run.
 */
#include "sc_host.h"

#define STACK_MAX 16

enum opcode { PUSH, ADD, MULTIPLY, DUPLICATE, DECREMENT, JUMP_NONZERO, SWAP, HALT };

struct instruction {
    enum opcode op;
    int32_t argument;
};

static bool run(const struct instruction *code SC_COUNT(n), uint32_t n, int64_t *result)
{
    int64_t stack[STACK_MAX] = { 0 };
    uint32_t pc = 0, depth = 0;

    for (uint32_t fuel = 1000; fuel > 0; fuel--) {
        if (pc >= n)
            return false;
        const struct instruction i = code[pc++];
        const uint32_t needed = i.op == ADD || i.op == MULTIPLY || i.op == SWAP ? 2 : i.op == PUSH ? 0 : 1;
        if (depth < needed || depth >= STACK_MAX)
            return false;
        switch (i.op) {
        case PUSH:
            stack[depth++] = i.argument;
            break;
        case ADD:
            stack[depth - 2] += stack[depth - 1];
            depth--;
            break;
        case MULTIPLY:
            stack[depth - 2] *= stack[depth - 1];
            depth--;
            break;
        case DUPLICATE:
            stack[depth] = stack[depth - 1];
            depth++;
            break;
        case DECREMENT:
            stack[depth - 1]--;
            break;
        case JUMP_NONZERO:
            if (stack[depth - 1] != 0)
                pc = (uint32_t)i.argument;
            break;
        case SWAP: {
            const int64_t top = stack[depth - 1];

            stack[depth - 1] = stack[depth - 2];
            stack[depth - 2] = top;
            break;
        }
        case HALT:
            *result = stack[depth - 1];
            return true;
        }
    }
    return false;
}

int main(void)
{
    /* 3 to the 5th: the counter below the product on top */
    static const struct instruction code[] = {
        { PUSH, 1 }, { PUSH, 5 },      { SWAP, 0 },         { PUSH, 3 }, { MULTIPLY, 0 },
        { SWAP, 0 }, { DECREMENT, 0 }, { JUMP_NONZERO, 2 }, { SWAP, 0 }, { HALT, 0 },
    };
    static const struct instruction endless[] = { { PUSH, 1 }, { JUMP_NONZERO, 1 } };
    int64_t result = 0;

    if (!run(code, 10, &result) || result != 243)
        return 1;
    return run(endless, 2, &result) || run(code, 4, &result) ? 2 : 0;
}
