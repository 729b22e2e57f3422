// What forests need of each instruction set of an x86 processor.

#include <immintrin.h>

#include "transpose_x86.h"

#define FOREST_AVX512 "avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vbmi2,gfni,avx2,fma"
#define INLINE(set) static inline __attribute__((always_inline, target(set)))

// ---- AVX2: eight comparisons an instruction; thresholds and leaves by gather.

__attribute__((target("avx2,fma"))) static void forest_avx2_ranks(
    const updraft_forest_column *column, const float *x, size_t n, void *planes, void *missing) {
  const float *t = column->table;
  const uint32_t digits = column->levels;
  uint8_t(*plane)[32] = planes;
  uint8_t *miss = missing;
  const __m256 first = _mm256_set1_ps(t[0]), second = _mm256_loadu_ps(t + 1),
               third = _mm256_loadu_ps(t + 3), fourth = _mm256_loadu_ps(t + 7);
  const __m256 most = _mm256_set1_ps(ZERO), sign = _mm256_set1_ps(-0.0f);
  for (size_t i = 0; i < n; i += 8) {
    __m256 v = _mm256_loadu_ps(x + i);
    if (column->zero_is_missing) {
      __m256 none = _mm256_cmp_ps(_mm256_andnot_ps(sign, v), most, _CMP_LE_OQ);
      v = _mm256_or_ps(v, none);  // all ones are a NaN
    }
    miss[i / 8] = (uint8_t)_mm256_movemask_ps(_mm256_cmp_ps(v, v, _CMP_UNORD_Q));
    __m256i path = _mm256_setzero_si256();
#define STEP(level, pivot)                                                                  \
  {                                                                                         \
    __m256 is_above = _mm256_cmp_ps(v, pivot, _CMP_GE_OQ);                                  \
    path = _mm256_or_si256(                                                                 \
        path, _mm256_and_si256(_mm256_castps_si256(is_above), _mm256_set1_epi32(1 << level))); \
    plane[digits - 1 - level][i / 8] = (uint8_t)_mm256_movemask_ps(is_above);               \
  }
    STEP(0, first)
    STEP(1, _mm256_permutevar8x32_ps(second, path))
    STEP(2, _mm256_permutevar8x32_ps(third, path))
    STEP(3, _mm256_permutevar8x32_ps(fourth, path))
    if (digits > 4) STEP(4, _mm256_i32gather_ps(t + 15, path, 4))
    if (digits > 5) STEP(5, _mm256_i32gather_ps(t + 31, path, 4))
    if (digits > 6) STEP(6, _mm256_i32gather_ps(t + 63, path, 4))
    if (digits > 7) STEP(7, _mm256_i32gather_ps(t + 127, path, 4))
#undef STEP
  }
}

INLINE("avx2,fma") size_t forest_avx2_place_of(size_t row) { return row % 8 * 32 + row / 8; }

typedef uint64_t forest_avx2_planes __attribute__((vector_size(32), may_alias));
INLINE("avx2,fma") void forest_avx2_numbers(const forest_avx2_planes *, forest_avx2_planes *);

INLINE("avx2,fma") void forest_avx2_leaves(const forest_avx2_planes *planes, const float *leaf,
                                           float *sums) {
  forest_avx2_planes numbers[8];
  forest_avx2_numbers(planes, numbers);
  const uint8_t *number = (const uint8_t *)numbers;
  for (size_t i = 0; i < 256; i += 8) {
    __m256i at = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(number + i)));
    __m256 sum = _mm256_add_ps(_mm256_load_ps(sums + i), _mm256_i32gather_ps(leaf, at, 4));
    _mm256_store_ps(sums + i, sum);
  }
}

__attribute__((target("avx2,fma"))) static void forest_avx2_tile(const float *x, size_t width,
                                                                 size_t n, float *to) {
  size_t rows = n & ~(size_t)7, columns = width & ~(size_t)7;
  for (size_t row = 0; row < rows; row += 8) {
    for (size_t i = 0; i < columns; i += 8) {
      __m256 a[8], b[8];
#pragma clang loop unroll(full)
      for (int k = 0; k < 8; k++) a[k] = _mm256_loadu_ps(x + (row + k) * width + i);
#pragma clang loop unroll(full)
      for (int k = 0; k < 8; k += 2) {
        b[k] = _mm256_unpacklo_ps(a[k], a[k + 1]);
        b[k + 1] = _mm256_unpackhi_ps(a[k], a[k + 1]);
      }
#pragma clang loop unroll(full)
      for (int k = 0; k < 8; k += 4) {
        a[k] = _mm256_shuffle_ps(b[k], b[k + 2], 0x44);
        a[k + 1] = _mm256_shuffle_ps(b[k], b[k + 2], 0xee);
        a[k + 2] = _mm256_shuffle_ps(b[k + 1], b[k + 3], 0x44);
        a[k + 3] = _mm256_shuffle_ps(b[k + 1], b[k + 3], 0xee);
      }
#pragma clang loop unroll(full)
      for (int k = 0; k < 4; k++) {
        _mm256_storeu_ps(to + (i + k) * 256 + row, _mm256_permute2f128_ps(a[k], a[k + 4], 0x20));
        _mm256_storeu_ps(to + (i + k + 4) * 256 + row,
                         _mm256_permute2f128_ps(a[k], a[k + 4], 0x31));
      }
    }
  }
  for (size_t row = 0; row < n; row++)
    for (size_t i = row < rows ? columns : 0; i < width; i++)
      to[i * 256 + row] = x[row * width + i];
}

// ---- AVX-512: sixteen comparisons an instruction whose masks are the planes; thresholds from
// tables in registers; leaves by a permutation of bytes.

INLINE(FOREST_AVX512) void forest_avx512_ranks_of(const updraft_forest_column *column,
                                                  const float *x, size_t n, int digits,
                                                  uint16_t (*planes)[32], uint16_t *missing) {
  const float *t = column->table;
  const __m512 first = _mm512_set1_ps(t[0]), second = _mm512_set1_ps(t[1]),
               other = _mm512_set1_ps(t[2]), third = _mm512_loadu_ps(t + 3),
               fourth = _mm512_loadu_ps(t + 7), nan = _mm512_set1_ps(__builtin_nanf(""));
  __m512 fifth = first, sixth[2], seventh[4], eighth[8];
  if (digits > 4) fifth = _mm512_loadu_ps(t + 15);
  for (int k = 0; k < 2; k++) sixth[k] = digits > 5 ? _mm512_loadu_ps(t + 31 + 16 * k) : first;
  for (int k = 0; k < 4; k++) seventh[k] = digits > 6 ? _mm512_loadu_ps(t + 63 + 16 * k) : first;
  for (int k = 0; k < 8; k++) eighth[k] = digits > 7 ? _mm512_loadu_ps(t + 127 + 16 * k) : first;
  for (size_t i = 0; i < (n + 15) / 16; i++) {
    __m512 v = _mm512_loadu_ps(x + 16 * i);
    if (column->zero_is_missing) {
      __mmask16 none = _mm512_cmp_ps_mask(_mm512_abs_ps(v), _mm512_set1_ps(ZERO), _CMP_LE_OQ);
      v = _mm512_mask_mov_ps(v, none, nan);
    }
    missing[i] = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
#define STEP(level, pivot)                                                  \
  __mmask16 k##level = _mm512_cmp_ps_mask(v, pivot, _CMP_GE_OQ);            \
  planes[digits - 1 - level][i] = k##level;
#define NOTE(level) path = _mm512_mask_or_epi32(path, k##level, path, _mm512_set1_epi32(1 << level));
    STEP(0, first)
    __m512i path = _mm512_maskz_set1_epi32(k0, 1);
    STEP(1, _mm512_mask_blend_ps(k0, second, other))
    NOTE(1)
    STEP(2, _mm512_permutexvar_ps(path, third))
    NOTE(2)
    STEP(3, _mm512_permutexvar_ps(path, fourth))
    if (digits < 5) continue;
    NOTE(3)
    STEP(4, _mm512_permutexvar_ps(path, fifth))
    if (digits < 6) continue;
    NOTE(4)
    STEP(5, _mm512_permutex2var_ps(sixth[0], path, sixth[1]))
    if (digits < 7) continue;
    STEP(6, _mm512_mask_blend_ps(k5, _mm512_permutex2var_ps(seventh[0], path, seventh[1]),
                                 _mm512_permutex2var_ps(seventh[2], path, seventh[3])))
    if (digits < 8) continue;
    __m512 low = _mm512_mask_blend_ps(k5, _mm512_permutex2var_ps(eighth[0], path, eighth[1]),
                                      _mm512_permutex2var_ps(eighth[2], path, eighth[3]));
    __m512 high = _mm512_mask_blend_ps(k5, _mm512_permutex2var_ps(eighth[4], path, eighth[5]),
                                       _mm512_permutex2var_ps(eighth[6], path, eighth[7]));
    STEP(7, _mm512_mask_blend_ps(k6, low, high))
#undef STEP
#undef NOTE
  }
}

__attribute__((target(FOREST_AVX512))) static void forest_avx512_ranks(
    const updraft_forest_column *column, const float *x, size_t n, void *planes, void *missing) {
  switch (column->levels) {
  case 4: forest_avx512_ranks_of(column, x, n, 4, planes, missing); break;
  case 5: forest_avx512_ranks_of(column, x, n, 5, planes, missing); break;
  case 6: forest_avx512_ranks_of(column, x, n, 6, planes, missing); break;
  case 7: forest_avx512_ranks_of(column, x, n, 7, planes, missing); break;
  default: forest_avx512_ranks_of(column, x, n, 8, planes, missing); break;
  }
}

// Row 128 lane + 16 t + u stands in the part t, where `leaves` puts it.
INLINE(FOREST_AVX512) size_t forest_avx512_place_of(size_t row) {
  size_t u = row % 16;
  return row / 16 % 8 * 64 + (u / 8 + u % 2 * 2) * 16 + row / 128 * 4 + u / 2 % 4;
}

typedef uint64_t forest_avx512_planes __attribute__((vector_size(64), may_alias));

// The numbers of the leaves of 64 rows: eight planes' bytes of eight rows lie side by side, the
// first plane's last; a product with the unit matrix turns each such square of bits around.
//
// Then the four bytes of the leaves are fetched; the second and fourth with the rows of each pair
// swapped, so that a blend joins the bytes of even rows, and a shift over two words those of odd.
INLINE(FOREST_AVX512) void forest_avx512_part(__m512i squares, const __m512i *tables,
                                              float *sums) {
  const __m512i unit = _mm512_set1_epi64((long long)0x8040201008040201ull);
  const __m512i pairs = _mm512_set1_epi64((long long)0x4080102004080102ull);
  __m512i at = _mm512_gf2p8affine_epi64_epi8(unit, squares, 0);
  __m512i swapped = _mm512_gf2p8affine_epi64_epi8(pairs, squares, 0);
  __m512i a = _mm512_permutexvar_epi8(at, tables[0]);
  __m512i b = _mm512_permutexvar_epi8(swapped, tables[1]);
  __m512i c = _mm512_permutexvar_epi8(at, tables[2]);
  __m512i d = _mm512_permutexvar_epi8(swapped, tables[3]);
  const __mmask64 upper = 0xaaaaaaaaaaaaaaaaull;
  __m512i even_low = _mm512_mask_blend_epi8(upper, a, b);
  __m512i even_high = _mm512_mask_blend_epi8(upper, c, d);
  __m512i odd_low = _mm512_shrdi_epi16(a, b, 8), odd_high = _mm512_shrdi_epi16(c, d, 8);
  __m512i parts[4] = {
      _mm512_unpacklo_epi16(even_low, even_high), _mm512_unpackhi_epi16(even_low, even_high),
      _mm512_unpacklo_epi16(odd_low, odd_high), _mm512_unpackhi_epi16(odd_low, odd_high)};
#pragma clang loop unroll(full)
  for (int k = 0; k < 4; k++)
    _mm512_store_ps(sums + 16 * k, _mm512_add_ps(_mm512_load_ps(sums + 16 * k),
                                                 _mm512_castsi512_ps(parts[k])));
}

INLINE(FOREST_AVX512) void forest_avx512_leaves(const forest_avx512_planes *path,
                                                const float *leaf, float *sums) {
  __m512i p[6], tables[4];
#pragma clang loop unroll(full)
  for (int k = 0; k < 6; k++) p[k] = (__m512i)path[k];
#pragma clang loop unroll(full)
  for (int k = 0; k < 4; k++) tables[k] = _mm512_loadu_si512(leaf + 16 * k);
#pragma clang loop unroll(full)
  for (int half = 0; half < 2; half++) {
#define PAIR(a, b) (half ? _mm512_unpackhi_epi8(a, b) : _mm512_unpacklo_epi8(a, b))
    __m512i high = PAIR(p[5], p[4]), middle = PAIR(p[3], p[2]), low = PAIR(p[1], p[0]);
#undef PAIR
    __m512i left = _mm512_unpacklo_epi16(high, high), right = _mm512_unpacklo_epi16(middle, low);
    float *to = sums + 256 * half;
    forest_avx512_part(_mm512_unpacklo_epi32(left, right), tables, to);
    forest_avx512_part(_mm512_unpackhi_epi32(left, right), tables, to + 64);
    left = _mm512_unpackhi_epi16(high, high), right = _mm512_unpackhi_epi16(middle, low);
    forest_avx512_part(_mm512_unpacklo_epi32(left, right), tables, to + 128);
    forest_avx512_part(_mm512_unpackhi_epi32(left, right), tables, to + 192);
  }
}

// Sixteen rows by sixteen columns at a time.
__attribute__((target(FOREST_AVX512))) static void forest_avx512_tile(const float *x,
                                                                      size_t width, size_t n,
                                                                      float *to) {
  for (size_t row = 0; row < n; row += 16) {
    for (size_t i = 0; i < width; i += 16) {
      size_t columns = width - i < 16 ? width - i : 16;
      __mmask16 some = (__mmask16)((1u << columns) - 1);
      __m512 a[16], b[16];
#pragma clang loop unroll(full)
      for (int k = 0; k < 16; k++)
        a[k] = row + k < n ? _mm512_maskz_loadu_ps(some, x + (row + k) * width + i)
                           : _mm512_setzero_ps();
      transpose16(a, b);
#pragma clang loop unroll(full)
      for (size_t k = 0; k < 16; k++)
        if (k < columns) _mm512_storeu_ps(to + (i + k) * 512 + row, b[k]);
    }
  }
}

#undef INLINE
