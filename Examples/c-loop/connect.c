/// The connection: looked up, made and closed, without ever waiting.
#include "lines.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

void hang_up(reading *reading) {
  // In this order: the number of a closed descriptor may be somebody else's at once.
  if (reading->watch > 0) reading->instance->reactor->unwatch(reading->instance->loop, reading->watch);
  if (reading->fd >= 0) close(reading->fd);
  reading->watch = 0, reading->fd = -1;
}

/// A watch speaks for as long as there is something: who does not read must silence it, or the loop turns without end.
void listen_for(reading *reading, uint32_t events) {
  if (reading->watch > 0) reading->instance->reactor->change(reading->instance->loop, reading->watch, events);
}

static void on_event(void *context, uint32_t events);

/// Begins to connect to the next address that allows it.
static void connect_next(reading *reading) {
  const instance *instance = reading->instance;
  while (reading->next < reading->count) {
    const struct sockaddr *address = (const struct sockaddr *)&reading->addresses[reading->next];
    socklen_t size = reading->sizes[reading->next++];
    reading->fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (reading->fd >= 0 && (connect(reading->fd, address, size) == 0 || errno == EINPROGRESS || errno == EINTR)) {
      // It is writable when it is connected, also at once, and when it has failed.
      int64_t watch = instance->reactor->watch(instance->loop, reading->fd, DH_WRITABLE, on_event, reading);
      if (watch > 0) {
        reading->watch = watch;
      } else {
        fail(reading, DH_ERROR_UNAVAILABLE, "the host cannot watch one more connection");
      }
      return;
    }
    reading->error = errno;
    hang_up(reading);
  }
  fail_by(reading, reading->error, DH_ERROR_UNAVAILABLE, DH_RETRYABLE,
          "the server cannot be reached: is it running, and are host and port right?");
}

/// The kinds of events do not matter: getsockopt(2) and recv(2) tell more of a hang-up than they do.
static void on_event(void *context, uint32_t events) {
  reading *reading = context;
  const instance *instance = reading->instance;
  (void)events;
  if (reading->is_connected) {
    receive(reading);
    return;
  }
  socklen_t size = sizeof reading->error;
  if (getsockopt(reading->fd, SOL_SOCKET, SO_ERROR, &reading->error, &size) != 0) reading->error = errno;
  if (reading->error != 0) {
    hang_up(reading);
    connect_next(reading);
    return;
  }
  reading->is_connected = 1;
  instance->reactor->cancel(instance->loop, reading->timer);
  reading->timer = 0;
  listen_for(reading, DH_READABLE);
}

static void on_timeout(void *context) {
  reading *reading = context;
  reading->timer = 0; // It has run.
  dh_error_v1 error = dh_error(DH_ERROR_TIMED_OUT, "no connection was made within connect_timeout");
  error.flags = DH_RETRYABLE;
  error.pointer = dh_text("/connect_timeout");
  end(reading, &error);
}

static void on_resolved(void *context, const dh_error_v1 *error, const dh_text_v1 *addresses, size_t count) {
  reading *reading = context;
  reading->lookup = 0; // It has run.
  if (error != NULL) {
    end(reading, error); // The host's own says enough.
    return;
  }
  const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
  reading->error = EAFNOSUPPORT;
  for (size_t i = 0; i < count && reading->count < ADDRESSES; i++) {
    struct addrinfo *found = NULL; // Numbers alone: this looks nothing up, and so does not wait.
    if (getaddrinfo(addresses[i].ptr, reading->port, &hints, &found) != 0) continue;
    memcpy(&reading->addresses[reading->count], found->ai_addr, found->ai_addrlen);
    reading->sizes[reading->count++] = found->ai_addrlen;
    freeaddrinfo(found);
  }
  connect_next(reading);
}

void look_up(reading *reading, dh_text_v1 host, double timeout) {
  const instance *instance = reading->instance;
  int64_t timer = instance->reactor->timer(instance->loop, (uint64_t)(timeout * 1e9), on_timeout, reading);
  if (timer < 0) {
    fail(reading, DH_ERROR_INTERNAL, "the host set no timer");
    return;
  }
  reading->timer = timer;
  int64_t lookup = instance->resolve->resolve(instance->loop, host, DH_ANY_FAMILY, on_resolved, reading);
  if (lookup < 0) {
    fail(reading, DH_ERROR_INTERNAL, "the host did not look the name up");
    return;
  }
  reading->lookup = lookup;
}
