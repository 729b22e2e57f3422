#pragma once
#include <immintrin.h>

// Sixteen rows of sixteen floats become columns; the rows are lost.
static inline __attribute__((always_inline, target("avx512f"))) void transpose16(__m512 *a,
                                                                                 __m512 *b) {
#pragma clang loop unroll(full)
  for (int k = 0; k < 16; k += 2) {
    b[k] = _mm512_unpacklo_ps(a[k], a[k + 1]);
    b[k + 1] = _mm512_unpackhi_ps(a[k], a[k + 1]);
  }
#pragma clang loop unroll(full)
  for (int k = 0; k < 16; k += 4) {
    a[k] = _mm512_shuffle_ps(b[k], b[k + 2], 0x44);
    a[k + 1] = _mm512_shuffle_ps(b[k], b[k + 2], 0xee);
    a[k + 2] = _mm512_shuffle_ps(b[k + 1], b[k + 3], 0x44);
    a[k + 3] = _mm512_shuffle_ps(b[k + 1], b[k + 3], 0xee);
  }
  // a[4 g + j] has, in lane l, column 4 l + j of the rows 4 g to 4 g + 3.
#pragma clang loop unroll(full)
  for (int j = 0; j < 4; j++) {
    __m512 even = _mm512_shuffle_f32x4(a[j], a[4 + j], 0x88);
    __m512 odd = _mm512_shuffle_f32x4(a[j], a[4 + j], 0xdd);
    __m512 even2 = _mm512_shuffle_f32x4(a[8 + j], a[12 + j], 0x88);
    __m512 odd2 = _mm512_shuffle_f32x4(a[8 + j], a[12 + j], 0xdd);
    b[j] = _mm512_shuffle_f32x4(even, even2, 0x88);
    b[8 + j] = _mm512_shuffle_f32x4(even, even2, 0xdd);
    b[4 + j] = _mm512_shuffle_f32x4(odd, odd2, 0x88);
    b[12 + j] = _mm512_shuffle_f32x4(odd, odd2, 0xdd);
  }
}
