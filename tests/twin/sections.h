/* SPDX-License-Identifier: MIT */
/* Included before everything: what is written while a twin runs is in two sections, which the explorer saves and
 * restores. */
#pragma clang section bss = "twin_bss" data = "twin_data"
