/* SPDX-License-Identifier: MIT */
/* Included before everything: what is written while a twin runs lies in two sections, which the explorer saves. */
#pragma clang section bss = "twin_bss" data = "twin_data"
