// libssl for Swift: what libcurl lets nobody say by an option.
#ifndef CSSL_SHIM_H
#define CSSL_SHIM_H

#include <openssl/ssl.h>

#pragma clang assume_nonnull begin

/// Keeps connections of a context from telling of new sessions, and from giving up the one that they go on with
/// (SSL_CTX_set_session_cache_mode(3), which is a macro).
static inline void cssl_leave_sessions(void *context) {
  SSL_CTX_set_session_cache_mode((SSL_CTX *)context, SSL_SESS_CACHE_OFF);
}

#pragma clang assume_nonnull end

#endif
