// What the kernels over codes need of an ARM processor, with its dot products where it has them.

#include <arm_neon.h>
#if defined(__linux__)
#include <sys/auxv.h>
#define HAS_DOTPROD 1
static int has_dotprod(void) { return (getauxval(AT_HWCAP) >> 20 & 1) != 0; }
#endif

#define INLINE static inline __attribute__((always_inline))

INLINE void neon_dot4(const int8_t *q, const uint8_t *const *rows, size_t n, int32_t *out) {
  int32x4_t sums[4] = {vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)};
  const uint8x16_t bias = vdupq_n_u8(0x80);
  for (size_t i = 0; i < n; i += 16) {
    int8x16_t x = vld1q_s8(q + i);
    for (size_t j = 0; j < 4; j++) {
      int8x16_t y = vreinterpretq_s8_u8(veorq_u8(vld1q_u8(rows[j] + i), bias));
      int16x8_t low = vmull_s8(vget_low_s8(x), vget_low_s8(y));
      sums[j] = vpadalq_s16(vpadalq_s16(sums[j], low), vmull_high_s8(x, y));
    }
  }
  for (size_t j = 0; j < 4; j++) out[j] = vaddvq_s32(sums[j]);
}

INLINE void neon_insert(uint64_t *keys, size_t width, uint64_t key) {
  insert_by_halving(keys, width, key);
}

#define HALF4(OP, STEP, ONE)                                                                   \
  INLINE void neon_half4_##OP(const float *q, const uint16_t *const *rows, size_t n,           \
                              float *out) {                                                    \
    for (size_t j = 0; j < 4; j++) {                                                           \
      float32x4_t sum = vdupq_n_f32(0);                                                        \
      size_t i = 0;                                                                            \
      for (; i + 4 <= n; i += 4) {                                                             \
        float32x4_t x = vld1q_f32(q + i);                                                      \
        float32x4_t y = vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(rows[j] + i)));             \
        STEP;                                                                                  \
      }                                                                                        \
      float rest = 0;                                                                          \
      for (; i < n; i++) {                                                                     \
        float x = q[i], y = half_value(rows[j][i]);                                            \
        ONE;                                                                                   \
      }                                                                                        \
      out[j] = vaddvq_f32(sum) + rest;                                                         \
    }                                                                                          \
  }

HALF4(dots, sum = vfmaq_f32(sum, x, y), rest += x * y)
HALF4(squares, x = vsubq_f32(x, y); sum = vfmaq_f32(sum, x, x), x -= y; rest += x * x)
#undef HALF4
#undef INLINE

#define NAME(x) neon_##x
#define TARGET
#define LABEL "neon"
#include "codes_variant.h"

#ifdef HAS_DOTPROD
#define DOTPROD __attribute__((target("dotprod")))

static inline __attribute__((always_inline)) DOTPROD void dotprod_dot4(
    const int8_t *q, const uint8_t *const *rows, size_t n, int32_t *out) {
  int32x4_t sums[4] = {vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)};
  const uint8x16_t bias = vdupq_n_u8(0x80);
  for (size_t i = 0; i < n; i += 16) {
    int8x16_t x = vld1q_s8(q + i);
    for (size_t j = 0; j < 4; j++)
      sums[j] = vdotq_s32(sums[j], x,
                          vreinterpretq_s8_u8(veorq_u8(vld1q_u8(rows[j] + i), bias)));
  }
  for (size_t j = 0; j < 4; j++) out[j] = vaddvq_s32(sums[j]);
}

#define dotprod_insert neon_insert
#define dotprod_half4_dots neon_half4_dots
#define dotprod_half4_squares neon_half4_squares
#define NAME(x) dotprod_##x
#define TARGET DOTPROD
#define LABEL "neon dotprod"
#include "codes_variant.h"
#endif
