#include <string.h>

#include "kernels.h"

// Eight running sums side by side keep the multiplier busy: about eight bytes a cycle.
enum { LANES = 8, ROUND = LANES * sizeof(uint64_t) };

static inline __attribute__((always_inline)) uint64_t step(uint64_t state, uint64_t word) {
  uint64_t mixed = (state ^ word) * 0x9fb21c651e98df25u;
  return mixed ^ mixed >> 29;
}

static inline __attribute__((always_inline)) void take(uint64_t *lanes, const uint8_t *from) {
  for (int lane = 0; lane < LANES; lane++) {
    uint64_t word;
    memcpy(&word, from + lane * sizeof word, sizeof word);
    lanes[lane] = step(lanes[lane], word);
  }
}

uint64_t updraft_sum(const void *bytes, size_t count) {
  const uint8_t *from = bytes;
  uint64_t lanes[LANES];
  for (int lane = 0; lane < LANES; lane++) lanes[lane] = 0x517cc1b727220a95u * (lane + 1u);
  size_t left = count;
  for (; left >= ROUND; left -= ROUND, from += ROUND) take(lanes, from);
  if (left > 0) {
    uint8_t last[ROUND] = {0};
    memcpy(last, from, left);
    take(lanes, last);
  }
  uint64_t sum = count;
  for (int lane = 0; lane < LANES; lane++) sum = step(sum, lanes[lane]);
  return sum ^ sum >> 32;
}
