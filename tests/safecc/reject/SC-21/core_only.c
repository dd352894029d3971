/* SPDX-License-Identifier: MIT */
/* A module that would write where it likes. */
#include "core/frame.h"
#include "arch/cpu.h"

void f(uint64_t where);
void f(uint64_t where)
{
    frame_words(mfn(where))[0] = 1; // expect: SC-21
    write_cr3(where); // expect: SC-21
    frame_table()[where].state = 0; // expect: SC-21
}
static void (*const table[1])(uint64_t) = { write_cr3 }; // expect: SC-21
void g(uint64_t where);
void g(uint64_t where)
{
    table[0](where);
}
