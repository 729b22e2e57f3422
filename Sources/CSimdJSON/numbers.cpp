#include "updraft_json.h"

#include <charconv>

namespace {

template <typename Number>
size_t write(uint8_t *out, Number value) {
  char *first = reinterpret_cast<char *>(out);
  return size_t(std::to_chars(first, first + UPDRAFT_JSON_NUMBER_BYTES, value).ptr - first);
}

}  // namespace

extern "C" size_t updraft_json_write_double(uint8_t *out, double value) {
  return write(out, value);
}

extern "C" size_t updraft_json_write_float(uint8_t *out, float value) {
  return write(out, value);
}
