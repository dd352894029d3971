/* SPDX-License-Identifier: MIT */
struct s;
int get(struct s *s);
