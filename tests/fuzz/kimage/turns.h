/* SPDX-License-Identifier: MIT */
/* turns.h - in front of the checked sources: where their loops take their turns from. */
#ifndef FUZZ_KIMAGE_TURNS_H
#define FUZZ_KIMAGE_TURNS_H

_Bool turn_take(void);

#endif
