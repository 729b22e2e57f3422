#pragma once

/// Asks for the cache line at `address` before it is needed. It is a hint: nothing is read, nothing
/// waits, and any address will do.
static inline void updraft_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }
