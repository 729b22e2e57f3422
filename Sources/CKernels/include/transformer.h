#pragma once
#include <stddef.h>

// What a transformer does between its matrix products, on rows of `n` floats that lie one after
// another. Pointers need no alignment beyond that of a float, and `n` may be any size.

/// One variant of the kernels: the same functions for one instruction set.
typedef struct updraft_transformer {
  /// "avx512f", "avx2", "sse2" or "neon".
  const char *name;
  /// x = x + bias.
  void (*bias)(float *x, const float *bias, size_t n, size_t rows);
  /// x = GELU(x + bias) = y/2 (1 + erf(y/√2)) with y = x + bias; erf within 2e-7.
  void (*gelu)(float *x, const float *bias, size_t n, size_t rows);
  /// x = LayerNorm(x + bias + rest) gain + shift; `bias` (n floats) and `rest` (n a row) may both
  /// be null. The variance is the mean of squares, plus `epsilon`.
  void (*layer_norm)(float *x, const float *bias, const float *rest, const float *gain,
                     const float *shift, float epsilon, size_t n, size_t rows);
  /// x = softmax(x), row by row.
  void (*softmax)(float *x, size_t n, size_t rows);
  /// The sum of 0 x: 0 where all `n` floats are finite, not a number otherwise.
  float (*finite)(const float *x, size_t n);
} updraft_transformer;

/// The fastest variant for this processor, chosen once before `main`.
const updraft_transformer *updraft_transformer_best(void);

/// The variant at `index`, fastest first, of those that this processor can run; null past the last.
const updraft_transformer *updraft_transformer_at(size_t index);
