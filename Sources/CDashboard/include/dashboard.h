#pragma once
#include <stddef.h>

/// A file of the page that the server shows to browsers.
typedef struct {
  /// The last part of its address.
  const char *_Nonnull name;
  const char *_Nonnull media_type;
  const unsigned char *_Nonnull bytes;
  size_t count;
} updraft_page_file;

/// The files, which live as long as the program.
const updraft_page_file *_Nonnull updraft_page_files(size_t *_Nonnull count);
