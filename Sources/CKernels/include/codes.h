#pragma once
#include <stddef.h>
#include <stdint.h>

// Vectors as codes of one byte a component, half-precision rows, and the walk over a graph of
// nodes that have them, in one variant for each instruction set.
//
// A code is the component, scaled and rounded to -127 ... 127, plus 128; a query is the same
// without the 128. Both are padded to `stride` bytes, a multiple of 64, queries with zeros. All
// sums are whole numbers, so every variant gives the same result.

/// One search under way over one layer of a graph.
///
/// `beam` holds the best nodes so far as sorted keys: the distance above, the node times two
/// below, and in the lowest bit whether the node's links were followed; where none is, 2^63 - 1. Another thread may change
/// links and rows meanwhile; the rest stays as it is.
typedef struct updraft_walk {
  /// Codes by slot, `stride` bytes each.
  const uint8_t *codes;
  size_t stride;
  /// `degree` links a node, an even number; an unused one names the node itself.
  const uint32_t *links;
  size_t degree;
  /// The slot of a node, or null where both are the same.
  const uint32_t *slots;
  /// Half the squared length of a code by slot, or null when lengths do not count.
  const float *norms;
  /// What a norm is multiplied with, at most 1.
  float norm_scale;
  /// The query, `stride` bytes.
  const int8_t *query;
  /// With a filter: row + 1 by slot, 0 for none; and a bit for each allowed row.
  const uint32_t *rows;
  const uint64_t *allowed;
  size_t allowed_words;
  /// One bit a node, set for those in `touched`, or for more when `spilled`.
  uint64_t *seen;
  uint32_t *touched;
  size_t touched_count, touched_limit;
  /// `touched` was full, and began anew.
  uint32_t spilled;
  /// `width` keys, a multiple of 8, with 8 zeros before them.
  uint64_t *beam;
  size_t width;
  /// With a filter: the best allowed nodes in the same form.
  uint64_t *found;
  size_t found_width;
  /// Nodes whose distance was computed, the most wanted, and those that the filter allowed.
  size_t visited, budget, passed;
  /// Where in the beam the first node with unfollowed links may be.
  size_t cursor;
  /// Nodes whose links are followed next, and the nodes found there.
  uint32_t next[8];
  size_t next_count, fresh_start, fresh_count;
} updraft_walk;

/// One variant of the kernels.
typedef struct updraft_codes {
  /// "avx512vnni", "avx2", "sse2", "neon" or "scalar".
  const char *name;
  /// Inner products of a query with the codes of `count` slots.
  void (*dots)(const int8_t *query, const uint8_t *codes, size_t stride, const uint32_t *slots,
               size_t count, int32_t *out);
  /// Puts `count` nodes into the beam: seeds of a walk, or all there is to see of a scan, which
  /// has no `seen`. With `followed` their links are not followed later.
  void (*offer)(updraft_walk *walk, const uint32_t *nodes, size_t count, int followed);
  /// Lets several walks take turns for at most `rounds` steps each, and returns how many are
  /// unfinished; those come first in `walks` then.
  size_t (*run)(updraft_walk **walks, size_t count, size_t rounds);
  /// Goes from `node` to ever nearer neighbours, and returns the last.
  uint32_t (*descend)(updraft_walk *walk, uint32_t node);
  /// A query against half-precision rows of `n` components at `slots`.
  void (*half_dots)(const float *query, const uint16_t *rows, size_t n, const uint32_t *slots,
                    size_t count, float *out);
  void (*half_squares)(const float *query, const uint16_t *rows, size_t n,
                       const uint32_t *slots, size_t count, float *out);
} updraft_codes;

/// The fastest variant for this processor, chosen once before `main`.
const updraft_codes *updraft_codes_best(void);

/// The variant at `index`, fastest first, of those that this processor can run; null past the last.
const updraft_codes *updraft_codes_at(size_t index);

/// Writes `(from[i] - centre[i]) * scale`, rounded and limited to -127 ... 127, and zeros up to
/// `stride`. Returns the sum of the squares.
int64_t updraft_quantise(const float *from, const float *centre, float scale, size_t n,
                         size_t stride, int8_t *to);
/// Adds or takes away the 128 that a code has and a query has not.
void updraft_flip(const uint8_t *from, size_t stride, uint8_t *to);
/// The nearest half-precision numbers, the largest finite one in place of any beyond it.
void updraft_to_half(const float *from, size_t n, uint16_t *to);
/// Half-precision numbers as floats.
void updraft_from_half(const uint16_t *from, size_t n, float *to);

// Memory that threads share without a lock.

static inline uint32_t updraft_load(const uint32_t *at) {
  return __atomic_load_n(at, __ATOMIC_ACQUIRE);
}
static inline void updraft_store(uint32_t *at, uint32_t value) {
  __atomic_store_n(at, value, __ATOMIC_RELEASE);
}
static inline uint64_t updraft_load_all(const uint64_t *at) {
  return __atomic_load_n(at, __ATOMIC_SEQ_CST);
}
static inline void updraft_store_all(uint64_t *at, uint64_t value) {
  __atomic_store_n(at, value, __ATOMIC_SEQ_CST);
}
static inline uint64_t updraft_add_all(uint64_t *at, uint64_t value) {
  return __atomic_fetch_add(at, value, __ATOMIC_SEQ_CST);
}
/// Sets a word that is 0 to `value`; false when it was not.
static inline int updraft_take(uint32_t *at, uint32_t value) {
  uint32_t zero = 0;
  return __atomic_compare_exchange_n(at, &zero, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}
