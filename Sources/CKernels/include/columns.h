#pragma once
#include <stddef.h>
#include <stdint.h>

// What is computed of whole columns of features, in one variant for each instruction set. Every
// variant gives the same bits: no step is fused with another, and none depends on how many rows
// there are.

/// One variant of the kernels.
typedef struct updraft_columns {
  /// "avx2", "plain".
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
} updraft_columns;

/// The fastest variant for this processor, chosen once before `main`.
const updraft_columns *updraft_columns_best(void);

/// The variant at `index`, fastest first, of those that this processor can run; null past the last.
const updraft_columns *updraft_columns_at(size_t index);
