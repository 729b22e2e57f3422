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

// The first node from `at` on that rows are still divided at, or a leaf.
static uint32_t settled(const updraft_forest_node *nodes, const uint8_t *known, uint32_t at) {
  while (nodes[at].test != NONE && known[nodes[at].test])
    at = known[nodes[at].test] == 2 ? nodes[at].left : nodes[at].right;
  return at;
}

static uint32_t depth_of(const updraft_forest_node *nodes, const uint8_t *known, uint32_t at) {
  at = settled(nodes, known, at);
  if (nodes[at].test == NONE) return 0;
  uint32_t left = depth_of(nodes, known, nodes[at].left);
  uint32_t right = depth_of(nodes, known, nodes[at].right);
  return 1 + (left > right ? left : right);
}

// One unit that is being filled.
typedef struct {
  const updraft_forest_node *nodes;
  const uint8_t *known;
  uint32_t *number, *rows;
  float *leaves;
  uint32_t planar, depth;
} filling;

// Puts the node `at` where the decisions `slot` led in `level` steps. Below a leaf that stands too
// high nothing is decided: every path from there ends in it.
static void place(const filling *f, uint32_t at, uint32_t level, uint32_t slot) {
  at = settled(f->nodes, f->known, at);
  const updraft_forest_node *node = f->nodes + at;
  if (node->test != NONE) {
    f->number[node->test] = 1;
    f->rows[(1u << level) - 1 + slot] = node->test;
    place(f, node->left, level + 1, slot | 1u << level);
    place(f, node->right, level + 1, slot);
    return;
  }
  uint8_t *bytes = (uint8_t *)f->leaves;
  uint32_t bits;
  memcpy(&bits, &node->leaf, sizeof bits);
  for (uint32_t path = slot; path < 1u << f->depth; path += 1u << level) {
    if (f->planar) {
      for (uint32_t i = 0; i < 4; i++) bytes[64 * i + path] = (uint8_t)(bits >> 8 * i);
    } else {
      f->leaves[path] = node->leaf;
    }
  }
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

// Marks what the marked reaches are made of.
static void mark_reaches(const updraft_forest_shape *shape, const uint8_t *known,
                         uint32_t *number) {
  for (size_t i = shape->step_count; i-- > 0;) {
    const updraft_forest_step *step = shape->steps + i;
    if (number[step->to] == NONE) continue;
    if (!known[step->row]) number[step->row] = 1;
    if (step->from != NONE && !known[step->from]) number[step->from] = 1;
  }
}

static void number_tests(const updraft_forest_shape *shape, const int32_t *sources,
                         uint32_t *number, updraft_forest_plan *plan) {
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
    updraft_forest_column *used = plan->columns + plan->column_count;
    uint32_t start = row;
    *used = *column;
    used->source = (uint32_t)source;
    for (; test < middle; test++) {
      if (number[test] == NONE) continue;
      plan->codes[row] = shape->codes[test];
      number[test] = row++;
    }
    used->lefts = row - start;
    for (; test < end; test++) {
      if (number[test] == NONE) continue;
      plan->codes[row] = shape->codes[test];
      number[test] = row++;
    }
    used->rights = row - start - used->lefts;
    if (row > start) plan->column_count++;
  }
  plan->row_count = row;
}

static void number_reaches(const updraft_forest_shape *shape, const uint8_t *known,
                           uint32_t *number, updraft_forest_plan *plan) {
  uint32_t row = (uint32_t)plan->row_count;
  for (size_t i = 0; i < shape->step_count;) {
    uint32_t to = shape->steps[i].to, from = shape->steps[i].from;
    uint32_t is_used = number[to] != NONE && !known[to];
    if (is_used) number[to] = row++;
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
  plan->row_count = row ? row : 1;
}

void updraft_forest_fill(const updraft_forest_shape *shape, const int32_t *sources,
                         const float *values, uint32_t planar, uint8_t *known, uint32_t *number,
                         updraft_forest_plan *plan) {
  size_t all = shape->test_count + shape->reach_count;
  memset(number, 0xff, all * sizeof *number);
  know_tests(shape, sources, values, known);
  know_reaches(shape, known);
  for (size_t i = 0; i < shape->piece_count; i++) {
    filling f = {.nodes = shape->nodes, .known = known, .number = number, .planar = planar};
    f.rows = plan->rows + 64 * i;
    f.leaves = plan->leaves + 64 * i;
    f.depth = depth_of(shape->nodes, known, shape->roots[i]);
    plan->depths[i] = (uint8_t)f.depth;
    for (uint32_t j = 0; j + 1 < 1u << f.depth; j++) f.rows[j] = NONE;
    place(&f, shape->roots[i], 0, 0);
  }
  plan->unit_count = shape->piece_count;
  plan->column_count = plan->step_count = 0;
  mark_reaches(shape, known, number);
  number_tests(shape, sources, number, plan);
  number_reaches(shape, known, number, plan);
  for (size_t i = 0; i < plan->unit_count; i++) {
    uint32_t *rows = plan->rows + 64 * i;
    for (uint32_t j = 0; j + 1 < 1u << plan->depths[i]; j++)
      rows[j] = rows[j] == NONE ? 0 : number[rows[j]];
  }
}
