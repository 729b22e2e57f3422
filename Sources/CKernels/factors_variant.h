// The kernels of least squares for one instruction set, written once. The includer defines
//
//   NAME(x)      the name of a function of this variant
//   TARGET       the function attribute that switches the instruction set on
//   WIDTH        floats in a vector
//   FOLD(v)      the vector added up into four lanes
//   BLOCK        rows of a matrix whose sums are kept in registers, of BAND / WIDTH vectors each
//   LABEL        the variant's name as a string
//
// The usual size has a copy of its own in which the loops over a row are unrolled, so that sums
// stay in registers.

#define INLINE static inline __attribute__((always_inline)) TARGET

enum { NAME(vectors) = BAND / WIDTH };

typedef float NAME(vector) __attribute__((vector_size(4 * WIDTH)));
typedef float NAME(unaligned) __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));

INLINE NAME(vector) NAME(load)(const float *p) { return *(const NAME(unaligned) *)p; }

INLINE void NAME(store)(float *p, NAME(vector) v) { *(NAME(unaligned) *)p = v; }

INLINE float NAME(sum)(NAME(vector) v) {
  quad four = FOLD(v);
  return (four[0] + four[2]) + (four[1] + four[3]);
}

// The sums of four vectors.
INLINE quad NAME(sums)(NAME(vector) v0, NAME(vector) v1, NAME(vector) v2, NAME(vector) v3) {
  quad a = FOLD(v0), b = FOLD(v1), c = FOLD(v2), d = FOLD(v3);
  quad ab = __builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7);
  quad cd = __builtin_shufflevector(c, d, 0, 4, 1, 5) + __builtin_shufflevector(c, d, 2, 6, 3, 7);
  return __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
}

INLINE float NAME(product)(const float *a, const float *b, size_t n) {
  NAME(vector) sum = {0};
  for (size_t i = 0; i < n; i += WIDTH) sum += NAME(load)(a + i) * NAME(load)(b + i);
  return NAME(sum)(sum);
}

// Four rows a step: their products with x, then what each adds.
INLINE void NAME(pull_4)(const float *const *y, size_t n, const float *x, float offset, float slope,
                         float *out) {
  NAME(vector) a = {0}, b = {0}, c = {0}, d = {0};
  for (size_t i = 0; i < n; i += WIDTH) {
    NAME(vector) v = NAME(load)(x + i);
    a += NAME(load)(y[0] + i) * v;
    b += NAME(load)(y[1] + i) * v;
    c += NAME(load)(y[2] + i) * v;
    d += NAME(load)(y[3] + i) * v;
  }
  quad factors = offset + slope * NAME(sums)(a, b, c, d);
  for (size_t i = 0; i < n; i += WIDTH) {
    NAME(vector) one = NAME(load)(y[0] + i) * factors[0] + NAME(load)(y[1] + i) * factors[1];
    NAME(vector) two = NAME(load)(y[2] + i) * factors[2] + NAME(load)(y[3] + i) * factors[3];
    NAME(store)(out + i, NAME(load)(out + i) + (one + two));
  }
}

INLINE void NAME(pull_any)(const float *rows, const uint32_t *numbers, size_t count, size_t n,
                           const float *x, float offset, float slope, float *out) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (size_t j = i + AHEAD; j < count && j < i + AHEAD + 4; j++) {
      fetch(rows + numbers[j] * n, n < START ? n : START);
    }
    const float *four[4] = {rows + numbers[i] * n, rows + numbers[i + 1] * n,
                            rows + numbers[i + 2] * n, rows + numbers[i + 3] * n};
    NAME(pull_4)(four, n, x, offset, slope, out);
  }
  for (; i < count; i++) {
    const float *y = rows + numbers[i] * n;
    float factor = offset + slope * NAME(product)(y, x, n);
    for (size_t j = 0; j < n; j += WIDTH) {
      NAME(store)(out + j, NAME(load)(out + j) + NAME(load)(y + j) * factor);
    }
  }
}

TARGET static void NAME(pull)(const float *rows, const uint32_t *numbers, size_t count, size_t n,
                              const float *x, float offset, float slope, float *out) {
  if (n == USUAL) {
    float sums[USUAL] = {0};
    NAME(pull_any)(rows, numbers, count, USUAL, x, offset, slope, sums);
    for (size_t i = 0; i < USUAL; i++) out[i] += sums[i];
  } else {
    NAME(pull_any)(rows, numbers, count, n, x, offset, slope, out);
  }
}

// The product's elements from `band` on, `vectors` times WIDTH; eight sums side by side, of every
// 8 / `vectors`-th row each, hide the latency of the multiply-add.
INLINE void NAME(turn_band)(const float *matrix, size_t n, const float *x, size_t band,
                            const size_t vectors, float *out) {
  NAME(vector) sums[8] = {0};
  const size_t side = 8 / vectors;
  for (size_t row = 0; row < n; row += side) {
    const float *from = matrix + row * n + band;
    for (size_t s = 0; s < side; s++) {
      for (size_t v = 0; v < vectors; v++) {
        sums[s * vectors + v] += NAME(load)(from + s * n + v * WIDTH) * x[row + s];
      }
    }
  }
  for (size_t half = 4; half >= vectors; half /= 2) {
    for (size_t i = 0; i < half; i++) sums[i] += sums[i + half];
  }
  for (size_t v = 0; v < vectors; v++) NAME(store)(out + band + v * WIDTH, sums[v]);
}

TARGET static void NAME(turn)(const float *matrix, size_t n, const float *x, float *out) {
  size_t band = 0;
  for (; band + 4 * WIDTH <= n; band += 4 * WIDTH) NAME(turn_band)(matrix, n, x, band, 4, out);
  for (; band < n; band += BAND) NAME(turn_band)(matrix, n, x, band, NAME(vectors), out);
}

// BLOCK rows by BAND columns of the matrix.
INLINE void NAME(gram_block)(const float *rows, size_t count, size_t n, size_t row, size_t column,
                             float *matrix) {
  NAME(vector) sums[BLOCK][NAME(vectors)];
  for (size_t b = 0; b < BLOCK; b++) {
    for (size_t v = 0; v < NAME(vectors); v++) {
      sums[b][v] = NAME(load)(matrix + (row + b) * n + column + v * WIDTH);
    }
  }
  for (size_t i = 0; i < count; i++) {
    const float *y = rows + i * n;
    for (size_t v = 0; v < NAME(vectors); v++) {
      NAME(vector) part = NAME(load)(y + column + v * WIDTH);
      for (size_t b = 0; b < BLOCK; b++) sums[b][v] += part * y[row + b];
    }
  }
  for (size_t b = 0; b < BLOCK; b++) {
    for (size_t v = 0; v < NAME(vectors); v++) {
      NAME(store)(matrix + (row + b) * n + column + v * WIDTH, sums[b][v]);
    }
  }
}

TARGET static void NAME(gram)(const float *rows, size_t count, size_t n, float *matrix) {
  for (size_t first = 0; first < count; first += CHUNK) {
    size_t some = count - first < CHUNK ? count - first : CHUNK;
    for (size_t row = 0; row < n; row += BLOCK) {
      for (size_t column = 0; column <= row; column += BAND) {
        NAME(gram_block)(rows + first * n, some, n, row, column, matrix);
      }
    }
  }
  mirror(matrix, n);
}

static const updraft_factors NAME(factors) = {LABEL, NAME(pull), NAME(turn), NAME(gram)};

#undef INLINE
#undef NAME
#undef TARGET
#undef WIDTH
#undef FOLD
#undef BLOCK
#undef LABEL
