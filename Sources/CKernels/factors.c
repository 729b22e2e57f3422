#include "kernels.h"
#include "level.h"

// BAND: columns of a matrix that are summed up at a time, by every variant.
// USUAL: floats of a row for which loops are unrolled.
// CHUNK: rows that stay in the nearest cache while they are folded into a matrix.
// AHEAD: rows that lie apart are fetched so many before they are needed, of each START floats.
enum { BAND = UPDRAFT_FACTORS_STEP, USUAL = 64, CHUNK = 64, AHEAD = 8, START = 256 };

// Four floats, the last step of every sum.
typedef float quad __attribute__((vector_size(16)));

static inline __attribute__((always_inline)) void fetch(const float *from, size_t floats) {
  for (size_t i = 0; i < floats; i += 16) __builtin_prefetch(from + i);
}

static void mirror(float *matrix, size_t n) {
  for (size_t row = 0; row < n; row++) {
    for (size_t column = row + 1; column < n; column++) {
      matrix[row * n + column] = matrix[column * n + row];
    }
  }
}

// Plain C, the truth that the others are tested against and the variant of other processors.

static void scalar_pull(const float *rows, const uint32_t *numbers, size_t count, size_t n,
                        const float *x, float offset, float slope, float *out) {
  for (size_t i = 0; i < count; i++) {
    const float *y = rows + numbers[i] * n;
    float sum = 0;
    for (size_t j = 0; j < n; j++) sum += y[j] * x[j];
    for (size_t j = 0; j < n; j++) out[j] += (offset + slope * sum) * y[j];
  }
}

static void scalar_turn(const float *matrix, size_t n, const float *x, float *out) {
  for (size_t i = 0; i < n; i++) {
    float sum = 0;
    for (size_t j = 0; j < n; j++) sum += matrix[i * n + j] * x[j];
    out[i] = sum;
  }
}

static void scalar_gram(const float *rows, size_t count, size_t n, float *matrix) {
  for (size_t i = 0; i < count; i++) {
    const float *y = rows + i * n;
    for (size_t row = 0; row < n; row++) {
      for (size_t column = 0; column <= row; column++) {
        matrix[row * n + column] += y[row] * y[column];
      }
    }
  }
  mirror(matrix, n);
}

static const updraft_factors scalar_factors = {"scalar", scalar_pull, scalar_turn, scalar_gram};

#if defined(__x86_64__)
#include <immintrin.h>

#define NAME(x) factors_sse2_##x
#define TARGET __attribute__((target("sse2")))
#define WIDTH 4
#define FOLD(v) (v)
#define BLOCK 2
#define LABEL "sse2"
#include "factors_variant.h"

__attribute__((target("avx2,fma"))) static inline __attribute__((always_inline)) quad avx2_fold(
    __m256 v) {
  return _mm256_castps256_ps128(v) + _mm256_extractf128_ps(v, 1);
}

#define NAME(x) factors_avx2_##x
#define TARGET __attribute__((target("avx2,fma")))
#define WIDTH 8
#define FOLD(v) avx2_fold(v)
#define BLOCK 4
#define LABEL "avx2"
#include "factors_variant.h"

__attribute__((target("avx512f"))) static inline __attribute__((always_inline)) quad avx512f_fold(
    __m512 v) {
  return (_mm512_extractf32x4_ps(v, 0) + _mm512_extractf32x4_ps(v, 2)) +
         (_mm512_extractf32x4_ps(v, 1) + _mm512_extractf32x4_ps(v, 3));
}

#define NAME(x) factors_avx512f_##x
#define TARGET __attribute__((target("avx512f")))
#define WIDTH 16
#define FOLD(v) avx512f_fold(v)
#define BLOCK 16
#define LABEL "avx512f"
#include "factors_variant.h"

#elif defined(__aarch64__)

#define NAME(x) factors_neon_##x
#define TARGET
#define WIDTH 4
#define FOLD(v) (v)
#define BLOCK 4
#define LABEL "neon"
#include "factors_variant.h"

#endif

// Written by the constructor before any other thread exists, then only read.
static const updraft_factors *available[4];

static void __attribute__((constructor)) choose(void) {
  size_t count = 0;
#if defined(__x86_64__)
  int level = level_allowed();
  __builtin_cpu_init();
  if (level == LEVEL_ALL && __builtin_cpu_supports("avx512f"))
    available[count++] = &factors_avx512f_factors;
  if (level >= LEVEL_AVX2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    available[count++] = &factors_avx2_factors;
  if (level >= LEVEL_SSE2) available[count++] = &factors_sse2_factors;
#elif defined(__aarch64__)
  available[count++] = &factors_neon_factors;
#endif
  available[count] = &scalar_factors;
}

const updraft_factors *updraft_factors_best(void) { return available[0]; }

const updraft_factors *updraft_factors_at(size_t index) {
  return index < sizeof available / sizeof *available ? available[index] : NULL;
}
