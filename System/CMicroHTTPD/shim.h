#pragma once
#include <microhttpd.h>

// Swift cannot call variadic functions: these two fix the arguments that the server uses.

typedef void *(*updraft_mhd_uri_log)(void *cls, const char *uri, struct MHD_Connection *connection);
typedef size_t (*updraft_mhd_unescape)(void *cls, struct MHD_Connection *connection, char *text);

struct updraft_mhd_settings {
  unsigned flags;
  int listen_socket;
  unsigned threads;
  unsigned connections;
  size_t connection_memory;
  MHD_AccessHandlerCallback handler;
  MHD_RequestCompletedCallback completed;
  MHD_NotifyConnectionCallback connection;
  updraft_mhd_uri_log uri_log;
  updraft_mhd_unescape unescape;
  void *context;
};

static inline struct MHD_Daemon *updraft_mhd_start(const struct updraft_mhd_settings *s) {
  struct MHD_OptionItem pool[] = {
    {s->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t) s->threads, 0},
    {MHD_OPTION_END, 0, 0},
  };
  return MHD_start_daemon(
    s->flags, 0, 0, 0, s->handler, s->context,
    MHD_OPTION_LISTEN_SOCKET, s->listen_socket,
    MHD_OPTION_CONNECTION_LIMIT, s->connections,
    MHD_OPTION_CONNECTION_MEMORY_LIMIT, s->connection_memory,
    MHD_OPTION_NOTIFY_COMPLETED, s->completed, s->context,
    MHD_OPTION_NOTIFY_CONNECTION, s->connection, s->context,
    MHD_OPTION_URI_LOG_CALLBACK, s->uri_log, s->context,
    MHD_OPTION_UNESCAPE_CALLBACK, s->unescape, s->context,
    MHD_OPTION_ARRAY, pool,
    MHD_OPTION_END);
}

static inline const union MHD_ConnectionInfo *updraft_mhd_info(
  struct MHD_Connection *connection, enum MHD_ConnectionInfoType type) {
  return MHD_get_connection_info(connection, type);
}
