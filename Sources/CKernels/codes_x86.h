// What the kernels over codes need of each instruction set of an x86 processor.

#include <immintrin.h>

#define INLINE(set) static inline __attribute__((always_inline, target(set)))
#define SSE2 "sse2"
#define AVX2 "avx2,fma,f16c"
#define VNNI "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,fma,f16c"

INLINE(SSE2) int32_t sse2_sum(__m128i v) {
  v = _mm_add_epi32(v, _mm_shuffle_epi32(v, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(v, _mm_shuffle_epi32(v, 0xb1)));
}

INLINE(SSE2) void sse2_dot4(const int8_t *q, const uint8_t *const *rows, size_t n,
                            int32_t *out) {
  __m128i sums[4] = {_mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128(),
                     _mm_setzero_si128()};
  const __m128i zero = _mm_setzero_si128(), bias = _mm_set1_epi16(128);
  for (size_t i = 0; i < n; i += 16) {
    __m128i a = _mm_loadu_si128((const __m128i *)(q + i));
    __m128i low = _mm_srai_epi16(_mm_unpacklo_epi8(zero, a), 8);
    __m128i high = _mm_srai_epi16(_mm_unpackhi_epi8(zero, a), 8);
    for (size_t j = 0; j < 4; j++) {
      __m128i b = _mm_loadu_si128((const __m128i *)(rows[j] + i));
      __m128i lows = _mm_sub_epi16(_mm_unpacklo_epi8(b, zero), bias);
      __m128i highs = _mm_sub_epi16(_mm_unpackhi_epi8(b, zero), bias);
      sums[j] = _mm_add_epi32(sums[j], _mm_add_epi32(_mm_madd_epi16(low, lows),
                                                     _mm_madd_epi16(high, highs)));
    }
  }
  for (size_t j = 0; j < 4; j++) out[j] = sse2_sum(sums[j]);
}

INLINE(SSE2) void sse2_insert(uint64_t *keys, size_t width, uint64_t key) {
  insert_by_halving(keys, width, key);
}

#define sse2_half4_dots scalar_half4_dots
#define sse2_half4_squares scalar_half4_squares

// Products of two bytes fit in 16 bits in pairs because neither goes beyond 127.
INLINE(AVX2) void avx2_dot4(const int8_t *q, const uint8_t *const *rows, size_t n,
                            int32_t *out) {
  __m256i a = _mm256_setzero_si256(), b = a, c = a, d = a;
  const __m256i ones = _mm256_set1_epi16(1), bias = _mm256_set1_epi8((char)0x80);
  for (size_t i = 0; i < n; i += 32) {
    __m256i x = _mm256_loadu_si256((const __m256i *)(q + i)), size = _mm256_abs_epi8(x);
#define STEP(sum, row)                                                                        \
  sum = _mm256_add_epi32(                                                                     \
      sum, _mm256_madd_epi16(                                                                 \
               _mm256_maddubs_epi16(                                                          \
                   size, _mm256_sign_epi8(                                                    \
                             _mm256_xor_si256(                                                \
                                 _mm256_loadu_si256((const __m256i *)(row + i)), bias),       \
                             x)),                                                             \
               ones))
    STEP(a, rows[0]);
    STEP(b, rows[1]);
    STEP(c, rows[2]);
    STEP(d, rows[3]);
#undef STEP
  }
  __m256i all = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
  _mm_storeu_si128((__m128i *)out, _mm_add_epi32(_mm256_castsi256_si128(all),
                                                 _mm256_extracti128_si256(all, 1)));
}

INLINE(AVX2) void avx2_insert(uint64_t *keys, size_t width, uint64_t key) {
  const __m256i k = _mm256_set1_epi64x((long long)key);
  for (size_t i = width; i;) {
    i -= 4;
    __m256i here = _mm256_loadu_si256((const __m256i *)(keys + i));
    __m256i before = _mm256_loadu_si256((const __m256i *)(keys + i - 1));
    before = _mm256_blendv_epi8(k, before, _mm256_cmpgt_epi64(before, k));
    here = _mm256_blendv_epi8(here, before, _mm256_cmpgt_epi64(here, before));
    _mm256_storeu_si256((__m256i *)(keys + i), here);
    if (i % 16 == 0 && keys[(ptrdiff_t)i - 1] <= key) return;
  }
}

INLINE(AVX2) float avx2_total(__m256 v) {
  __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  four = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(four, _mm_movehdup_ps(four)));
}

#define HALF4(OP, STEP, ONE)                                                                 \
  INLINE(AVX2) void avx2_half4_##OP(const float *q, const uint16_t *const *rows, size_t n,   \
                                    float *out) {                                            \
    for (size_t j = 0; j < 4; j++) {                                                         \
      __m256 sum = _mm256_setzero_ps();                                                      \
      size_t i = 0;                                                                          \
      for (; i + 8 <= n; i += 8) {                                                           \
        __m256 x = _mm256_loadu_ps(q + i);                                                   \
        __m256 y = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(rows[j] + i)));         \
        STEP;                                                                                \
      }                                                                                      \
      float rest = 0;                                                                        \
      for (; i < n; i++) {                                                                   \
        float x = q[i], y = half_value(rows[j][i]);                                          \
        ONE;                                                                                 \
      }                                                                                      \
      out[j] = avx2_total(sum) + rest;                                                       \
    }                                                                                        \
  }

HALF4(dots, sum = _mm256_fmadd_ps(x, y, sum), rest += x * y)
HALF4(squares, x = _mm256_sub_ps(x, y); sum = _mm256_fmadd_ps(x, x, sum), x -= y; rest += x * x)
#undef HALF4

// The instruction takes one unsigned and one signed side: the codes come with their 128, and what
// that adds is the same for every row.
INLINE(VNNI) void avx512vnni_dot4(const int8_t *q, const uint8_t *const *rows, size_t n,
                                  int32_t *out) {
  __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a, extra = a;
  const __m512i bias = _mm512_set1_epi8((char)0x80);
  for (size_t i = 0; i < n; i += 64) {
    __m512i x = _mm512_loadu_si512(q + i);
    extra = _mm512_dpbusd_epi32(extra, bias, x);
    a = _mm512_dpbusd_epi32(a, _mm512_loadu_si512(rows[0] + i), x);
    b = _mm512_dpbusd_epi32(b, _mm512_loadu_si512(rows[1] + i), x);
    c = _mm512_dpbusd_epi32(c, _mm512_loadu_si512(rows[2] + i), x);
    d = _mm512_dpbusd_epi32(d, _mm512_loadu_si512(rows[3] + i), x);
  }
  a = _mm512_sub_epi32(a, extra), b = _mm512_sub_epi32(b, extra);
  c = _mm512_sub_epi32(c, extra), d = _mm512_sub_epi32(d, extra);
  __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
  __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
  __m512i all = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
  __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(all), _mm512_extracti64x4_epi64(all, 1));
  _mm_storeu_si128((__m128i *)out, _mm_add_epi32(_mm256_castsi256_si128(half),
                                                 _mm256_extracti128_si256(half, 1)));
}

// Every place becomes the middle one of itself, the one before it, and the key.
INLINE(VNNI) void avx512vnni_insert(uint64_t *keys, size_t width, uint64_t key) {
  const __m512i k = _mm512_set1_epi64((long long)key);
  __m512i here = _mm512_loadu_si512(keys + width - 8);
  for (size_t i = width; i;) {
    i -= 8;
    __m512i lower = _mm512_loadu_si512(keys + (ptrdiff_t)i - 8);
    __m512i before = _mm512_alignr_epi64(here, lower, 7);
    _mm512_storeu_si512(keys + i, _mm512_min_epu64(here, _mm512_max_epu64(before, k)));
    if (i % 32 == 0 && keys[(ptrdiff_t)i - 1] <= key) return;
    here = lower;
  }
}

INLINE(VNNI) float avx512vnni_total(__m512 v) { return _mm512_reduce_add_ps(v); }

#define HALF4(OP, STEP)                                                                      \
  INLINE(VNNI) void avx512vnni_half4_##OP(const float *q, const uint16_t *const *rows,       \
                                          size_t n, float *out) {                            \
    __m512 sums[4] = {_mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps(),         \
                      _mm512_setzero_ps()};                                                  \
    for (size_t i = 0; i < n; i += 16) {                                                     \
      __mmask16 mask = n - i < 16 ? (__mmask16)((1u << (n - i)) - 1) : 0xffff;               \
      __m512 x = _mm512_maskz_loadu_ps(mask, q + i);                                         \
      for (size_t j = 0; j < 4; j++) {                                                       \
        __m512 y = _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, rows[j] + i));             \
        STEP;                                                                                \
      }                                                                                      \
    }                                                                                        \
    for (size_t j = 0; j < 4; j++) out[j] = avx512vnni_total(sums[j]);                       \
  }

HALF4(dots, sums[j] = _mm512_fmadd_ps(x, y, sums[j]))
HALF4(squares, y = _mm512_sub_ps(x, y); sums[j] = _mm512_fmadd_ps(y, y, sums[j]))
#undef HALF4
#undef INLINE

#define NAME(x) sse2_##x
#define TARGET __attribute__((target(SSE2)))
#define LABEL "sse2"
#include "codes_variant.h"

#define NAME(x) avx2_##x
#define TARGET __attribute__((target(AVX2)))
#define LABEL "avx2"
#include "codes_variant.h"

#define NAME(x) avx512vnni_##x
#define TARGET __attribute__((target(VNNI)))
#define LABEL "avx512vnni"
#include "codes_variant.h"
