// The loops over columns, written once and made into vectors by the compiler. The includer defines
//
//   NAME(x)   the name of a function of this variant
//   TARGET    the function attribute that switches the instruction set on
//   LABEL     the variant's name as a string

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

static const updraft_columns NAME(variant) = {
    LABEL, NAME(logarithm), NAME(grow), NAME(rate), NAME(scale), NAME(decay), NAME(halve),
};

#undef NAME
#undef TARGET
#undef LABEL
