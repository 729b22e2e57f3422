// The loops over columns, written once and made into vectors by the compiler. The includer defines
//
//   NAME(x)   the name of a function of this variant
//   TARGET    the function attribute that switches the instruction set on
//   LABEL     the variant's name as a string
//
// and HAS_OWN_TAKE where it brings its own `take`.

TARGET static void NAME(logarithm)(float *values, size_t n) {
  for (size_t i = 0; i < n; i++) values[i] = natural(values[i]);
}

TARGET static void NAME(grow)(float *values, size_t n) {
  for (size_t i = 0; i < n; i++) values[i] = natural(1 + values[i]);
}

TARGET static void NAME(rate)(float *restrict hits, const float *restrict trials, float prior,
                              float weight, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float most = trials[i] > hits[i] ? trials[i] : hits[i];
    float rate = (hits[i] + prior) / (most + weight);
    hits[i] = rate < 1 ? rate : 1;
  }
}

TARGET static void NAME(scale)(float *restrict values, const float *restrict factors, size_t n) {
  for (size_t i = 0; i < n; i++) values[i] *= factors[i];
}

TARGET static void NAME(decay)(const uint32_t *restrict elapsed, double steps,
                               const double *restrict table, float *restrict factors, size_t n) {
  for (size_t i = 0; i < n; i++) factors[i] = decayed((double)elapsed[i] * steps, table);
}

TARGET static void NAME(halve)(float *values, size_t n) {
  for (size_t i = 0; i < n; i++) values[i] = halved(values[i]);
}

TARGET static void NAME(raise)(float *restrict values, const float *restrict others, size_t n) {
  for (size_t i = 0; i < n; i++) values[i] = others[i] > values[i] ? others[i] : values[i];
}

#ifndef HAS_OWN_TAKE

TARGET static void NAME(take)(const float *kept, const uint32_t *slots, size_t n,
                              const size_t *starts, float *to) {
  take_some(kept, slots, 0, n, starts, to);
}

#endif

// Pass after pass over a block, each without a branch: where between the knots a value may lie at
// the least, where it does lie (by halving, so that many knots in one place cost little more than
// few), what it becomes.
TARGET static void NAME(calibrate)(const updraft_knots *knots, float *restrict values, size_t n) {
  const float *restrict raw = knots->raw, *restrict calibrated = knots->calibrated;
  const float first = raw[0], last = raw[knots->count - 1], scale = knots->scale;
  const float lowest = calibrated[0], highest = calibrated[knots->count - 1];
  const float cells = (float)(knots->cells - 1);
  const uint32_t *restrict starts = knots->starts;
  const uint32_t end = (uint32_t)(knots->count - 1);
  const uint32_t halves = knots->steps ? 1u << (31 - __builtin_clz(knots->steps)) : 0;
  for (size_t start = 0; start < n; start += KNOTS_BLOCK) {
    size_t count = n - start < KNOTS_BLOCK ? n - start : KNOTS_BLOCK;
    float *restrict x = values + start, inside[KNOTS_BLOCK];
    uint32_t low[KNOTS_BLOCK];
    for (size_t i = 0; i < count; i++) {
      inside[i] = x[i] > first && x[i] < last ? x[i] : first;
      float cell = (inside[i] - first) * scale;
      cell = cell > 0 ? cell : 0;  // also where the range is beyond what a float can tell
      low[i] = starts[(int32_t)(cell < cells ? cell : cells)];
    }
    for (uint32_t half = halves; half; half >>= 1)
      for (size_t i = 0; i < count; i++) {
        // The last knot lies above whatever is inside.
        uint32_t next = low[i] + half < end ? low[i] + half : end;
        low[i] = raw[next] <= inside[i] ? next : low[i];
      }
    for (size_t i = 0; i < count; i++) {
      float from = raw[low[i]], lower = calibrated[low[i]];
      float share = (inside[i] - from) / (raw[low[i] + 1] - from);
      float value = lower + share * (calibrated[low[i] + 1] - lower);
      value = x[i] <= first ? lowest : x[i] >= last ? highest : value;
      x[i] = x[i] == x[i] ? value : x[i];
    }
  }
}

static const updraft_columns NAME(variant) = {
    LABEL,       NAME(logarithm), NAME(grow), NAME(rate),      NAME(scale), NAME(decay),
    NAME(halve), NAME(raise),     NAME(take), NAME(calibrate),
};

#undef NAME
#undef TARGET
#undef LABEL
#undef HAS_OWN_TAKE
