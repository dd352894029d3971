#include "ports/safe.h"
static inline int peek(unsigned long v) { SC_UNSAFE("DEV-99: it is sound because I say so") { return *(int *)v; } }
