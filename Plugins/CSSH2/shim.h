// libssh2 for Swift: only what Swift cannot see, which are macros with casts and functions through pointers without a
// type.
#ifndef CSSH2_SHIM_H
#define CSSH2_SHIM_H

#include <libssh2.h>

#pragma clang assume_nonnull begin

typedef LIBSSH2_SEND_FUNC(cssh2_send_function);
typedef LIBSSH2_RECV_FUNC(cssh2_receive_function);

static const unsigned int cssh2_window = LIBSSH2_CHANNEL_WINDOW_DEFAULT;
static const unsigned int cssh2_packet = LIBSSH2_CHANNEL_PACKET_DEFAULT;

typedef void *_Nullable cssh2_allocate_function(size_t count, void *_Nullable *_Nonnull context);
typedef void *_Nullable cssh2_reallocate_function(void *_Nullable block, size_t count,
                                                  void *_Nullable *_Nonnull context);
typedef void cssh2_release_function(void *_Nullable block, void *_Nullable *_Nonnull context);
typedef void cssh2_disconnect_function(LIBSSH2_SESSION *session, int reason, const char *_Nullable message,
                                       int message_length, const char *_Nullable language, int language_length,
                                       void *_Nullable *_Nonnull context);

/// A session whose functions get a context (libssh2_session_init_ex(3)); NULL: there is no memory.
///
/// Its blocks are those of malloc(3), since the library frees some that are not its own.
static inline LIBSSH2_SESSION *_Nullable cssh2_session(
    void *context, cssh2_allocate_function *allocate, cssh2_reallocate_function *reallocate,
    cssh2_release_function *release) {
  return libssh2_session_init_ex(allocate, release, reallocate, context);
}

/// Has a function told when the server ends a session, and why (libssh2_session_callback_set(3)).
static inline void cssh2_set_disconnect(LIBSSH2_SESSION *session, cssh2_disconnect_function *told) {
  libssh2_session_callback_set(session, LIBSSH2_CALLBACK_DISCONNECT, (void *)told);
}

/// Has a session send and receive by functions instead of its socket (libssh2_session_callback_set(3)).
static inline void cssh2_set_stream(LIBSSH2_SESSION *session, cssh2_send_function *send, cssh2_receive_function *receive) {
  libssh2_session_callback_set(session, LIBSSH2_CALLBACK_SEND, (void *)send);
  libssh2_session_callback_set(session, LIBSSH2_CALLBACK_RECV, (void *)receive);
}

#pragma clang assume_nonnull end

#endif
