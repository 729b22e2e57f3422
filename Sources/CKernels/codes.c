#include <math.h>

#include "kernels.h"
#include "level.h"

// Distances are kept between 0 and 2^32 by adding this to them.
#define MIDDLE 0x40000000u

// From this width on, keys are collected and merged into the beam many at a time: to move the keys
// behind each one would be most of the work. Twice as many nodes are followed in a step then.
#define WIDE 192
#define COLLECTED 64

// Where no key is; it looks like one whose links were followed.
#define NO_KEY (UINT64_MAX >> 1)

#define INLINE static inline __attribute__((always_inline))

INLINE void fetch_code(const uint8_t *from, size_t stride) {
  for (size_t i = 0; i < stride && i < 1024; i += 64) __builtin_prefetch(from + i);
}

// How many codes or rows of a size are asked for ahead of the one that is compared, a multiple of 4: cores wait for
// some sixteen lines at once, and one that is asked for more stops.
INLINE size_t ahead(size_t stride) {
  return stride <= 64 ? 16 : stride <= 128 ? 8 : 4;
}

INLINE void fetch_half(const uint16_t *from, size_t n) {
  for (size_t i = 0; i < n && i < 512; i += 32) __builtin_prefetch(from + i);
}

INLINE void fetch_links(const updraft_walk *w, uint32_t node) {
  const uint32_t *links = w->links + node * w->degree;
  for (size_t i = 0; i < w->degree; i += 16) __builtin_prefetch(links + i);
}

INLINE int is_allowed(const updraft_walk *w, uint32_t node) {
  uint32_t row = updraft_load(w->rows + node) - 1;  // none becomes a row beyond every set
  return row >> 6 < w->allowed_words && w->allowed[row >> 6] >> (row & 63) & 1;
}

// Notes the nodes that were not seen before, without a branch, and returns how many they are.
INLINE size_t touch(uint64_t *seen, const uint32_t *nodes, size_t count, uint32_t *fresh) {
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t node = updraft_load(nodes + i);
    uint64_t *word = seen + (node >> 6), old = *word, bit = 1ull << (node & 63);
    fresh[found] = node;
    found += !(old & bit);
    *word = old | bit;
  }
  return found;
}

// Merges sorted keys into a sorted array; the largest fall out.
static void merge(uint64_t *keys, size_t width, const uint64_t *added, size_t count) {
  size_t kept = width;
  for (size_t out = count; out; out--) {
    if (count && added[count - 1] >= keys[kept - 1]) count--;
    else kept--;
  }
  for (; count; count--) {
    uint64_t key = added[count - 1];
    size_t low = 0, high = kept;
    while (low < high) {
      size_t middle = (low + high) / 2;
      if (keys[middle] < key) low = middle + 1;
      else high = middle;
    }
    __builtin_memmove(keys + low + count, keys + low, (kept - low) * sizeof *keys);
    keys[low + count - 1] = key;
    kept = low;
  }
}

// A key into a sorted array, by halving and moving.
INLINE void insert_by_halving(uint64_t *keys, size_t width, uint64_t key) {
  size_t low = 0, high = width;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (keys[middle] < key) low = middle + 1;
    else high = middle;
  }
  if (low == width) return;
  __builtin_memmove(keys + low + 1, keys + low, (width - 1 - low) * sizeof *keys);
  keys[low] = key;
}

// Half precision by its bits, for processors that do not know it.
INLINE float half_value(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16, rest = half & 0x7fff, bits;
  float value;
  if (rest >= 0x7c00) bits = sign | 0x7f800000 | (rest & 0x3ff) << 13;
  else bits = sign | rest << 13;
  __builtin_memcpy(&value, &bits, sizeof value);
  return rest >= 0x7c00 ? value : value * 0x1p112f;
}

void updraft_from_half(const uint16_t *from, size_t n, float *to) {
  for (size_t i = 0; i < n; i++) to[i] = half_value(from[i]);
}

void updraft_to_half(const float *from, size_t n, uint16_t *to) {
  for (size_t i = 0; i < n; i++) {
    float size = fabsf(from[i]);
    uint32_t bits, sign = signbit(from[i]) ? 0x8000 : 0, half;
    if (!(size < 65504.0f)) size = 65504.0f;
    if (size < 0x1p-14f) {
      half = (uint32_t)rintf(size * 0x1p24f);
    } else {
      __builtin_memcpy(&bits, &size, sizeof bits);
      bits += 0xfff + (bits >> 13 & 1);  // to the nearest, ties to even
      half = (bits >> 13) - (112u << 10);
    }
    to[i] = (uint16_t)(sign | half);
  }
}

// To the nearest, ties to even, of numbers that are small: what the sum has no place for is rounded
// away. A call of the library's for each component costs more than all else here.
INLINE int32_t nearest(float value) {
  return (int32_t)((value + 0x1.8p23f) - 0x1.8p23f);
}

int64_t updraft_quantise(const float *from, const float *centre, float scale, size_t n,
                         size_t stride, int8_t *to) {
  int64_t sum = 0;
  for (size_t i = 0; i < n; i++) {
    float value = (from[i] - (centre ? centre[i] : 0)) * scale;
    value = value > 127 ? 127 : value > -127 ? value : -127;
    int32_t code = nearest(value);
    sum += code * code;
    to[i] = (int8_t)code;
  }
  for (size_t i = n; i < stride; i++) to[i] = 0;
  return sum;
}

void updraft_flip(const uint8_t *from, size_t stride, uint8_t *to) {
  for (size_t i = 0; i < stride; i++) to[i] = from[i] ^ 0x80;
}

// Plain C: the truth that the others are tested against.

INLINE void scalar_dot4(const int8_t *q, const uint8_t *const *rows, size_t n, int32_t *out) {
  for (size_t j = 0; j < 4; j++) {
    int32_t sum = 0;
    for (size_t i = 0; i < n; i++) sum += q[i] * (rows[j][i] - 128);
    out[j] = sum;
  }
}

INLINE void scalar_insert(uint64_t *keys, size_t width, uint64_t key) {
  insert_by_halving(keys, width, key);
}

INLINE void scalar_half4_dots(const float *q, const uint16_t *const *rows, size_t n,
                              float *out) {
  for (size_t j = 0; j < 4; j++) {
    float sum = 0;
    for (size_t i = 0; i < n; i++) sum += q[i] * half_value(rows[j][i]);
    out[j] = sum;
  }
}

INLINE void scalar_half4_squares(const float *q, const uint16_t *const *rows, size_t n,
                                 float *out) {
  for (size_t j = 0; j < 4; j++) {
    float sum = 0;
    for (size_t i = 0; i < n; i++) {
      float difference = q[i] - half_value(rows[j][i]);
      sum += difference * difference;
    }
    out[j] = sum;
  }
}

#undef INLINE
#define NAME(x) scalar_##x
#define TARGET
#define LABEL "scalar"
#include "codes_variant.h"

#if defined(__x86_64__)
#include "codes_x86.h"
#elif defined(__aarch64__)
#include "codes_neon.h"
#endif

// Written by the constructor before any other thread exists, then only read.
static const updraft_codes *available[5];

static void __attribute__((constructor)) choose(void) {
  size_t count = 0;
#if defined(__x86_64__)
  int level = level_allowed();
  __builtin_cpu_init();
  if (level == LEVEL_ALL && __builtin_cpu_supports("avx512vnni") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    available[count++] = &avx512vnni_codes_variant;
  if (level >= LEVEL_AVX2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("f16c"))
    available[count++] = &avx2_codes_variant;
  if (level >= LEVEL_SSE2) available[count++] = &sse2_codes_variant;
#elif defined(__aarch64__)
#ifdef HAS_DOTPROD
  if (has_dotprod()) available[count++] = &dotprod_codes_variant;
#endif
  available[count++] = &neon_codes_variant;
#endif
  available[count] = &scalar_codes_variant;
}

const updraft_codes *updraft_codes_best(void) { return available[0]; }

const updraft_codes *updraft_codes_at(size_t index) {
  return index < sizeof available / sizeof *available ? available[index] : NULL;
}
