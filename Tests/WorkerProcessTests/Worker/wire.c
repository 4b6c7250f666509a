/// The socket: frames, questions and their answers.
#include "wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

typedef struct waiter {
  uint64_t request;
  frame *answer;
  void (*fn)(void *context, frame *answer); /* NULL: a thread waits */
  void *context;
  struct waiter *next;
} waiter;

// MARK: - Helpers

void *make(size_t count, size_t size) {
  void *made = calloc(count == 0 ? 1 : count, size);
  if (made == NULL) abort();
  return made;
}

int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int wait_until(wire *wire, int64_t end_ms) {
  struct timespec end = {end_ms / 1000, (long)(end_ms % 1000) * 1000000};
  return pthread_cond_timedwait(&wire->changed, &wire->lock, &end) != ETIMEDOUT;
}

void run_on_thread(void *(*run)(void *), void *context) {
  pthread_attr_t detached;
  pthread_t thread;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  if (pthread_create(&thread, &detached, run, context) != 0) abort();
  pthread_attr_destroy(&detached);
}

// MARK: - Both ends

void open_wire(wire *wire, int fd) {
  // A frame that stands still in the middle is a dead peer; between two frames there may be any time.
  struct timeval limit = {SEND_SECONDS, 0};
  pthread_condattr_t monotonic;
  memset(wire, 0, sizeof *wire);
  wire->fd = fd;
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  pthread_mutex_init(&wire->sending, NULL);
  pthread_mutex_init(&wire->lock, NULL);
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&wire->changed, &monotonic);
  pthread_condattr_destroy(&monotonic);
}

void free_wire(wire *wire) {
  pthread_cond_destroy(&wire->changed);
  pthread_mutex_destroy(&wire->lock);
  pthread_mutex_destroy(&wire->sending);
}

void close_wire(wire *wire) {
  pthread_mutex_lock(&wire->lock);
  wire->is_closed = 1;
  pthread_cond_broadcast(&wire->changed);
  pthread_mutex_unlock(&wire->lock);
}

void free_frame(frame *frame) {
  if (frame == NULL) return;
  free(frame->bytes);
  free(frame);
}

// MARK: - Sending

static int send_frame(wire *wire, frame_head head, const void *bytes) {
  struct iovec parts[2] = {{&head, sizeof head}, {(void *)bytes, head.size}};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
  int status = 0;
  pthread_mutex_lock(&wire->sending);
  while (status == 0 && parts[0].iov_len + parts[1].iov_len > 0) {
    // The signal of a closed socket would reach the whole process.
    ssize_t sent = sendmsg(wire->fd, &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) {
      // Half a frame cannot be followed by another one: nobody sends here any more.
      shutdown(wire->fd, SHUT_RDWR);
      status = -1;
    }
    for (int i = 0; i < 2 && sent > 0; i++) {
      size_t part = (size_t)sent < parts[i].iov_len ? (size_t)sent : parts[i].iov_len;
      parts[i].iov_base = (unsigned char *)parts[i].iov_base + part;
      parts[i].iov_len -= part;
      sent -= (ssize_t)part;
    }
  }
  pthread_mutex_unlock(&wire->sending);
  return status;
}

int tell(wire *wire, enum tag tag, uint64_t call, const buffer *out) {
  frame_head head = {(uint32_t)out->size, tag, call, 0};
  return send_frame(wire, head, out->bytes);
}

int answer(wire *wire, const frame *question, const buffer *out) {
  frame_head head = {(uint32_t)out->size, ANSWER, question->head.call, question->head.request};
  return send_frame(wire, head, out->bytes);
}

frame *ask(wire *wire, enum tag tag, uint64_t call, const buffer *out) {
  waiter waiter = {0};
  pthread_mutex_lock(&wire->lock);
  waiter.request = ++wire->requests;
  waiter.next = wire->waiters;
  wire->waiters = &waiter;
  pthread_mutex_unlock(&wire->lock);
  frame_head head = {(uint32_t)out->size, tag, call, waiter.request};
  int status = send_frame(wire, head, out->bytes);
  pthread_mutex_lock(&wire->lock);
  // How long an answer takes is up to the driver or to the reader of a channel. What ends the wait in any case is the
  // end of the other process, which is killed where a call does not obey its stop.
  while (status == 0 && waiter.answer == NULL && !wire->is_closed) pthread_cond_wait(&wire->changed, &wire->lock);
  struct waiter **place = &wire->waiters;
  while (*place != &waiter) place = &(*place)->next;
  *place = waiter.next;
  pthread_mutex_unlock(&wire->lock);
  return waiter.answer;
}

void ask_later(wire *wire, enum tag tag, uint64_t call, const buffer *out, void (*fn)(void *, frame *),
               void *context) {
  waiter *made = make(1, sizeof *made);
  made->fn = fn;
  made->context = context;
  pthread_mutex_lock(&wire->lock);
  uint64_t request = made->request = ++wire->requests;
  made->next = wire->waiters;
  wire->waiters = made;
  pthread_mutex_unlock(&wire->lock);
  send_frame(wire, (frame_head){(uint32_t)out->size, tag, call, request}, out->bytes);
}

// MARK: - Receiving

/// 1, or 0: the other side has gone. `may_wait`: for any time, before the first byte.
static int receive_bytes(wire *wire, void *bytes, size_t count, int may_wait) {
  size_t got = 0;
  while (got < count) {
    ssize_t part = recv(wire->fd, (unsigned char *)bytes + got, count - got, 0);
    if (part > 0) {
      got += (size_t)part;
    } else if (part == 0 || (errno != EINTR && !(errno == EAGAIN && may_wait && got == 0))) {
      return 0;
    }
  }
  return 1;
}

frame *receive(wire *wire) {
  frame *frame = make(1, sizeof *frame);
  if (receive_bytes(wire, &frame->head, sizeof frame->head, 1) && frame->head.size <= FRAME_LIMIT) {
    size_t room = ((size_t)frame->head.size + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
    frame->bytes = aligned_alloc(ALIGNMENT, room);
    if (frame->bytes == NULL) abort();
    if (receive_bytes(wire, frame->bytes, frame->head.size, 0)) return frame;
  }
  free_frame(frame);
  return NULL;
}

void settle(wire *wire, frame *answer) {
  pthread_mutex_lock(&wire->lock);
  waiter **place = &wire->waiters;
  while (*place != NULL && (*place)->request != answer->head.request) place = &(*place)->next;
  waiter *waiter = *place;
  if (waiter != NULL && waiter->fn != NULL) {
    *place = waiter->next;
    pthread_mutex_unlock(&wire->lock);
    waiter->fn(waiter->context, answer);
    free(waiter);
    return;
  }
  if (waiter != NULL && waiter->answer == NULL) {
    waiter->answer = answer;
    pthread_cond_broadcast(&wire->changed);
  } else {
    free_frame(answer);
  }
  pthread_mutex_unlock(&wire->lock);
}
