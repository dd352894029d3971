/* SPDX-License-Identifier: MIT */
/* Read first by Frama-C: the machine that is meant, so that another machdep does not go unseen. */
_Static_assert(sizeof(char) == 1 && sizeof(short) == 2 && sizeof(int) == 4, "x86-64");
_Static_assert(sizeof(long) == 8 && sizeof(long long) == 8 && sizeof(void *) == 8, "x86-64");
_Static_assert((char)-1 < 0, "x86-64: char is signed");
