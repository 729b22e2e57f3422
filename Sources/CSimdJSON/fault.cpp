// Where a text goes wrong. simdjson's DOM parser does not say; its on-demand parser knows how far
// it came. This walk is slow and runs only to make a message.
#include "updraft_json.h"

#include <simdjson.h>

namespace {

using namespace simdjson;

constexpr int depth_walked = 64;  // far below the 1,024 that the parser keeps room for
constexpr size_t fault_bytes_max = size_t(16) << 20;

error_code walk(ondemand::value value, int depth) {
  if (depth > depth_walked) return DEPTH_ERROR;
  ondemand::json_type type;
  if (auto code = value.type().get(type)) return code;
  switch (type) {
    case ondemand::json_type::array: {
      ondemand::array array;
      if (auto code = value.get_array().get(array)) return code;
      for (auto element : array) {
        ondemand::value inner;
        if (auto code = element.get(inner)) return code;
        if (auto code = walk(inner, depth + 1)) return code;
      }
      return SUCCESS;
    }
    case ondemand::json_type::object: {
      ondemand::object object;
      if (auto code = value.get_object().get(object)) return code;
      for (auto field : object) {
        ondemand::field inner;
        if (auto code = std::move(field).get(inner)) return code;
        std::string_view key;
        if (auto code = inner.unescaped_key().get(key)) return code;
        if (auto code = walk(inner.value(), depth + 1)) return code;
      }
      return SUCCESS;
    }
    case ondemand::json_type::string: return value.get_string().error();
    case ondemand::json_type::number: return value.get_number().error();
    case ondemand::json_type::boolean: return value.get_bool().error();
    case ondemand::json_type::null: {
      bool null = false;
      if (auto code = value.is_null().get(null)) return code;
      return null ? SUCCESS : N_ATOM_ERROR;
    }
  }
  return SUCCESS;
}

}  // namespace

extern "C" size_t updraft_json_fault_offset(const uint8_t *bytes, size_t length) {
  if (length == 0 || length > fault_bytes_max) return SIZE_MAX;
  const padded_string text(reinterpret_cast<const char *>(bytes), length);
  ondemand::parser parser;
  ondemand::document document;
  if (parser.iterate(text).get(document) != SUCCESS) return SIZE_MAX;
  ondemand::value root;
  if (document.get_value().get(root) != SUCCESS) return SIZE_MAX;
  if (walk(root, 1) == SUCCESS) return SIZE_MAX;
  const char *place = nullptr;
  if (document.current_location().get(place) != SUCCESS) return SIZE_MAX;
  if (place < text.data() || place > text.data() + length) return SIZE_MAX;
  return size_t(place - text.data());
}
