#pragma once
#include <stddef.h>
#include <stdint.h>

// What is computed of whole columns of features, in one variant for each instruction set. Every
// variant gives the same bits: no step is fused with another, and none depends on how many rows
// there are.

/// A rising map through at least two knots, with a table over the range that says where to look.
typedef struct updraft_knots {
  /// Rising, and what each stands for.
  const float *raw, *calibrated;
  size_t count;
  /// For each cell of the range, a knot that is not above any value in it, and not the last.
  const uint32_t *starts;
  size_t cells;
  /// Cells in 1.
  float scale;
  /// The most knots that lie between that knot and a value of its cell.
  uint32_t steps;
} updraft_knots;

/// One variant of the kernels.
typedef struct updraft_columns {
  /// "avx512", "avx2", "plain".
  const char *name;
  /// value = ln(value), of positive normal numbers, to about 3e-6; see `Logarithm`.
  void (*logarithm)(float *values, size_t n);
  /// value = ln(1 + value), of numbers that are not negative.
  void (*grow)(float *values, size_t n);
  /// hits = min(1, (hits + prior) / (max(trials, hits) + weight)).
  void (*rate)(float *hits, const float *trials, float prior, float weight, size_t n);
  /// value = value * factor.
  void (*scale)(float *values, const float *factors, size_t n);
  /// factor = 2^(-elapsed * steps / 256); `table` holds 2^(-i/256) for i in 0 ... 255.
  void (*decay)(const uint32_t *elapsed, double steps, const double *table, float *factors,
                size_t n);
  /// Rounds to half precision, ties to even; a finite number beyond the largest finite one becomes
  /// that one, and what is not finite stays as it is.
  void (*halve)(float *values, size_t n);
  /// value = the higher of value and other; value where they do not compare.
  void (*raise)(float *values, const float *others, size_t n);
  /// to[starts[c] + i] = kept[16 slots[i] + c] for c in 0 ... 15: rows of 16 become columns.
  void (*take)(const float *kept, const uint32_t *slots, size_t n, const size_t *starts,
               float *to);
  /// Values become what the knots make of them; NaN stays NaN. Beyond the ends, what the ends
  /// stand for.
  void (*calibrate)(const updraft_knots *knots, float *values, size_t n);
} updraft_columns;

/// The fastest variant for this processor, chosen once before `main`.
const updraft_columns *updraft_columns_best(void);

/// The variant at `index`, fastest first, of those that this processor can run; null past the last.
const updraft_columns *updraft_columns_at(size_t index);
