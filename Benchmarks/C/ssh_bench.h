/// What ssh_exec.c, ssh_sessions.c and ssh_sftp.c share: a session of libssh2 that does not block.
#ifndef SSH_BENCH_H
#define SSH_BENCH_H

#include "bench.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libssh2.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/// Where to, and as whom.
typedef struct target {
  int port;
  const char *user;
  /// The path of the private key.
  const char *key;
} target;

/// Ends the program, with what the library says of it where a session is given.
static inline void fail(LIBSSH2_SESSION *session, const char *what) {
  char *message = "";
  if (session != NULL) libssh2_session_last_error(session, &message, NULL, 0);
  fprintf(stderr, "%s: %s\n", what, session != NULL ? message : strerror(errno));
  exit(1);
}

/// A socket that is connected to the server on loopback. Packets are written whole, so that nothing is to be waited for.
static inline int connect_to(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
  if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) fail(NULL, "connect");
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return descriptor;
}

/// A session over the socket that logs in, and blocks while it does.
static inline LIBSSH2_SESSION *log_in(int descriptor, const target *to) {
  LIBSSH2_SESSION *session = libssh2_session_init();
  if (session == NULL) fail(NULL, "libssh2_session_init");
  if (libssh2_session_handshake(session, descriptor) != 0) fail(session, "libssh2_session_handshake");
  if (libssh2_userauth_publickey_fromfile(session, to->user, NULL, to->key, NULL) != 0) {
    fail(session, "libssh2_userauth_publickey_fromfile");
  }
  return session;
}

/// Waits until the socket is ready for what the session wants.
static inline void wait_for(LIBSSH2_SESSION *session, int descriptor) {
  int wanted = libssh2_session_block_directions(session);
  struct pollfd watched = {.fd = descriptor};
  if (wanted & LIBSSH2_SESSION_BLOCK_INBOUND) watched.events |= POLLIN;
  if (wanted & LIBSSH2_SESSION_BLOCK_OUTBOUND) watched.events |= POLLOUT;
  if (poll(&watched, 1, 60000) == 0) {
    errno = ETIMEDOUT;
    fail(NULL, "the server");
  }
}

#endif
