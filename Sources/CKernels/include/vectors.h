#pragma once
#include <stddef.h>
#include <stdint.h>

// Inner products and squared Euclidean distances of float vectors, in one variant for each
// instruction set. Pointers need no alignment beyond that of a float, and `n` may be any size.
// A row has the same score, bit for bit, in all three shapes of a variant; between variants the
// order of the additions differs, and with it the last bits.

/// One variant of the kernels: the same six functions for one instruction set.
typedef struct updraft_vectors {
  /// "avx512f", "avx2", "sse2", "neon" or "scalar".
  const char *name;
  /// Two vectors of `n` floats.
  float (*dot)(const float *a, const float *b, size_t n);
  float (*squared)(const float *a, const float *b, size_t n);
  /// A query against `count` rows that lie one after another; `out` gets `count` scores.
  void (*dot_rows)(const float *query, const float *rows, size_t n, size_t count, float *out);
  void (*squared_rows)(const float *query, const float *rows, size_t n, size_t count, float *out);
  /// A query against `count` rows anywhere in memory, fetched ahead; `out` gets `count` scores.
  void (*dot_gather)(const float *query, const float *const *rows, size_t n, size_t count,
                     float *out);
  void (*squared_gather)(const float *query, const float *const *rows, size_t n, size_t count,
                         float *out);
} updraft_vectors;

/// The fastest variant for this processor, chosen once before `main`.
const updraft_vectors *updraft_vectors_best(void);

/// The variant at `index`, fastest first, of those that this processor can run; null past the last.
const updraft_vectors *updraft_vectors_at(size_t index);
