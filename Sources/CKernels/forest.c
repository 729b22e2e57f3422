#include <string.h>

#include "kernels.h"

#define NONE UINT32_MAX

// Up to here numbers are zeros, where zeros count as missing.
#define ZERO 1e-35f

#if defined(__x86_64__)

#include "forest_x86.h"

#define NAME(x) forest_sse2_##x
#define TARGET __attribute__((target("sse2")))
#define BYTES 16
#define LABEL "sse2"
#define PLANAR 0
#include "forest_variant.h"

#define NAME(x) forest_avx2_##x
#define TARGET __attribute__((target("avx2,fma")))
#define BYTES 32
#define LABEL "avx2"
#define PLANAR 0
#define HAS_OWN_RANKS
#define HAS_OWN_LEAVES
#define HAS_OWN_TILE
#include "forest_variant.h"

#define NAME(x) forest_avx512_##x
#define TARGET __attribute__((target(FOREST_AVX512)))
#define BYTES 64
#define LABEL "avx512gfni"
#define PLANAR 1
#define HAS_OWN_RANKS
#define HAS_OWN_LEAVES
#define HAS_OWN_TILE
#include "forest_variant.h"

#else

#define NAME(x) forest_neon_##x
#define TARGET
#define BYTES 16
#if defined(__aarch64__)
#define LABEL "neon"
#else
#define LABEL "scalar"
#endif
#define PLANAR 0
#include "forest_variant.h"

#endif

// Written by the constructor before any other thread exists, then only read.
static const updraft_forest *available[3];

static void __attribute__((constructor)) choose(void) {
  size_t count = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vbmi") &&
      __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("gfni"))
    available[count++] = &forest_avx512_forest;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    available[count++] = &forest_avx2_forest;
  available[count] = &forest_sse2_forest;
#else
  available[count] = &forest_neon_forest;
#endif
}

const updraft_forest *updraft_forest_best(void) { return available[0]; }

const updraft_forest *updraft_forest_at(size_t index) {
  return index < sizeof available / sizeof *available ? available[index] : NULL;
}

// What is known of the tests: 0, or 1 where every row goes right, 2 left.
static void know_tests(const updraft_forest_shape *shape, const int32_t *sources,
                       const float *values, uint8_t *known) {
  size_t test = 0;
  for (size_t c = 0; c < shape->column_count; c++) {
    const updraft_forest_column *column = shape->columns + c;
    size_t middle = test + column->lefts, end = middle + column->rights;
    if (sources[column->source] >= 0) {
      memset(known + test, 0, end - test);
      test = end;
      continue;
    }
    float value = values[column->source];
    int is_missing = value != value || (column->zero_is_missing && value >= -ZERO && value <= ZERO);
    uint32_t path = 0, rank = 0;
    for (uint32_t level = 0; level < column->levels; level++) {
      uint32_t bit = value >= column->table[(1u << level) - 1 + path];
      path |= bit << level;
      rank = 2 * rank + bit;
    }
    if (is_missing) rank = 0;
    for (; test < middle; test++) known[test] = (uint8_t)(1 + (rank < shape->codes[test]));
    if (is_missing) rank = UINT32_MAX;
    for (; test < end; test++) known[test] = (uint8_t)(1 + (rank < shape->codes[test]));
  }
}

// What is known of the rows that reach a part of a tree, from what is known of the tests.
static void know_reaches(const updraft_forest_shape *shape, uint8_t *known) {
  for (size_t i = 0; i < shape->step_count;) {
    uint32_t to = shape->steps[i].to, from = shape->steps[i].from;
    uint8_t all = from == NONE ? 2 : known[from];
    for (; i < shape->step_count && shape->steps[i].to == to; i++) {
      uint8_t test = known[shape->steps[i].row];
      if (test && shape->steps[i].invert) test = 3 - test;
      if (all == 1 || test == 1) all = 1;
      else if (test == 0) all = 0;
    }
    known[to] = all;
  }
}

// The nodes of a unit that rows come to, a bit each, of those that `open` names: what is known of
// the nodes above decides. Nodes on the left of a level lie behind those on the right, so a level's
// bits are those of the last, once without the nodes where all rows go left, once without the
// others.
static uint64_t reached(uint32_t depth, uint64_t left, uint64_t right) {
  uint64_t all = 1, level = 1;
  for (uint32_t k = 1; k < depth; k++) {
    uint32_t start = (1u << (k - 1)) - 1, width = 1u << (k - 1);
    level = (level & ~(left >> start)) | (level & ~(right >> start)) << width;
    all |= level << (start + width);
  }
  return all;
}

// Copies a unit without its first decisions: `skip` of them, which the bits of `path` tell.
static void copy_below(const uint32_t *tests, const float *leaves, uint32_t depth, uint32_t skip,
                       uint32_t path, uint32_t planar, uint32_t *rows, float *to) {
  for (uint32_t k = 0; k + skip < depth; k++)
    for (uint32_t slot = 0; slot < 1u << k; slot++)
      rows[(1u << k) - 1 + slot] = tests[(1u << (k + skip)) - 1 + (slot << skip | path)];
  for (uint32_t slot = 0; slot < 1u << (depth - skip); slot++) {
    uint32_t from = slot << skip | path;
    if (!planar) {
      to[slot] = leaves[from];
      continue;
    }
    const uint8_t *bytes = (const uint8_t *)leaves;
    for (uint32_t i = 0; i < 4; i++) ((uint8_t *)to)[64 * i + slot] = bytes[64 * i + from];
  }
}

// Fills one unit with tests, notes which of them are used, and returns its depth. Decisions that
// are known at the top are left out; those below become rows of ones or zeros.
static uint32_t fill_unit(const updraft_forest_shape *shape, size_t piece, const uint8_t *known,
                          uint32_t planar, uint8_t *used, uint32_t *rows, float *leaves) {
  const uint32_t *tests = shape->tests + 64 * piece;
  const float *outputs = shape->leaves + 64 * piece;
  const uint32_t none = (uint32_t)(shape->test_count + shape->reach_count);
  uint32_t depth = shape->depths[piece], skip = 0, path = 0;
  while (skip < depth && known[tests[(1u << skip) - 1 + path]]) {
    path |= (known[tests[(1u << skip) - 1 + path]] - 1u) << skip;
    skip++;
  }
  if (skip < depth && tests[(1u << skip) - 1 + path] == none) {
    // Whatever would be decided below, it is one leaf.
    skip = depth;
  }
  if (skip) {
    copy_below(tests, outputs, depth, skip, path, planar, rows, leaves);
    depth -= skip;
  } else {
    memcpy(rows, tests, 64 * sizeof *rows);
    memcpy(leaves, outputs, 64 * sizeof *leaves);
  }
  uint64_t left = 0, right = 0;
  for (uint32_t i = 0; i + 1 < 1u << depth; i++) {
    uint64_t what = known[rows[i]];
    left |= (what >> 1) << i;
    right |= (what & 1) << i;
  }
  if (!depth) return 0;
  for (uint64_t open = reached(depth, left, right) & ~(left | right); open; open &= open - 1)
    used[rows[__builtin_ctzll(open)]] = 1;
  return depth;
}

// Notes what the used reaches are made of.
static void use_reaches(const updraft_forest_shape *shape, const uint8_t *known, uint8_t *used) {
  for (size_t i = shape->step_count; i-- > 0;) {
    const updraft_forest_step *step = shape->steps + i;
    if (!used[step->to]) continue;
    if (!known[step->row]) used[step->row] = 1;
    if (step->from != NONE && !known[step->from]) used[step->from] = 1;
  }
}

// Gives every used test of a range the next row, and the others some row. Without a branch: which
// tests are used is chance.
static uint32_t number_range(const updraft_forest_shape *shape, const uint8_t *used, size_t test,
                             size_t end, uint32_t row, uint32_t *number, uint8_t *codes) {
  for (; test < end; test++) {
    codes[row] = shape->codes[test];
    number[test] = row;
    row += used[test];
  }
  return row;
}

static void number_tests(const updraft_forest_shape *shape, const int32_t *sources,
                         const uint8_t *used, uint32_t *number, updraft_forest_plan *plan) {
  size_t test = 0;
  uint32_t row = 0;
  for (size_t c = 0; c < shape->column_count; c++) {
    const updraft_forest_column *column = shape->columns + c;
    size_t middle = test + column->lefts, end = middle + column->rights;
    int32_t source = sources[column->source];
    if (source < 0) {
      test = end;
      continue;
    }
    updraft_forest_column *used_column = plan->columns + plan->column_count;
    uint32_t start = row;
    *used_column = *column;
    used_column->source = (uint32_t)source;
    row = number_range(shape, used, test, middle, row, number, plan->codes);
    used_column->lefts = row - start;
    row = number_range(shape, used, middle, end, row, number, plan->codes);
    used_column->rights = row - start - used_column->lefts;
    test = end;
    if (row > start) plan->column_count++;
  }
  plan->row_count = row;
}

static void number_reaches(const updraft_forest_shape *shape, const uint8_t *known,
                           const uint8_t *used, uint32_t *number, updraft_forest_plan *plan) {
  uint32_t row = (uint32_t)plan->row_count;
  for (size_t i = 0; i < shape->step_count;) {
    uint32_t to = shape->steps[i].to, from = shape->steps[i].from;
    uint32_t is_used = used[to] && !known[to];
    number[to] = row;
    row += is_used;
    uint32_t before = from == NONE || known[from] ? NONE : number[from];
    for (; i < shape->step_count && shape->steps[i].to == to; i++) {
      const updraft_forest_step *step = shape->steps + i;
      if (!is_used || known[step->row]) continue;
      plan->steps[plan->step_count++] = (updraft_forest_step){
          .to = number[to], .from = before, .row = number[step->row], .invert = step->invert};
      before = number[to];
    }
    // Known steps alone leave a copy of what it begins with.
    if (is_used && before != number[to])
      plan->steps[plan->step_count++] =
          (updraft_forest_step){.to = number[to], .from = before, .row = before, .invert = 0};
  }
  plan->row_count = row + 2;
}

// The rows of tests that are known: ones where all go left, zeros where all go right.
static void number_known(const updraft_forest_shape *shape, const uint8_t *known, uint32_t *number,
                         uint32_t ones) {
  size_t all = shape->test_count + shape->reach_count;
  for (size_t test = 0; test < all; test++)
    if (known[test]) number[test] = known[test] == 2 ? ones : ones + 1;
  number[all] = ones;
}

void updraft_forest_fill(const updraft_forest_shape *shape, const int32_t *sources,
                         const float *values, uint32_t planar, uint8_t *known, uint8_t *used,
                         uint32_t *number, updraft_forest_plan *plan) {
  size_t all = shape->test_count + shape->reach_count;
  know_tests(shape, sources, values, known);
  know_reaches(shape, known);
  known[all] = 0;
  memset(used, 0, all + 1);
  for (size_t i = 0; i < shape->piece_count; i++) {
    plan->depths[i] = (uint8_t)fill_unit(shape, i, known, planar, used, plan->rows + 64 * i,
                                         plan->leaves + 64 * i);
  }
  plan->unit_count = shape->piece_count;
  plan->column_count = plan->step_count = 0;
  use_reaches(shape, known, used);
  number_tests(shape, sources, used, number, plan);
  number_reaches(shape, known, used, number, plan);
  number_known(shape, known, number, (uint32_t)plan->row_count - 2);
  for (size_t i = 0; i < plan->unit_count; i++) {
    uint32_t *rows = plan->rows + 64 * i;
    for (uint32_t j = 0; j + 1 < 1u << plan->depths[i]; j++) rows[j] = number[rows[j]];
  }
}
