// Forests over blocks of rows for one instruction set, written once. The includer defines
//
//   NAME(x)      the name of a function of this variant
//   TARGET       the function attribute that switches the instruction set on
//   BYTES        bytes in a vector; a block has 8 times as many rows
//   LABEL        the variant's name as a string
//   PLANAR       1 where leaves lie byte by byte
//
// and HAS_OWN_RANKS, _LEAVES, _TILE where it brings its own `ranks`, `leaves` and `place_of`, `tile`.

#define INLINE static inline __attribute__((always_inline)) TARGET
#define ROWS (8 * BYTES)

typedef uint64_t NAME(bits) __attribute__((vector_size(BYTES), may_alias));

// a where the mask has ones, b where it has zeros.
INLINE NAME(bits) NAME(choose)(NAME(bits) mask, NAME(bits) a, NAME(bits) b) {
  return (mask & a) | (~mask & b);
}

#ifndef HAS_OWN_RANKS

// The ranks of `n` values among the thresholds, a plane a digit, and where values are missing:
// those have rank 0, since no comparison with NaN holds.
TARGET static void NAME(ranks)(const updraft_forest_column *column, const float *x, size_t n,
                               NAME(bits) *planes, NAME(bits) *missing) {
  uint8_t *miss = (uint8_t *)missing;
  for (size_t i = 0; i < n; i++) {
    uint32_t path = 0, digits = column->levels;
    float value = x[i];
    if (column->zero_is_missing && value >= -ZERO && value <= ZERO) value = __builtin_nanf("");
    for (uint32_t level = 0; level < digits; level++) {
      uint32_t bit = value >= column->table[(1u << level) - 1 + path];
      path |= bit << level;
      ((uint8_t *)(planes + digits - 1 - level))[i / 8] |= (uint8_t)(bit << i % 8);
    }
    miss[i / 8] |= (uint8_t)((value != value) << i % 8);
  }
}

#endif

// Turns six planes around: vector b gets, byte by byte, what bit b of the planes' bytes tells: the
// number of row 8 byte + b. An 8 x 8 transposition in each byte, by halves, quarters, eighths.
INLINE void NAME(numbers)(const NAME(bits) *planes, NAME(bits) *r) {
  const NAME(bits) zero = {0};
  for (int k = 0; k < 8; k++) r[k] = k < 6 ? planes[k] : zero;
#define SWAP(a, b, shift, mask)                                    \
  {                                                                \
    NAME(bits) t = ((r[a] >> (shift)) ^ r[b]) & (zero + (mask));   \
    r[b] ^= t;                                                     \
    r[a] ^= t << (shift);                                          \
  }
#pragma clang loop unroll(full)
  for (int k = 0; k < 4; k++) SWAP(k, k + 4, 4, 0x0f0f0f0f0f0f0f0full)
#pragma clang loop unroll(full)
  for (int k = 0; k < 8; k++)
    if (!(k & 2)) SWAP(k, k + 2, 2, 0x3333333333333333ull)
#pragma clang loop unroll(full)
  for (int k = 0; k < 8; k += 2) SWAP(k, k + 1, 1, 0x5555555555555555ull)
#undef SWAP
}

#ifndef HAS_OWN_LEAVES

// Where a row's sum stands.
INLINE size_t NAME(place_of)(size_t row) { return row % 8 * BYTES + row / 8; }

// Adds the leaf whose number the six planes tell to each row's sum.
INLINE void NAME(leaves)(const NAME(bits) *planes, const float *leaf, float *sums) {
  NAME(bits) numbers[8];
  NAME(numbers)(planes, numbers);
  const uint8_t *number = (const uint8_t *)numbers;
  for (size_t i = 0; i < ROWS; i++) sums[i] += leaf[number[i]];
}

#endif

#ifndef HAS_OWN_TILE

// Columns, ROWS floats apart, of `n` rows of `width` floats.
TARGET static void NAME(tile)(const float *x, size_t width, size_t n, float *to) {
  for (size_t row = 0; row < n; row++)
    for (size_t i = 0; i < width; i++) to[i * ROWS + row] = x[row * width + i];
}

#endif

// "rank < r" for every r, in halves: `less` and `same` compare the upper four digits with r / 16,
// `low` compares the lower four with r % 16.
typedef struct {
  NAME(bits) less[16], same[16], low[16];
} NAME(digits);

// v < r and v == r for all r of two digits.
INLINE void NAME(pairs)(NAME(bits) high, NAME(bits) low, NAME(bits) *less, NAME(bits) *same) {
  const NAME(bits) zero = {0};
  less[0] = zero;
  less[1] = ~(high | low);
  less[2] = ~high;
  less[3] = ~(high & low);
  same[0] = ~(high | low);
  same[1] = ~high & low;
  same[2] = high & ~low;
  same[3] = high & low;
}

INLINE void NAME(compare)(const NAME(bits) *planes, NAME(bits) missing, int are_left,
                          NAME(digits) *digits) {
  NAME(bits) less[2][4], same[2][4];
  NAME(pairs)(planes[1], planes[0], less[0], same[0]);
  NAME(pairs)(planes[3], planes[2], less[1], same[1]);
  for (int r = 0; r < 16; r++)
    digits->low[r] = less[1][r / 4] | (same[1][r / 4] & less[0][r % 4]);
  NAME(pairs)(planes[5], planes[4], less[0], same[0]);
  NAME(pairs)(planes[7], planes[6], less[1], same[1]);
  // A missing value has rank 0, which is below every r: it goes left, unless it is taken out.
  const NAME(bits) zero = {0};
  NAME(bits) keep = are_left ? ~zero : ~missing;
  for (int r = 0; r < 16; r++) {
    digits->less[r] = (less[1][r / 4] | (same[1][r / 4] & less[0][r % 4])) & keep;
    digits->same[r] = same[1][r / 4] & same[0][r % 4] & keep;
  }
}

INLINE void NAME(test)(const NAME(digits) *digits, const uint8_t *codes, size_t n,
                       NAME(bits) *to) {
  for (size_t i = 0; i < n; i++)
    to[i] = digits->less[codes[i] >> 4] |
            (digits->same[codes[i] >> 4] & digits->low[codes[i] & 15]);
}

// The matrix of a block: every test of every column, then what is made of tests.
TARGET static void NAME(fill)(const updraft_forest_plan *plan, const float *x, size_t stride,
                              size_t n, int is_tile, float *spare, NAME(bits) *matrix) {
  const NAME(bits) zero = {0};
  const uint8_t *codes = plan->codes;
  NAME(bits) *to = matrix;
  for (size_t c = 0; c < plan->column_count; c++) {
    const updraft_forest_column *column = plan->columns + c;
    const float *values = x + column->source * stride;
    if (!is_tile && n < ROWS) {
      // Vectors of the last rows would read past the column.
      memcpy(spare, values, n * sizeof *spare);
      memset(spare + n, 0, (ROWS - n) * sizeof *spare);
      values = spare;
    }
    NAME(bits) planes[8], missing = zero;
    for (int k = 0; k < 8; k++) planes[k] = zero;
    NAME(ranks)(column, values, n, planes, &missing);
    NAME(digits) digits;
    int are_left = 1;
    NAME(compare)(planes, missing, are_left, &digits);
    NAME(test)(&digits, codes, column->lefts, to);
    codes += column->lefts, to += column->lefts;
    if (!column->rights) continue;
    uint64_t any = 0;
    for (size_t k = 0; k < BYTES / 8; k++) any |= missing[k];
    if (any) NAME(compare)(planes, missing, 0, &digits);
    NAME(test)(&digits, codes, column->rights, to);
    codes += column->rights, to += column->rights;
  }
  for (size_t i = 0; i < plan->step_count; i++) {
    const updraft_forest_step *step = plan->steps + i;
    NAME(bits) from = step->from == NONE ? ~zero : matrix[step->from];
    uint64_t invert = step->invert ? ~0ull : 0;
    matrix[step->to] = from & (matrix[step->row] ^ (zero + invert));
  }
}

// What the node decides where the first decisions, `path`, led: a choice between the rows of all
// nodes of its level, by the first decision, then the second, …
#define LEVEL(k, below)                                                                    \
  INLINE NAME(bits) NAME(level##k)(const NAME(bits) *m, const uint32_t *rows,              \
                                   const NAME(bits) *path, uint32_t slot) {                \
    return NAME(choose)(path[k - 1], NAME(level##below)(m, rows, path, 2 * slot + 1),      \
                        NAME(level##below)(m, rows, path, 2 * slot));                      \
  }
INLINE NAME(bits) NAME(level0)(const NAME(bits) *m, const uint32_t *rows,
                               const NAME(bits) *path, uint32_t slot) {
  (void)path;
  return m[rows[slot]];
}
LEVEL(1, 0)
LEVEL(2, 1)
LEVEL(3, 2)
LEVEL(4, 3)
LEVEL(5, 4)
#undef LEVEL

// One unit of a depth known to the compiler.
INLINE void NAME(unit)(const NAME(bits) *m, const uint32_t *rows, int depth, const float *leaf,
                       float *sums) {
  const NAME(bits) zero = {0};
  NAME(bits) path[6] = {zero, zero, zero, zero, zero, zero};
  if (depth > 0) path[0] = NAME(level0)(m, rows, path, 0);
  if (depth > 1) path[1] = NAME(level1)(m, rows + 1, path, 0);
  if (depth > 2) path[2] = NAME(level2)(m, rows + 3, path, 0);
  if (depth > 3) path[3] = NAME(level3)(m, rows + 7, path, 0);
  if (depth > 4) path[4] = NAME(level4)(m, rows + 15, path, 0);
  if (depth > 5) path[5] = NAME(level5)(m, rows + 31, path, 0);
  NAME(leaves)(path, leaf, sums);
}

TARGET static void NAME(sum)(const updraft_forest_plan *plan, const NAME(bits) *m, float *sums) {
  for (size_t i = 0; i < ROWS; i++) sums[i] = plan->base;
  for (size_t u = 0; u < plan->unit_count; u++) {
    const uint32_t *rows = plan->rows + 64 * u;
    const float *leaf = plan->leaves + 64 * u;
    switch (plan->depths[u]) {
    case 0: NAME(unit)(m, rows, 0, leaf, sums); break;
    case 1: NAME(unit)(m, rows, 1, leaf, sums); break;
    case 2: NAME(unit)(m, rows, 2, leaf, sums); break;
    case 3: NAME(unit)(m, rows, 3, leaf, sums); break;
    case 4: NAME(unit)(m, rows, 4, leaf, sums); break;
    case 5: NAME(unit)(m, rows, 5, leaf, sums); break;
    default: NAME(unit)(m, rows, 6, leaf, sums); break;
    }
  }
}

// 1/(1 + e^-sx): e^y with y = k ln 2 + r, the polynomial of Cephes' expf for r, k added to the
// exponent. The constant rounds to a whole number by pushing the fraction out of the mantissa.
TARGET static void NAME(logistic)(float *x, size_t n, float slope) {
  for (size_t i = 0; i < n; i++) {
    float y = -slope * x[i];
    y = y < -87.0f ? -87.0f : y > 88.0f ? 88.0f : y;
    float shifted = y * 1.44269504f + 12582912.0f, k = shifted - 12582912.0f;
    float r = y - k * 0.693359375f + k * 2.12194440e-4f;
    float p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    int32_t bits, power;
    memcpy(&bits, &p, sizeof bits);
    memcpy(&power, &shifted, sizeof power);
    bits += (int32_t)((uint32_t)(power - 0x4b400000) << 23);
    memcpy(&p, &bits, sizeof p);
    x[i] = 1.0f / (1.0f + p);
  }
}

TARGET static void NAME(score)(const updraft_forest_plan *plan, const float *x, size_t stride,
                               size_t width, size_t count, float slope, void *matrix,
                               float *tile, float *out) {
  float sums[ROWS] __attribute__((aligned(64)));
  const NAME(bits) zero = {0};
  NAME(bits) *known = (NAME(bits) *)matrix + plan->row_count - 2;
  known[0] = ~zero, known[1] = zero;
  for (size_t first = 0; first < count; first += ROWS) {
    size_t n = count - first < ROWS ? count - first : ROWS;
    if (width) {
      NAME(tile)(x + first * width, width, n, tile);
      NAME(fill)(plan, tile, ROWS, n, 1, tile, matrix);
    } else {
      NAME(fill)(plan, x + first, stride, n, 0, tile, matrix);
    }
    NAME(sum)(plan, matrix, sums);
    for (size_t i = 0; i < n; i++) out[first + i] = sums[NAME(place_of)(i)];
    if (slope > 0) NAME(logistic)(out + first, n, slope);
  }
}

static const updraft_forest NAME(forest) = {LABEL, ROWS, PLANAR, NAME(score)};

#undef INLINE
#undef ROWS
#undef NAME
#undef TARGET
#undef BYTES
#undef LABEL
#undef PLANAR
#undef HAS_OWN_RANKS
#undef HAS_OWN_LEAVES
#undef HAS_OWN_TILE
