/* SPDX-License-Identifier: MIT */
static inline int peek(unsigned long x)
{
    return *(int *)x; // expect: SC-02
}
