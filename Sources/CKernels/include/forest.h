#pragma once
#include <stddef.h>
#include <stdint.h>

// Forests over blocks of rows, as a matrix of bits.
//
// A block has as many rows as a vector has bits. A column becomes the ranks of its values among
// the thresholds that its tests ask for, as one bit plane a binary digit; "rank < r" is one logical
// operation over prepared planes, done once for each distinct test: a row of the matrix, whose bits
// say which rows of the block go left. A tree of depth six is then 57 choices between rows of the
// matrix, without a branch: they give the six planes of the number of the leaf. Sums are taken in
// the order of the units, in float, so every variant gives the same bits.

/// A column as its tests see it.
typedef struct updraft_forest_column {
  /// Where the values of row 0 are: the column of the caller.
  uint32_t source;
  /// Binary digits of a rank, 4 to 8.
  uint32_t levels;
  /// Whether values from -1e-35 to 1e-35 are missing too.
  uint32_t zero_is_missing;
  /// Tests that send missing values left, then those that send them right.
  uint32_t lefts, rights;
  /// 2^levels - 1 thresholds for a search by halving: level k has 2^k of them from 2^k - 1 on,
  /// in the order of the comparisons before it, the first comparison in the lowest bit. Room for
  /// 256 floats.
  const float *table;
} updraft_forest_column;

/// A row of the matrix made of others: from & (row ^ invert).
typedef struct updraft_forest_step {
  /// The result, and the row that it begins with, or 2^32 - 1 for ones.
  uint32_t to, from;
  uint32_t row;
  /// 0 or 2^32 - 1.
  uint32_t invert;
} updraft_forest_step;

/// Everything a batch needs of a forest.
typedef struct updraft_forest_plan {
  updraft_forest_column *columns;
  size_t column_count;
  /// r of "rank < r" by row of the matrix, the columns one behind the other.
  uint8_t *codes;
  updraft_forest_step *steps;
  size_t step_count;
  /// Rows of the matrix; the last but one is ones, the last zeros.
  size_t row_count;
  /// Perfect trees of a depth of 0 to 6, in the order of their sums.
  size_t unit_count;
  uint8_t *depths;
  /// 64 a unit: the row of the matrix of each node; level k from 2^k - 1 on, in the order of the
  /// decisions before it, the first in the lowest bit, 1 for left.
  uint32_t *rows;
  /// 64 a unit: the outputs, likewise in the order of the decisions; where the variant is
  /// `planar`, the 64 lowest bytes of them, then the next ones, and so on.
  float *leaves;
  float base;
} updraft_forest_plan;

/// One variant of the kernels.
typedef struct updraft_forest {
  /// "avx512gfni", "avx2", "sse2", "neon" or "scalar".
  const char *name;
  /// Rows of a block.
  size_t block;
  /// How leaves lie.
  uint32_t planar;
  /// The scores of `count` rows: `x` has the columns, `stride` floats apart, or rows of `width`
  /// floats one behind the other where `width` is not 0.
  ///
  /// `matrix` has room for row_count rows of `block` bits, `tile` for `block` floats a column of
  /// the caller's where there are rows, otherwise for one; both are aligned to 64 bytes.
  ///
  /// `slope` is 0 for sums x; above 0, 1/(1 + e^-slope x) is given.
  void (*score)(const updraft_forest_plan *plan, const float *x, size_t stride, size_t width,
                size_t count, float slope, void *matrix, float *tile,
                float *out);
} updraft_forest;

/// The fastest variant for this processor, chosen once before `main`.
const updraft_forest *updraft_forest_best(void);

/// The variant at `index`, fastest first, of those that this processor can run; null past the last.
const updraft_forest *updraft_forest_at(size_t index);

/// A forest before it is known what is constant.
typedef struct updraft_forest_shape {
  /// Every column, each with all of its tests; `source` is the feature.
  const updraft_forest_column *columns;
  size_t column_count;
  /// r of "rank < r" by test.
  const uint8_t *codes;
  size_t test_count;
  /// Tests that say whether a row reaches a part of a deep tree, numbered from test_count on, each
  /// made by steps: `to` names it, `from` one before it or none, `row` is a test. Steps with the
  /// same `to` lie together, in rising order.
  const updraft_forest_step *steps;
  size_t step_count, reach_count;
  /// The trees, or parts of deep ones, as the units of a plan of which nothing is known: the test
  /// of each node stands for its row. Below a leaf that stands higher than others is
  /// test_count + reach_count, which is no test, and every path from there ends in that leaf.
  size_t piece_count;
  const uint8_t *depths;
  const uint32_t *tests;
  const float *leaves;
} updraft_forest_shape;

/// Fills a plan whose arrays have room for the whole forest.
///
/// `sources` has the caller's column of each feature, or a number below 0 where the feature has
/// the same value in every row, which `values` tells then. `planar` says how the leaves of both
/// lie. `known`, `used` and `number` are memory: an entry a test and a reach, and one more.
void updraft_forest_fill(const updraft_forest_shape *shape, const int32_t *sources,
                         const float *values, uint32_t planar, uint8_t *known, uint8_t *used,
                         uint32_t *number, updraft_forest_plan *plan);
