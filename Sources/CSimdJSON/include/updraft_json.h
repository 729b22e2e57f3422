// A C face for simdjson's DOM parser: one call parses a text, checks it and lays it out as an
// array of small nodes in document order, so that a reader needs no call per value.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  UPDRAFT_JSON_NULL = 0,
  UPDRAFT_JSON_FALSE = 1,
  UPDRAFT_JSON_TRUE = 2,
  UPDRAFT_JSON_INT64 = 3,
  UPDRAFT_JSON_UINT64 = 4,  // only above INT64_MAX
  UPDRAFT_JSON_DOUBLE = 5,  // always finite
  UPDRAFT_JSON_STRING = 6,
  UPDRAFT_JSON_ARRAY = 7,
  UPDRAFT_JSON_OBJECT = 8,
};

enum {
  UPDRAFT_JSON_OK = 0,
  UPDRAFT_JSON_EMPTY = 1,
  UPDRAFT_JSON_SYNTAX = 2,
  UPDRAFT_JSON_BAD_STRING = 3,
  UPDRAFT_JSON_BAD_NUMBER = 4,
  UPDRAFT_JSON_BAD_UTF8 = 5,
  UPDRAFT_JSON_TOO_DEEP = 6,
  UPDRAFT_JSON_TOO_LARGE = 7,
  UPDRAFT_JSON_TOO_MANY_VALUES = 8,
  UPDRAFT_JSON_DUPLICATE_KEY = 9,
  UPDRAFT_JSON_NO_MEMORY = 10,
};

#define UPDRAFT_JSON_NO_KEY UINT32_MAX

// One value. Nodes stand in document order: the children of a container follow it, the first at
// its index + 1, each next one at the `end` of the one before.
typedef struct updraft_json_node {
  uint64_t bits;        // INT64, UINT64: the integer; DOUBLE: its bits; STRING: offset in `text`
  uint32_t key;         // offset of the member's name in `text`; UPDRAFT_JSON_NO_KEY: not a member
  uint32_t key_length;  // bytes
  uint32_t length;      // STRING: bytes; ARRAY, OBJECT: children
  uint32_t end;         // index after the last node of this value
  uint32_t kind;        // UPDRAFT_JSON_NULL ... UPDRAFT_JSON_OBJECT
} updraft_json_node;

// What the last parse left. `nodes` and `text` hold until the next parse or the release.
typedef struct updraft_json_state {
  const updraft_json_node *nodes;
  const uint8_t *text;  // unescaped strings, valid UTF-8
  uint32_t count;       // nodes; after an error those before the fault, open containers closed
  uint32_t generation;  // counts parses, so that a reader can tell a stale value
  uint32_t fault;       // after DUPLICATE_KEY and TOO_DEEP: index of the node at fault
  uint32_t depth_max;
  uint32_t values_max;
} updraft_json_state;

// NULL when memory is short. depth_max: 1...1024 nested containers; values_max: nodes a document.
updraft_json_state *updraft_json_create(uint32_t depth_max, uint32_t values_max);
void updraft_json_release(updraft_json_state *state);

// Copies `length` bytes in and parses them. Returns UPDRAFT_JSON_OK or the reason.
int32_t updraft_json_parse(updraft_json_state *state, const uint8_t *bytes, size_t length);

// For many small documents in one text: copies the text in once ...
int32_t updraft_json_load(updraft_json_state *state, const uint8_t *bytes, size_t length);
// ... then parses a part of it. offset + length must lie inside the loaded text.
int32_t updraft_json_parse_loaded(updraft_json_state *state, size_t offset, size_t length);

// About where a text that was refused goes wrong: an offset in it, or SIZE_MAX when not known.
// Reads the text a second time: for messages.
size_t updraft_json_fault_offset(const uint8_t *bytes, size_t length);

#define UPDRAFT_JSON_NUMBER_BYTES 32

// Write a number, a finite one in the fewest digits that read back as the same, as JSON, without an
// end mark; give the count of bytes. `out` has UPDRAFT_JSON_NUMBER_BYTES.
size_t updraft_json_write_int64(uint8_t *out, int64_t value);
size_t updraft_json_write_uint64(uint8_t *out, uint64_t value);
size_t updraft_json_write_double(uint8_t *out, double value);
size_t updraft_json_write_float(uint8_t *out, float value);

#ifdef __cplusplus
}
#endif
