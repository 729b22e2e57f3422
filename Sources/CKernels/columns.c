#include "kernels.h"
#include "level.h"

// A multiplication and an addition that become one instruction round once instead of twice.
#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))

INLINE uint32_t bits_of(float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits;
}

INLINE float float_of(uint32_t bits) {
  float value;
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
}

// The logarithm of `Logarithm.natural`, step for step.
INLINE float natural(float value) {
  uint32_t bits = bits_of(value);
  float exponent = (float)((int32_t)(bits >> 23) - 127);
  float x = float_of((bits & 0x7fffff) | 0x3f800000) - 1;
  float q = 0.44254494f +
            x * (-0.27560028f + x * (0.18194876f + x * (-0.09595628f + x * 0.025841363f)));
  return (exponent + x + x * (1 - x) * q) * 0.69314718f;
}

// The factor of `Decay.factor(steps:)`, step for step.
INLINE float decayed(double steps, const double *table) {
  double held = steps < 25600 ? steps : 0;
  int32_t whole = (int32_t)held;
  double rest = (held - whole) * (0.6931471805599453 / 256);
  double part = table[whole & 255] * (1 - rest * (1 - rest * 0.5));
  float factor = (float)part * float_of((uint32_t)(127 - (whole >> 8)) << 23);
  return steps < 25600 ? factor : 0;
}

// The rounding of `Half.rounded`, without a branch.
INLINE float halved(float value) {
  uint32_t bits = bits_of(value), sign = bits & 0x80000000u, size = bits & 0x7fffffff;
  // Below 2^-14 steps are all of 2^-24, as those of a sum in 0.5 ..< 1 are.
  uint32_t little = bits_of((float_of(size) + 0.5f) - 0.5f);
  uint32_t nearest = (size + 0xfff + (size >> 13 & 1)) & ~0x1fffu;
  uint32_t large = size >= 0x7f800000 ? size : 0x477fe000;
  uint32_t rounded = size < 0x38800000 ? little : size > 0x477fe000 ? large : nearest;
  return float_of(rounded | sign);
}

// Values that are calibrated at a time.
#define KNOTS_BLOCK 256

// Kept values of some places become columns.
INLINE void take_some(const float *kept, const uint32_t *slots, size_t first, size_t n,
                      const size_t *starts, float *to) {
  for (size_t i = first; i < n; i++)
    for (size_t column = 0; column < 16; column++)
      to[starts[column] + i] = kept[16 * (size_t)slots[i] + column];
}

#define NAME(x) plain_##x
#define TARGET
#define LABEL "plain"
#include "columns_variant.h"

#if defined(__x86_64__)
#define NAME(x) avx2_##x
#define TARGET __attribute__((target("avx2")))
#define LABEL "avx2"
#include "columns_variant.h"

#include "transpose_x86.h"

#define COLUMNS_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))

COLUMNS_AVX512 static void avx512_take(const float *kept, const uint32_t *slots, size_t n,
                                       const size_t *starts, float *to) {
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    __m512 a[16], b[16];
#pragma clang loop unroll(full)
    for (int k = 0; k < 16; k++) a[k] = _mm512_loadu_ps(kept + 16 * (size_t)slots[i + k]);
    transpose16(a, b);
#pragma clang loop unroll(full)
    for (int k = 0; k < 16; k++) _mm512_storeu_ps(to + starts[k] + i, b[k]);
  }
  take_some(kept, slots, i, n, starts, to);
}

#define NAME(x) avx512_##x
#define TARGET COLUMNS_AVX512
#define LABEL "avx512"
#define HAS_OWN_TAKE
#include "columns_variant.h"
#endif

// Written by the constructor before any other thread exists, then only read.
static const updraft_columns *available[3];

static void __attribute__((constructor)) choose(void) {
  size_t count = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (level_allowed() == LEVEL_ALL && __builtin_cpu_supports("avx512f") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq"))
    available[count++] = &avx512_variant;
  if (level_allowed() >= LEVEL_AVX2 && __builtin_cpu_supports("avx2"))
    available[count++] = &avx2_variant;
#endif
  available[count] = &plain_variant;
}

const updraft_columns *updraft_columns_best(void) { return available[0]; }

const updraft_columns *updraft_columns_at(size_t index) {
  return index < sizeof available / sizeof *available ? available[index] : NULL;
}
