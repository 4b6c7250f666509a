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

/// A session whose functions get a context (libssh2_session_init_ex(3)); NULL: there is no memory.
static inline LIBSSH2_SESSION *_Nullable cssh2_session(void *context) {
  return libssh2_session_init_ex(NULL, NULL, NULL, context);
}

/// Has a session send and receive by functions instead of its socket (libssh2_session_callback_set(3)).
static inline void cssh2_set_stream(LIBSSH2_SESSION *session, cssh2_send_function *send, cssh2_receive_function *receive) {
  libssh2_session_callback_set(session, LIBSSH2_CALLBACK_SEND, (void *)send);
  libssh2_session_callback_set(session, LIBSSH2_CALLBACK_RECV, (void *)receive);
}

#pragma clang assume_nonnull end

#endif
