#pragma once
#include <stddef.h>
#include <stdint.h>

/// A checksum of `count` bytes. Every step is a bijection, so that a change inside one word of
/// eight bytes always changes the sum. It guards against damage, not against forgery.
uint64_t updraft_sum(const void *bytes, size_t count);
