// The kernels over codes of one instruction set, written once. The includer defines NAME(x),
// TARGET and LABEL as for vectors_variant.h, and the functions
//
//   NAME(dot4)      a query against four codes
//   NAME(insert)    a key into a sorted array of keys, the largest of which falls out
//   NAME(half4)     a float query against four half-precision rows
//
// Node numbers, links and rows are read one by one and atomically: a writer may be at work.

#define INLINE static inline __attribute__((always_inline)) TARGET

TARGET static void NAME(code_dots)(const int8_t *query, const uint8_t *codes, size_t stride,
                                   const uint32_t *slots, size_t count, int32_t *out) {
  for (size_t i = 0; i < count; i += 4) {
    const uint8_t *four[4];
    int32_t sums[4];
    for (size_t j = 0; j < 4; j++) {
      four[j] = codes + slots[i + j < count ? i + j : count - 1] * stride;
      if (i + j + 8 < count) fetch_code(codes + slots[i + j + 8] * stride, stride);
    }
    NAME(dot4)(query, four, stride, sums);
    for (size_t j = 0; j < 4 && i + j < count; j++) out[i + j] = sums[j];
  }
}

// The keys of the nodes at `nodes`, of which at least four can be read.
INLINE void NAME(keys4)(const updraft_walk *w, const uint32_t *nodes, uint64_t *keys) {
  const uint8_t *four[4];
  int32_t sums[4];
  for (size_t j = 0; j < 4; j++) {
    size_t slot = w->slots ? updraft_load(w->slots + nodes[j]) : nodes[j];
    four[j] = w->codes + slot * w->stride;
  }
  NAME(dot4)(w->query, four, w->stride, sums);
  if (w->norms) {
    for (size_t j = 0; j < 4; j++) {
      size_t slot = (size_t)(four[j] - w->codes) / w->stride;
      uint32_t norm = (uint32_t)(w->norms[slot] * w->norm_scale);
      keys[j] = (uint64_t)(MIDDLE + norm - (uint32_t)sums[j]) << 32 | (uint64_t)nodes[j] << 1;
    }
  } else {
    for (size_t j = 0; j < 4; j++)
      keys[j] = (uint64_t)(MIDDLE - (uint32_t)sums[j]) << 32 | (uint64_t)nodes[j] << 1;
  }
}

// What a batch of keys leaves to be done at its end.
typedef struct {
  // The lowest key that came in.
  uint64_t lowest;
  // Keys for a wide beam, sorted, with 8 zeros before them.
  size_t count;
  uint64_t room[8 + COLLECTED] __attribute__((aligned(64)));
} NAME(batch);

INLINE void NAME(hand)(updraft_walk *w, NAME(batch) *batch) {
  if (batch->count) merge(w->beam, w->width, batch->room + 8, batch->count);
  batch->count = 0;
  for (size_t i = 8; i < 8 + COLLECTED; i++) batch->room[i] = NO_KEY;
}

INLINE void NAME(consider)(updraft_walk *w, uint64_t key, NAME(batch) *batch) {
  if (w->allowed && key < w->found[w->found_width - 1]) {
    uint32_t node = (uint32_t)key >> 1;
    if (is_allowed(w, node)) {
      w->passed++;
      NAME(insert)(w->found, w->found_width, key);
    }
  }
  if (key >= w->beam[w->width - 1]) return;
  if (key < batch->lowest) batch->lowest = key;
  if (w->width < WIDE) {
    NAME(insert)(w->beam, w->width, key);
  } else {
    NAME(insert)(batch->room + 8, COLLECTED, key);
    if (++batch->count == COLLECTED) NAME(hand)(w, batch);
  }
}

INLINE void NAME(score)(updraft_walk *w, const uint32_t *nodes, size_t count, uint64_t flag) {
  NAME(batch) batch;
  batch.lowest = UINT64_MAX;
  batch.count = 0;
  if (w->width >= WIDE) {
    for (size_t i = 0; i < 8; i++) batch.room[i] = 0;
    NAME(hand)(w, &batch);
  }
  size_t i = 0, most = ahead(w->stride);
  for (; i + 4 <= count; i += 4) {
    uint64_t keys[4];
    if (!w->slots)
      for (size_t j = i + most; j < i + most + 4 && j < count; j++)
        fetch_code(w->codes + nodes[j] * w->stride, w->stride);
    NAME(keys4)(w, nodes + i, keys);
    for (size_t j = 0; j < 4; j++) NAME(consider)(w, keys[j] | flag, &batch);
  }
  if (i < count) {
    uint32_t last[4];
    uint64_t keys[4];
    for (size_t j = 0; j < 4; j++) last[j] = nodes[i + j < count ? i + j : count - 1];
    NAME(keys4)(w, last, keys);
    for (size_t j = 0; i + j < count; j++) NAME(consider)(w, keys[j] | flag, &batch);
  }
  if (batch.count) NAME(hand)(w, &batch);
  w->visited += count;
  while (w->cursor >= 8 && w->beam[w->cursor - 8] >= batch.lowest) w->cursor -= 8;
  while (w->cursor > 0 && w->beam[w->cursor - 1] >= batch.lowest) w->cursor--;
  if (!w->links) return;
  // What is likely to be followed next; each row that comes into the beam would be too many.
  most = w->width < WIDE ? 4 : 8;
  for (size_t j = w->cursor, n = 0; j < w->width && j < w->cursor + 4 * most && n < most; j++)
    if (!(w->beam[j] & 1)) fetch_links(w, (uint32_t)w->beam[j] >> 1), n++;
}

TARGET static void NAME(offer)(updraft_walk *w, const uint32_t *nodes, size_t count,
                               int followed) {
  if (w->seen) {
    if (w->touched_count + count > w->touched_limit) w->spilled = 1, w->touched_count = 0;
    uint32_t *fresh = w->touched + w->touched_count;
    count = touch(w->seen, nodes, count, fresh);
    nodes = fresh;
    w->touched_count += count;
  }
  for (size_t i = 0; i < count; i += 64) {
    size_t some = count - i < 64 ? count - i : 64;
    if (!w->slots)
      for (size_t j = 0; j < some && j < ahead(w->stride); j++)
        fetch_code(w->codes + nodes[i + j] * w->stride, w->stride);
    NAME(score)(w, nodes + i, some, followed ? 1 : 0);
  }
}

// Takes a few of the best nodes whose links were not followed; false when there are none, or
// none that could better what was found.
INLINE int NAME(select)(updraft_walk *w) {
  uint64_t end = w->allowed ? w->found[w->found_width - 1] : UINT64_MAX;
  size_t i = w->cursor, n = 0;
  if (w->visited >= w->budget) end = 0;
  size_t most = w->width < WIDE ? 4 : 8;
  while (n < most && i < w->width) {
    uint64_t key = w->beam[i];
    if (key >= end) break;
    if (!(key & 1)) {
      w->beam[i] = key | 1;
      w->next[n++] = (uint32_t)key >> 1;
    }
    i++;
  }
  w->cursor = i;
  w->next_count = n;
  return n != 0;
}

INLINE void NAME(gather)(updraft_walk *w) {
  if (w->touched_count + 8 * w->degree > w->touched_limit) w->spilled = 1, w->touched_count = 0;
  uint32_t *fresh = w->touched + w->touched_count;
  size_t found = 0;
  for (size_t i = 0; i < w->next_count; i++)
    found += touch(w->seen, w->links + w->next[i] * w->degree, w->degree, fresh + found);
  if (!w->slots)
    for (size_t i = 0; i < found && i < ahead(w->stride); i++)
      fetch_code(w->codes + fresh[i] * w->stride, w->stride);
  w->fresh_start = w->touched_count, w->fresh_count = found;
  w->touched_count += found;
}

TARGET static size_t NAME(run)(updraft_walk **walks, size_t count, size_t rounds) {
  while (count && rounds--) {
    for (size_t i = 0; i < count;) {
      if (NAME(select)(walks[i])) {
        i++;
      } else {
        updraft_walk *done = walks[i];
        walks[i] = walks[--count], walks[count] = done;
      }
    }
    for (size_t i = 0; i < count; i++) NAME(gather)(walks[i]);
    for (size_t i = 0; i < count; i++)
      NAME(score)(walks[i], walks[i]->touched + walks[i]->fresh_start, walks[i]->fresh_count, 0);
  }
  return count;
}

TARGET static uint32_t NAME(descend)(updraft_walk *w, uint32_t node) {
  uint32_t start[4] = {node, node, node, node};
  uint64_t keys[4];
  NAME(keys4)(w, start, keys);
  uint64_t best = keys[0];
  for (;;) {
    const uint32_t *links = w->links + ((uint32_t)best >> 1) * w->degree;
    uint64_t before = best;
    for (size_t i = 0; i < w->degree; i += 4) {
      uint32_t four[4];
      for (size_t j = 0; j < 4; j++)
        four[j] = updraft_load(links + (i + j < w->degree ? i + j : i));
      NAME(keys4)(w, four, keys);
      for (size_t j = 0; j < 4; j++)
        if (keys[j] < best) best = keys[j];
    }
    w->visited += w->degree;
    if (best == before) return (uint32_t)best >> 1;
  }
}

#define HALVES(OP)                                                                             \
  TARGET static void NAME(half_##OP)(const float *query, const uint16_t *rows, size_t n,       \
                                     const uint32_t *slots, size_t count, float *out) {        \
    size_t most = ahead(2 * n);                                                                \
    for (size_t i = 0; i < count && i < most; i++) fetch_half(rows + slots[i] * n, n);         \
    for (size_t i = 0; i < count; i += 4) {                                                    \
      const uint16_t *four[4];                                                                 \
      float sums[4];                                                                           \
      for (size_t j = 0; j < 4; j++) {                                                         \
        four[j] = rows + slots[i + j < count ? i + j : count - 1] * n;                         \
        if (i + j + most < count) fetch_half(rows + slots[i + j + most] * n, n);               \
      }                                                                                        \
      NAME(half4_##OP)(query, four, n, sums);                                                  \
      for (size_t j = 0; j < 4 && i + j < count; j++) out[i + j] = sums[j];                    \
    }                                                                                          \
  }

HALVES(dots)
HALVES(squares)

static const updraft_codes NAME(codes_variant) = {
    LABEL, NAME(code_dots), NAME(offer), NAME(run), NAME(descend), NAME(half_dots),
    NAME(half_squares),
};

#undef INLINE
#undef HALVES
#undef NAME
#undef TARGET
#undef LABEL
