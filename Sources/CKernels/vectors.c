#include "kernels.h"
#include "level.h"

// Four floats, the last step of every sum.
typedef float quad __attribute__((vector_size(16)));

// What is fetched ahead, in floats. Of rows that lie apart: the START of each of the next AHEAD; a
// long row's rest follows in order, which the processor fetches by itself. Of SHORT rows that lie
// in order: what comes FAR behind, because four of them side by side look like no order to the
// processor (measured: a fifth more rows a second from memory, 7 % fewer from the caches).
enum { AHEAD = 8, START = 128, SHORT = 128, FAR = 512 };

static inline __attribute__((always_inline)) void fetch(const float *from, size_t floats) {
  for (size_t i = 0; i < floats; i += 16) __builtin_prefetch(from + i);
}

static inline __attribute__((always_inline)) quad quad_tail(const float *p, size_t n) {
  quad v = {p[0], n > 1 ? p[1] : 0, n > 2 ? p[2] : 0, 0};
  return v;
}

// Plain C, the truth that the others are tested against and the variant of other processors.

static float scalar_dot(const float *a, const float *b, size_t n) {
  float sum = 0;
  for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

static float scalar_squared(const float *a, const float *b, size_t n) {
  float sum = 0;
  for (size_t i = 0; i < n; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

static void scalar_dot_rows(const float *query, const float *rows, size_t n, size_t count,
                            float *out) {
  for (size_t i = 0; i < count; i++) out[i] = scalar_dot(query, rows + i * n, n);
}

static void scalar_squared_rows(const float *query, const float *rows, size_t n, size_t count,
                                float *out) {
  for (size_t i = 0; i < count; i++) out[i] = scalar_squared(query, rows + i * n, n);
}

static void scalar_dot_gather(const float *query, const float *const *rows, size_t n, size_t count,
                              float *out) {
  for (size_t i = 0; i < count; i++) out[i] = scalar_dot(query, rows[i], n);
}

static void scalar_squared_gather(const float *query, const float *const *rows, size_t n,
                                  size_t count, float *out) {
  for (size_t i = 0; i < count; i++) out[i] = scalar_squared(query, rows[i], n);
}

static const updraft_vectors scalar_variant = {
    "scalar",          scalar_dot,        scalar_squared,       scalar_dot_rows,
    scalar_squared_rows, scalar_dot_gather, scalar_squared_gather,
};

#if defined(__x86_64__)
#include <immintrin.h>

#define NAME(x) sse2_##x
#define TARGET __attribute__((target("sse2")))
#define WIDTH 4
#define TAIL(p, n) quad_tail(p, n)
#define FOLD(v) (v)
#define LABEL "sse2"
#include "vectors_variant.h"

__attribute__((target("avx2,fma"))) static inline __attribute__((always_inline)) __m256 avx2_tail(
    const float *p, size_t n) {
  __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_maskload_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), lanes));
}

__attribute__((target("avx2,fma"))) static inline __attribute__((always_inline)) quad avx2_fold(
    __m256 v) {
  return _mm256_castps256_ps128(v) + _mm256_extractf128_ps(v, 1);
}

#define NAME(x) avx2_##x
#define TARGET __attribute__((target("avx2,fma")))
#define WIDTH 8
#define TAIL(p, n) avx2_tail(p, n)
#define FOLD(v) avx2_fold(v)
#define LABEL "avx2"
#include "vectors_variant.h"

__attribute__((target("avx512f"))) static inline __attribute__((always_inline)) __m512
avx512f_tail(const float *p, size_t n) {
  return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
}

__attribute__((target("avx512f"))) static inline __attribute__((always_inline)) quad avx512f_fold(
    __m512 v) {
  return (_mm512_extractf32x4_ps(v, 0) + _mm512_extractf32x4_ps(v, 2)) +
         (_mm512_extractf32x4_ps(v, 1) + _mm512_extractf32x4_ps(v, 3));
}

#define NAME(x) avx512f_##x
#define TARGET __attribute__((target("avx512f")))
#define WIDTH 16
#define TAIL(p, n) avx512f_tail(p, n)
#define FOLD(v) avx512f_fold(v)
#define LABEL "avx512f"
#include "vectors_variant.h"

#elif defined(__aarch64__)

#define NAME(x) neon_##x
#define TARGET
#define WIDTH 4
#define TAIL(p, n) quad_tail(p, n)
#define FOLD(v) (v)
#define LABEL "neon"
#include "vectors_variant.h"

#endif

// Written by the constructor before any other thread exists, then only read.
static const updraft_vectors *available[5];

static void __attribute__((constructor)) choose(void) {
  size_t count = 0;
#if defined(__x86_64__)
  int level = level_allowed();
  __builtin_cpu_init();
  if (level == LEVEL_ALL && __builtin_cpu_supports("avx512f")) available[count++] = &avx512f_variant;
  if (level >= LEVEL_AVX2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    available[count++] = &avx2_variant;
  if (level >= LEVEL_SSE2) available[count++] = &sse2_variant;
#elif defined(__aarch64__)
  available[count++] = &neon_variant;
#endif
  available[count] = &scalar_variant;
}

const updraft_vectors *updraft_vectors_best(void) { return available[0]; }

const updraft_vectors *updraft_vectors_at(size_t index) {
  return index < sizeof available / sizeof *available ? available[index] : NULL;
}
