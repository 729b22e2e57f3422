// The kernels of a transformer for one instruction set, written once. The includer defines
//
//   NAME(x)      the name of a function of this variant
//   TARGET       the function attribute that switches the instruction set on
//   WIDTH        floats in a vector
//   LABEL        the variant's name as a string

#define INLINE static inline __attribute__((always_inline)) TARGET

typedef float NAME(vector) __attribute__((vector_size(4 * WIDTH)));
typedef int NAME(integers) __attribute__((vector_size(4 * WIDTH)));
typedef float NAME(unaligned) __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));

INLINE NAME(vector) NAME(load)(const float *p) { return *(const NAME(unaligned) *)p; }

INLINE void NAME(store)(float *p, NAME(vector) v) { *(NAME(unaligned) *)p = v; }

// A row's last floats: `n` < WIDTH of them, the rest zero.
INLINE NAME(vector) NAME(load_part)(const float *p, size_t n) {
  float part[WIDTH] = {0};
  for (size_t i = 0; i < n; i++) part[i] = p[i];
  return NAME(load)(part);
}

INLINE void NAME(store_part)(float *p, NAME(vector) v, size_t n) {
  for (size_t i = 0; i < n; i++) p[i] = v[i];
}

INLINE float NAME(sum)(NAME(vector) v) {
  float sum = 0;
  for (size_t i = 0; i < WIDTH; i++) sum += v[i];
  return sum;
}

INLINE NAME(vector) NAME(choose)(NAME(integers) mask, NAME(vector) a, NAME(vector) b) {
  return (NAME(vector))((mask & (NAME(integers))a) | (~mask & (NAME(integers))b));
}

// e^x: x = k ln 2 + r, the polynomial of Cephes' expf for r, k added to the exponent. The constant
// rounds to a whole number by pushing the fraction out of the mantissa. Below -87, 0.
INLINE NAME(vector) NAME(exp)(NAME(vector) x) {
  const NAME(vector) zero = {0};
  NAME(integers) low = x < zero - 87.0f, high = x > zero + 88.0f;
  NAME(vector) y = NAME(choose)(high, zero + 88.0f, NAME(choose)(low, zero - 87.0f, x));
  NAME(vector) shifted = y * 1.44269504f + 12582912.0f;
  NAME(vector) k = shifted - 12582912.0f;
  NAME(vector) r = y - k * 0.693359375f + k * 2.12194440e-4f;
  NAME(vector) p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  NAME(integers) exponent = ((NAME(integers))shifted - 0x4b400000) << 23;
  NAME(vector) result = (NAME(vector))((NAME(integers))p + exponent);
  return NAME(choose)(low, zero, result);
}

// Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26, for x ≥ 0; odd.
INLINE NAME(vector) NAME(gelu_of)(NAME(vector) y) {
  NAME(vector) x = y * 0.70710678f;
  NAME(integers) sign = (NAME(integers))x & (int)0x80000000;
  NAME(vector) size = (NAME(vector))((NAME(integers))x ^ sign);
  NAME(vector) t = 1.0f / (size * 0.3275911f + 1.0f);
  NAME(vector) p = t * 1.061405429f - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  NAME(vector) erf = 1.0f - p * t * NAME(exp)(-(x * x));
  NAME(vector) odd = (NAME(vector))((NAME(integers))erf | sign);
  return y * 0.5f * (odd + 1.0f);
}

TARGET static void NAME(bias)(float *x, const float *bias, size_t n, size_t rows) {
  for (size_t row = 0; row < rows; row++, x += n) {
    size_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      NAME(store)(x + i, NAME(load)(x + i) + NAME(load)(bias + i));
    }
    for (; i < n; i++) x[i] += bias[i];
  }
}

TARGET static void NAME(gelu)(float *x, const float *bias, size_t n, size_t rows) {
  for (size_t row = 0; row < rows; row++, x += n) {
    size_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      NAME(store)(x + i, NAME(gelu_of)(NAME(load)(x + i) + NAME(load)(bias + i)));
    }
    size_t left = n - i;
    if (left) {
      NAME(vector) y = NAME(load_part)(x + i, left) + NAME(load_part)(bias + i, left);
      NAME(store_part)(x + i, NAME(gelu_of)(y), left);
    }
  }
}

TARGET static void NAME(layer_norm)(float *x, const float *bias, const float *rest,
                                    const float *gain, const float *shift, float epsilon, size_t n,
                                    size_t rows) {
  for (size_t row = 0; row < rows; row++, x += n) {
    NAME(vector) sums = {0};
    float sum = 0;
    size_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      NAME(vector) v = NAME(load)(x + i);
      if (rest) v += NAME(load)(bias + i) + NAME(load)(rest + row * n + i);
      NAME(store)(x + i, v);
      sums += v;
    }
    for (; i < n; i++) {
      if (rest) x[i] += bias[i] + rest[row * n + i];
      sum += x[i];
    }
    float mean = (sum + NAME(sum)(sums)) / (float)n;
    NAME(vector) squares = {0};
    float square = 0;
    for (i = 0; i + WIDTH <= n; i += WIDTH) {
      NAME(vector) v = NAME(load)(x + i) - mean;
      squares += v * v;
    }
    for (; i < n; i++) square += (x[i] - mean) * (x[i] - mean);
    float variance = (square + NAME(sum)(squares)) / (float)n;
    float factor = 1.0f / __builtin_sqrtf(variance + epsilon);
    for (i = 0; i + WIDTH <= n; i += WIDTH) {
      NAME(vector) v = (NAME(load)(x + i) - mean) * factor;
      NAME(store)(x + i, v * NAME(load)(gain + i) + NAME(load)(shift + i));
    }
    for (; i < n; i++) x[i] = (x[i] - mean) * factor * gain[i] + shift[i];
  }
}

TARGET static void NAME(softmax)(float *x, size_t n, size_t rows) {
  for (size_t row = 0; row < rows; row++, x += n) {
    float most = -__builtin_inff();
    for (size_t i = 0; i < n; i++) most = x[i] > most ? x[i] : most;
    NAME(vector) sums = {0};
    float sum = 0;
    size_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      NAME(vector) e = NAME(exp)(NAME(load)(x + i) - most);
      NAME(store)(x + i, e);
      sums += e;
    }
    size_t left = n - i;
    if (left) {
      NAME(vector) e = NAME(exp)(NAME(load_part)(x + i, left) - most);
      NAME(store_part)(x + i, e, left);
      for (size_t j = 0; j < left; j++) sum += e[j];
    }
    float factor = 1.0f / (sum + NAME(sum)(sums));
    for (i = 0; i < n; i++) x[i] *= factor;
  }
}

TARGET static float NAME(finite)(const float *x, size_t n) {
  NAME(vector) sums = {0};
  float sum = 0;
  size_t i = 0;
  for (; i + WIDTH <= n; i += WIDTH) sums += NAME(load)(x + i) * 0.0f;
  for (; i < n; i++) sum += x[i] * 0.0f;
  return sum + NAME(sum)(sums);
}

static const updraft_transformer NAME(transformer) = {
    LABEL, NAME(bias), NAME(gelu), NAME(layer_norm), NAME(softmax), NAME(finite),
};

#undef INLINE
#undef NAME
#undef TARGET
#undef WIDTH
#undef LABEL
