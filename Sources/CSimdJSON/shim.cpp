#include "updraft_json.h"

#include <simdjson.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace {

constexpr size_t text_bytes_max = size_t(1) << 30;   // offsets of unescaped text stay below 2^32
constexpr size_t kept_bytes_max = size_t(1) << 20;   // memory kept from one document to the next
constexpr uint32_t kept_nodes_max = 1u << 16;
constexpr uint32_t few_members = 16;

struct Buffer {
  void *memory = nullptr;
  size_t bytes = 0;
  ~Buffer() { std::free(memory); }
  bool reserve(size_t wanted) {
    if (wanted <= bytes) return true;
    void *grown = std::realloc(memory, wanted);
    if (!grown) return false;
    memory = grown;
    bytes = wanted;
    return true;
  }
  void drop() {
    std::free(memory);
    memory = nullptr;
    bytes = 0;
  }
};

struct Parser : updraft_json_state {
  std::unique_ptr<simdjson::dom::parser> dom;
  size_t capacity = 0;  // bytes that `dom` takes without growing
  Buffer input;
  size_t input_length = 0;
  Buffer room;           // holds `nodes`
  Buffer members;        // indices, for the duplicate check of large objects
  uint32_t stack[1025];  // open containers
};

size_t rounded(size_t length) {
  size_t size = 4096;
  while (size < length) size *= 2;
  return size;
}

int32_t reason(simdjson::error_code code) {
  switch (code) {
    case simdjson::SUCCESS: return UPDRAFT_JSON_OK;
    case simdjson::EMPTY: return UPDRAFT_JSON_EMPTY;
    case simdjson::UTF8_ERROR: return UPDRAFT_JSON_BAD_UTF8;
    case simdjson::DEPTH_ERROR: return UPDRAFT_JSON_TOO_DEEP;
    case simdjson::CAPACITY: return UPDRAFT_JSON_TOO_LARGE;
    case simdjson::MEMALLOC: return UPDRAFT_JSON_NO_MEMORY;
    case simdjson::NUMBER_ERROR:
    case simdjson::NUMBER_OUT_OF_RANGE: return UPDRAFT_JSON_BAD_NUMBER;
    case simdjson::STRING_ERROR:
    case simdjson::UNESCAPED_CHARS:
    case simdjson::UNCLOSED_STRING: return UPDRAFT_JSON_BAD_STRING;
    default: return UPDRAFT_JSON_SYNTAX;
  }
}

bool same_key(const uint8_t *text, const updraft_json_node &a, const updraft_json_node &b) {
  return a.key_length == b.key_length && std::memcmp(text + a.key, text + b.key, a.key_length) == 0;
}

// The index of a member whose name an earlier member of the closed object has, 0 when none, or
// UINT32_MAX when memory is short.
uint32_t duplicate(Parser *parser, const updraft_json_node *nodes, uint32_t object) {
  const uint8_t *text = parser->dom->doc.string_buf.get();
  const uint32_t count = nodes[object].length;
  if (count < 2) return 0;
  if (count <= few_members) {
    uint32_t seen[few_members];
    uint32_t next = object + 1;
    for (uint32_t i = 0; i < count; i++) {
      for (uint32_t j = 0; j < i; j++) {
        if (same_key(text, nodes[seen[j]], nodes[next])) return next;
      }
      seen[i] = next;
      next = nodes[next].end;
    }
    return 0;
  }
  if (!parser->members.reserve(size_t(count) * sizeof(uint32_t))) return UINT32_MAX;
  uint32_t *order = static_cast<uint32_t *>(parser->members.memory);
  uint32_t next = object + 1;
  for (uint32_t i = 0; i < count; i++) {
    order[i] = next;
    next = nodes[next].end;
  }
  std::sort(order, order + count, [text, nodes](uint32_t a, uint32_t b) {
    const updraft_json_node &x = nodes[a], &y = nodes[b];
    if (x.key_length != y.key_length) return x.key_length < y.key_length;
    const int order = std::memcmp(text + x.key, text + y.key, x.key_length);
    return order != 0 ? order < 0 : a < b;
  });
  for (uint32_t i = 1; i < count; i++) {
    if (same_key(text, nodes[order[i - 1]], nodes[order[i]])) return order[i];
  }
  return 0;
}

// Turns simdjson's tape (64-bit words: a type letter in the top byte, 56 bits of payload) into
// nodes, checks depth, number of values and duplicate names.
class Flattener {
 public:
  explicit Flattener(Parser *parser)
      : parser(parser),
        tape(parser->dom->doc.tape.get()),
        text(parser->dom->doc.string_buf.get()),
        nodes(static_cast<updraft_json_node *>(parser->room.memory)),
        room(uint32_t(parser->room.bytes / sizeof(updraft_json_node))) {}

  int32_t run() {
    const int32_t result = walk();
    for (uint32_t i = 0; i < depth; i++) nodes[parser->stack[i]].end = count;
    parser->nodes = nodes;
    parser->text = text;
    parser->count = count;
    return result;
  }

 private:
  Parser *parser;
  const uint64_t *tape;
  const uint8_t *text;
  updraft_json_node *nodes;
  uint32_t room;
  uint32_t count = 0;
  uint32_t depth = 0;

  bool grow() {
    const uint32_t limit = parser->values_max;
    if (room >= limit) return false;
    const uint32_t wanted = room < 512 ? 1024 : (room > limit / 2 ? limit : room * 2);
    const uint32_t size = std::min(limit, wanted);
    if (!parser->room.reserve(size_t(size) * sizeof(updraft_json_node))) return false;
    nodes = static_cast<updraft_json_node *>(parser->room.memory);
    room = size;
    return true;
  }

  uint32_t length_at(uint64_t offset) const {
    uint32_t length;
    std::memcpy(&length, text + offset, sizeof length);
    return length;
  }

  int32_t walk() {
    constexpr uint64_t payload_mask = (uint64_t(1) << 56) - 1;
    const uint64_t last = (tape[0] & payload_mask) - 1;  // the closing root word
    bool in_object = false;
    for (uint64_t at = 1; at < last;) {
      uint64_t word = tape[at++];
      uint8_t type = uint8_t(word >> 56);
      if (type == '}' || type == ']') {
        const uint32_t closed = parser->stack[--depth];
        nodes[closed].end = count;
        if (type == '}') {
          const uint32_t twin = duplicate(parser, nodes, closed);
          if (twin == UINT32_MAX) return UPDRAFT_JSON_NO_MEMORY;
          if (twin != 0) return fault(UPDRAFT_JSON_DUPLICATE_KEY, twin);
        }
        in_object = depth > 0 && nodes[parser->stack[depth - 1]].kind == UPDRAFT_JSON_OBJECT;
        continue;
      }
      if (count == room && !grow()) {
        return room >= parser->values_max ? UPDRAFT_JSON_TOO_MANY_VALUES
                                                : UPDRAFT_JSON_NO_MEMORY;
      }
      updraft_json_node &node = nodes[count];
      node.key = UPDRAFT_JSON_NO_KEY;
      node.key_length = 0;
      if (in_object) {
        const uint64_t key = word & payload_mask;
        node.key = uint32_t(key + sizeof(uint32_t));
        node.key_length = length_at(key);
        word = tape[at++];
        type = uint8_t(word >> 56);
      }
      if (depth > 0) nodes[parser->stack[depth - 1]].length++;
      node.length = 0;
      node.bits = 0;
      node.end = ++count;
      switch (type) {
        case '{':
        case '[':
          node.kind = type == '{' ? UPDRAFT_JSON_OBJECT : UPDRAFT_JSON_ARRAY;
          if (depth >= parser->depth_max) return fault(UPDRAFT_JSON_TOO_DEEP, count - 1);
          parser->stack[depth++] = count - 1;
          in_object = type == '{';
          break;
        case '"':
          node.kind = UPDRAFT_JSON_STRING;
          node.length = length_at(word & payload_mask);
          node.bits = (word & payload_mask) + sizeof(uint32_t);
          break;
        case 'l': node.kind = UPDRAFT_JSON_INT64; node.bits = tape[at++]; break;
        case 'u': node.kind = UPDRAFT_JSON_UINT64; node.bits = tape[at++]; break;
        case 'd': node.kind = UPDRAFT_JSON_DOUBLE; node.bits = tape[at++]; break;
        case 't': node.kind = UPDRAFT_JSON_TRUE; break;
        case 'f': node.kind = UPDRAFT_JSON_FALSE; break;
        case 'n': node.kind = UPDRAFT_JSON_NULL; break;
        default: node.kind = UPDRAFT_JSON_NULL; return UPDRAFT_JSON_SYNTAX;
      }
    }
    return UPDRAFT_JSON_OK;
  }

  int32_t fault(int32_t code, uint32_t index) {
    parser->fault = index;
    return code;
  }
};

int32_t prepare(Parser *parser, size_t length) {
  if (length > text_bytes_max) return UPDRAFT_JSON_TOO_LARGE;
  const bool shrink = parser->capacity > kept_bytes_max && length <= kept_bytes_max;
  if (!parser->dom || shrink) {
    parser->dom.reset(new (std::nothrow) simdjson::dom::parser());
    parser->capacity = 0;
    if (!parser->dom) return UPDRAFT_JSON_NO_MEMORY;
  }
  if (parser->room.bytes / sizeof(updraft_json_node) > kept_nodes_max && length <= kept_bytes_max) {
    parser->room.drop();
    parser->members.drop();
  }
  if (parser->capacity < length || parser->capacity == 0) {
    const size_t size = rounded(length);
    if (parser->dom->allocate(size, parser->depth_max + 2) != simdjson::SUCCESS ||
        parser->dom->doc.allocate(size) != simdjson::SUCCESS) {
      parser->dom.reset();
      parser->capacity = 0;
      return UPDRAFT_JSON_NO_MEMORY;
    }
    parser->capacity = size;
  }
  return UPDRAFT_JSON_OK;
}

Parser *owner(updraft_json_state *state) { return static_cast<Parser *>(state); }

}  // namespace

extern "C" updraft_json_state *updraft_json_create(uint32_t depth_max, uint32_t values_max) {
  Parser *parser = new (std::nothrow) Parser();
  if (!parser) return nullptr;
  parser->depth_max = std::clamp<uint32_t>(depth_max, 1, 1024);
  parser->values_max = std::max<uint32_t>(values_max, 1);
  return parser;
}

extern "C" void updraft_json_release(updraft_json_state *state) { delete owner(state); }

extern "C" int32_t updraft_json_load(
    updraft_json_state *state, const uint8_t *bytes, size_t length) {
  Parser *parser = owner(state);
  state->generation++;
  state->count = 0;
  parser->input_length = 0;
  if (length > text_bytes_max) return UPDRAFT_JSON_TOO_LARGE;
  if (parser->input.bytes > kept_bytes_max * 2 && length <= kept_bytes_max) parser->input.drop();
  const size_t room = length + simdjson::SIMDJSON_PADDING;
  if (parser->input.bytes < room && !parser->input.reserve(rounded(room))) {
    return UPDRAFT_JSON_NO_MEMORY;
  }
  uint8_t *input = static_cast<uint8_t *>(parser->input.memory);
  if (length > 0) std::memcpy(input, bytes, length);
  std::memset(input + length, ' ', simdjson::SIMDJSON_PADDING);
  parser->input_length = length;
  return UPDRAFT_JSON_OK;
}

extern "C" int32_t updraft_json_parse_loaded(
    updraft_json_state *state, size_t offset, size_t length) {
  Parser *parser = owner(state);
  state->generation++;
  state->count = 0;
  if (offset > parser->input_length || length > parser->input_length - offset) {
    return UPDRAFT_JSON_TOO_LARGE;
  }
  if (length == 0) return UPDRAFT_JSON_EMPTY;
  if (const int32_t code = prepare(parser, length)) return code;
  const uint8_t *input = static_cast<const uint8_t *>(parser->input.memory) + offset;
  simdjson::dom::element root;
  const simdjson::error_code code = parser->dom->parse(input, length, false).get(root);
  if (code != simdjson::SUCCESS) return reason(code);
  return Flattener(parser).run();
}

extern "C" int32_t updraft_json_parse(
    updraft_json_state *state, const uint8_t *bytes, size_t length) {
  if (const int32_t code = updraft_json_load(state, bytes, length)) return code;
  return updraft_json_parse_loaded(state, 0, length);
}
