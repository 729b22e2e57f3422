#pragma once
#include <stddef.h>
#include <stdint.h>

// What a factorisation by least squares does with rows of floats, in one variant for each
// instruction set. `n`, the floats of a row, is a multiple of `UPDRAFT_FACTORS_STEP`: shorter
// vectors are filled up with zeros. Pointers need no alignment beyond that of a float. Between
// variants the order of the additions differs, and with it the last bits.

enum { UPDRAFT_FACTORS_STEP = 16 };

/// One variant of the kernels.
typedef struct updraft_factors {
  /// "avx512f", "avx2", "sse2", "neon" or "scalar".
  const char *name;
  /// out += Σ (offset + slope y·x) y, over the rows y that begin at `rows + numbers[i] n`: with 1
  /// and -1 what a least-squares fit of x has left, with 0 and 1 its matrix times x. The rows may
  /// lie anywhere; each is read once, fetched ahead.
  void (*pull)(const float *rows, const uint32_t *numbers, size_t count, size_t n, const float *x,
               float offset, float slope, float *out);
  /// out = G x, with G symmetric, `n` × `n`.
  void (*turn)(const float *matrix, size_t n, const float *x, float *out);
  /// G = G + Σ y yᵀ over `count` rows y that lie one after another, with G symmetric, `n` × `n`.
  void (*gram)(const float *rows, size_t count, size_t n, float *matrix);
} updraft_factors;

/// The fastest variant for this processor, chosen once before `main`.
const updraft_factors *updraft_factors_best(void);

/// The variant at `index`, fastest first, of those that this processor can run; null past the last.
const updraft_factors *updraft_factors_at(size_t index);
