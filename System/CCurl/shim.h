#pragma once
#include <curl/curl.h>

// Swift cannot call variadic functions: one function for each kind of argument that the client uses.

typedef size_t (*updraft_curl_sink)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode updraft_curl_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode updraft_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode updraft_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode updraft_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode updraft_curl_set_sink(
  CURL *handle, CURLoption option, updraft_curl_sink value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode updraft_curl_status(CURL *handle, long *status) {
  return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, status);
}
