// The kernels of one instruction set, written once. The includer defines
//
//   NAME(x)      the name of a function of this variant
//   TARGET       the function attribute that switches the instruction set on
//   WIDTH        floats in a vector
//   TAIL(p, n)   a vector of the `n` < WIDTH floats at `p`, the rest zero
//   FOLD(v)      the vector added up into four lanes
//   LABEL        the variant's name as a string
//
// Two accumulators a row hide the latency of the multiply-add; four rows a step share the query's
// loads. One row alone adds in the same order, so that a score does not depend on the batch.

#define INLINE static inline __attribute__((always_inline)) TARGET

typedef float NAME(vector) __attribute__((vector_size(4 * WIDTH)));
typedef float NAME(unaligned) __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));

INLINE NAME(vector) NAME(load)(const float *p) { return *(const NAME(unaligned) *)p; }

INLINE NAME(vector) NAME(step_dot)(NAME(vector) sum, NAME(vector) a, NAME(vector) b) {
  return sum + a * b;
}

INLINE NAME(vector) NAME(step_squared)(NAME(vector) sum, NAME(vector) a, NAME(vector) b) {
  NAME(vector) difference = a - b;
  return sum + difference * difference;
}

INLINE float NAME(add)(quad v) { return (v[0] + v[2]) + (v[1] + v[3]); }

INLINE void NAME(add4)(quad a, quad b, quad c, quad d, float *out) {
  quad ab = __builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7);
  quad cd = __builtin_shufflevector(c, d, 0, 4, 1, 5) + __builtin_shufflevector(c, d, 2, 6, 3, 7);
  quad even = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
  quad odd = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
  quad total = even + odd;
  __builtin_memcpy(out, &total, sizeof total);
}

#define KERNELS(OP)                                                                             \
  TARGET static float NAME(OP)(const float *a, const float *b, size_t n) {                      \
    NAME(vector) even = {0}, odd = {0};                                                         \
    size_t i = 0;                                                                               \
    for (; i + 2 * WIDTH <= n; i += 2 * WIDTH) {                                                \
      even = NAME(step_##OP)(even, NAME(load)(a + i), NAME(load)(b + i));                       \
      odd = NAME(step_##OP)(odd, NAME(load)(a + i + WIDTH), NAME(load)(b + i + WIDTH));         \
    }                                                                                           \
    if (i + WIDTH <= n) {                                                                       \
      even = NAME(step_##OP)(even, NAME(load)(a + i), NAME(load)(b + i));                       \
      i += WIDTH;                                                                               \
    }                                                                                           \
    if (i < n) odd = NAME(step_##OP)(odd, TAIL(a + i, n - i), TAIL(b + i, n - i));              \
    return NAME(add)(FOLD(even + odd));                                                         \
  }                                                                                             \
                                                                                                \
  INLINE void NAME(OP##_4)(const float *q, const float *const *rows, size_t n, float *out) {    \
    const float *a = rows[0], *b = rows[1], *c = rows[2], *d = rows[3];                         \
    NAME(vector) a0 = {0}, b0 = {0}, c0 = {0}, d0 = {0};                                        \
    NAME(vector) a1 = {0}, b1 = {0}, c1 = {0}, d1 = {0};                                        \
    size_t i = 0;                                                                               \
    for (; i + 2 * WIDTH <= n; i += 2 * WIDTH) {                                                \
      NAME(vector) q0 = NAME(load)(q + i), q1 = NAME(load)(q + i + WIDTH);                      \
      a0 = NAME(step_##OP)(a0, q0, NAME(load)(a + i));                                          \
      b0 = NAME(step_##OP)(b0, q0, NAME(load)(b + i));                                          \
      c0 = NAME(step_##OP)(c0, q0, NAME(load)(c + i));                                          \
      d0 = NAME(step_##OP)(d0, q0, NAME(load)(d + i));                                          \
      a1 = NAME(step_##OP)(a1, q1, NAME(load)(a + i + WIDTH));                                  \
      b1 = NAME(step_##OP)(b1, q1, NAME(load)(b + i + WIDTH));                                  \
      c1 = NAME(step_##OP)(c1, q1, NAME(load)(c + i + WIDTH));                                  \
      d1 = NAME(step_##OP)(d1, q1, NAME(load)(d + i + WIDTH));                                  \
    }                                                                                           \
    if (i + WIDTH <= n) {                                                                       \
      NAME(vector) q0 = NAME(load)(q + i);                                                      \
      a0 = NAME(step_##OP)(a0, q0, NAME(load)(a + i));                                          \
      b0 = NAME(step_##OP)(b0, q0, NAME(load)(b + i));                                          \
      c0 = NAME(step_##OP)(c0, q0, NAME(load)(c + i));                                          \
      d0 = NAME(step_##OP)(d0, q0, NAME(load)(d + i));                                          \
      i += WIDTH;                                                                               \
    }                                                                                           \
    if (i < n) {                                                                                \
      NAME(vector) q1 = TAIL(q + i, n - i);                                                     \
      a1 = NAME(step_##OP)(a1, q1, TAIL(a + i, n - i));                                         \
      b1 = NAME(step_##OP)(b1, q1, TAIL(b + i, n - i));                                         \
      c1 = NAME(step_##OP)(c1, q1, TAIL(c + i, n - i));                                         \
      d1 = NAME(step_##OP)(d1, q1, TAIL(d + i, n - i));                                         \
    }                                                                                           \
    NAME(add4)(FOLD(a0 + a1), FOLD(b0 + b1), FOLD(c0 + c1), FOLD(d0 + d1), out);                \
  }                                                                                             \
                                                                                                \
  TARGET static void NAME(OP##_rows)(const float *q, const float *rows, size_t n, size_t count, \
                                     float *out) {                                              \
    size_t i = 0;                                                                               \
    for (; i + 4 <= count; i += 4) {                                                            \
      const float *first = rows + i * n;                                                        \
      const float *four[4] = {first, first + n, first + 2 * n, first + 3 * n};                  \
      if (n <= SHORT) fetch(first + FAR, 4 * n);                                                \
      NAME(OP##_4)(q, four, n, out + i);                                                        \
    }                                                                                           \
    for (; i < count; i++) out[i] = NAME(OP)(q, rows + i * n, n);                               \
  }                                                                                             \
                                                                                                \
  TARGET static void NAME(OP##_gather)(const float *q, const float *const *rows, size_t n,      \
                                       size_t count, float *out) {                              \
    size_t i = 0, start = n < START ? n : START;                                                \
    for (size_t j = 0; j < count && j < AHEAD; j++) fetch(rows[j], start);                      \
    for (; i + 4 <= count; i += 4) {                                                            \
      for (size_t j = i + AHEAD; j < count && j < i + AHEAD + 4; j++) fetch(rows[j], start);    \
      NAME(OP##_4)(q, rows + i, n, out + i);                                                    \
    }                                                                                           \
    for (; i < count; i++) out[i] = NAME(OP)(q, rows[i], n);                                    \
  }

KERNELS(dot)
KERNELS(squared)

static const updraft_vectors NAME(variant) = {
    LABEL,           NAME(dot),          NAME(squared),    NAME(dot_rows),
    NAME(squared_rows), NAME(dot_gather), NAME(squared_gather),
};

#undef INLINE
#undef KERNELS
#undef NAME
#undef TARGET
#undef WIDTH
#undef TAIL
#undef FOLD
#undef LABEL
