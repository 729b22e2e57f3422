#include "kernels.h"
#include "level.h"

#if defined(__x86_64__)

#define NAME(x) transformer_sse2_##x
#define TARGET __attribute__((target("sse2")))
#define WIDTH 4
#define LABEL "sse2"
#include "transformer_variant.h"

#define NAME(x) transformer_avx2_##x
#define TARGET __attribute__((target("avx2,fma")))
#define WIDTH 8
#define LABEL "avx2"
#include "transformer_variant.h"

#define NAME(x) transformer_avx512f_##x
#define TARGET __attribute__((target("avx512f,avx512dq")))
#define WIDTH 16
#define LABEL "avx512f"
#include "transformer_variant.h"

#else

#define NAME(x) transformer_neon_##x
#define TARGET
#define WIDTH 4
#define LABEL "neon"
#include "transformer_variant.h"

#endif

// Written by the constructor before any other thread exists, then only read.
static const updraft_transformer *available[3];

static void __attribute__((constructor)) choose(void) {
  size_t count = 0;
#if defined(__x86_64__)
  int level = level_allowed();
  __builtin_cpu_init();
  if (level == LEVEL_ALL && __builtin_cpu_supports("avx512f") &&
      __builtin_cpu_supports("avx512dq"))
    available[count++] = &transformer_avx512f_transformer;
  if (level >= LEVEL_AVX2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    available[count++] = &transformer_avx2_transformer;
  available[count] = &transformer_sse2_transformer;
#else
  available[count] = &transformer_neon_transformer;
#endif
}

const updraft_transformer *updraft_transformer_best(void) { return available[0]; }

const updraft_transformer *updraft_transformer_at(size_t index) {
  return index < sizeof available / sizeof *available ? available[index] : NULL;
}
