#include "updraft_json.h"

#include <charconv>
#include <cmath>

namespace {

template <typename Number>
size_t write(uint8_t *out, Number value) {
  char *first = reinterpret_cast<char *>(out);
  return size_t(std::to_chars(first, first + UPDRAFT_JSON_NUMBER_BYTES, value).ptr - first);
}

// From 2^63 on always with an exponent: many readers refuse long rows of digits, simdjson too.
template <typename Number>
size_t write_real(uint8_t *out, Number value) {
  if (std::fabs(value) < Number(0x1p63)) return write(out, value);
  char *first = reinterpret_cast<char *>(out);
  char *last = first + UPDRAFT_JSON_NUMBER_BYTES;
  return size_t(std::to_chars(first, last, value, std::chars_format::scientific).ptr - first);
}

}  // namespace

extern "C" size_t updraft_json_write_int64(uint8_t *out, int64_t value) {
  return write(out, value);
}

extern "C" size_t updraft_json_write_uint64(uint8_t *out, uint64_t value) {
  return write(out, value);
}

extern "C" size_t updraft_json_write_double(uint8_t *out, double value) {
  return write_real(out, value);
}

extern "C" size_t updraft_json_write_float(uint8_t *out, float value) {
  return write_real(out, value);
}
