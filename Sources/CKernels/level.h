#ifndef UPDRAFT_LEVEL_H
#define UPDRAFT_LEVEL_H

#include <stdlib.h>
#include <string.h>

// What the variable UPDRAFT_CPU allows beside what the processor can do: `avx2`, `sse2` or `scalar`
// leave out everything wider, so that a machine can be measured as if it were an older one.
// Unset, or any other text: everything. Read by constructors, before any other thread exists.

enum { LEVEL_SCALAR, LEVEL_SSE2, LEVEL_AVX2, LEVEL_ALL };

static inline int level_allowed(void) {
  const char *text = getenv("UPDRAFT_CPU");
  if (text == NULL) return LEVEL_ALL;
  if (strcmp(text, "avx2") == 0) return LEVEL_AVX2;
  if (strcmp(text, "sse2") == 0) return LEVEL_SSE2;
  return strcmp(text, "scalar") == 0 ? LEVEL_SCALAR : LEVEL_ALL;
}

#endif
