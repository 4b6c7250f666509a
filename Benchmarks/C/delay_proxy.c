/// Passes connections on to a port of loopback, and holds each byte for a while: a long way to the server.
///
///     delay_proxy TO-PORT MILLISECONDS
///
/// The time is that of one direction: a round trip takes twice as long. It prints the port that it listens on, and ends
/// with its standard input. One loop; each direction may have 64 MiB on its way, so that only the time limits whoever
/// waits for answers. It takes what is sent at once: windows of TCP, and losses, are not part of it.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 64 << 20, CHUNK = 256 << 10, CHUNKS = 1 << 16 };

/// Up to which byte the ring was filled when.
typedef struct mark {
  uint64_t end;
  int64_t due;
} mark;

/// Bytes on their way in one direction: a ring, in which positions only grow.
typedef struct way {
  int from, to;
  char *ring;
  uint64_t filled, sent;
  mark *marks;
  uint64_t first, last;
  int has_ended, is_full, is_shut;
} way;

typedef struct pair {
  way ways[2];
  struct pair *next;
} pair;

static int listener, timer, epoll;
static int64_t delay;
static pair *pairs;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void watch(int descriptor, void *about, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = about};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) fail("epoll_ctl");
}

/// Takes what has come, as far as there is room.
static void take(way *it) {
  while (!it->has_ended) {
    uint64_t room = ROOM - (it->filled - it->sent), place = it->filled % ROOM;
    if (room == 0 || it->last - it->first == CHUNKS) return;
    size_t size = room < CHUNK ? room : CHUNK;
    if (size > ROOM - place) size = ROOM - place;
    ssize_t count = recv(it->from, it->ring + place, size, MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    // The end is on its way for as long as all else.
    if (count <= 0) it->has_ended = 1;
    else it->filled += (uint64_t)count;
    it->marks[it->last++ % CHUNKS] = (mark){.end = it->filled, .due = now() + delay};
  }
}

/// Hands over what has been on its way for long enough.
static void give(way *it) {
  int64_t time = now();
  it->is_full = 0;
  while (it->first < it->last) {
    mark *next = &it->marks[it->first % CHUNKS];
    if (next->due > time) return;
    while (it->sent < next->end) {
      uint64_t place = it->sent % ROOM, size = next->end - it->sent;
      if (size > ROOM - place) size = ROOM - place;
      ssize_t count = send(it->to, it->ring + place, size, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) {
        // It is told of when there is room again.
        it->is_full = 1;
        return;
      }
      // Nobody takes it: it is lost.
      if (count < 0) count = (ssize_t)size;
      it->sent += (uint64_t)count;
    }
    it->first++;
  }
  if (it->has_ended && !it->is_shut) {
    it->is_shut = 1;
    shutdown(it->to, SHUT_WR);
  }
}

static void open_way(way *it, int from, int to) {
  *it = (way){.from = from, .to = to, .ring = malloc(ROOM), .marks = malloc(CHUNKS * sizeof(mark))};
  if (it->ring == NULL || it->marks == NULL) fail("malloc");
}

static void accept_one(int port) {
  int yes = 1, client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (client < 0) return;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (server < 0 || connect(server, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
  setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  pair *made = malloc(sizeof *made);
  open_way(&made->ways[0], client, server);
  open_way(&made->ways[1], server, client);
  made->next = pairs;
  pairs = made;
  // Edges: each time all is taken and given that can be.
  watch(client, made, EPOLLIN | EPOLLOUT | EPOLLET);
  watch(server, made, EPOLLIN | EPOLLOUT | EPOLLET);
}

/// Lets go of the connections that both sides have ended.
static void clean(void) {
  for (pair **place = &pairs; *place != NULL;) {
    pair *it = *place;
    if (!it->ways[0].is_shut || !it->ways[1].is_shut) {
      place = &it->next;
      continue;
    }
    *place = it->next;
    close(it->ways[0].from);
    close(it->ways[1].from);
    for (int index = 0; index < 2; index++) {
      free(it->ways[index].ring);
      free(it->ways[index].marks);
    }
    free(it);
  }
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  int port = atoi(arguments[1]);
  delay = (int64_t)(atof(arguments[2]) * 1e6);
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t length = sizeof address;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 128) != 0) fail("listen");
  getsockname(listener, (struct sockaddr *)&address, &length);
  timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  epoll = epoll_create1(EPOLL_CLOEXEC);
  watch(listener, &listener, EPOLLIN);
  watch(timer, &timer, EPOLLIN);
  watch(STDIN_FILENO, &epoll, EPOLLIN);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    struct epoll_event events[64];
    int happened = epoll_wait(epoll, events, 64, -1);
    for (int index = 0; index < happened; index++) {
      char bytes[64];
      void *about = events[index].data.ptr;
      if (about == &listener) accept_one(port);
      if (about == &epoll && read(STDIN_FILENO, bytes, sizeof bytes) <= 0) return 0;
      if (about == &timer && read(timer, bytes, sizeof bytes) < 0 && errno != EAGAIN) fail("timer");
    }
    int64_t next = 0;
    for (pair *it = pairs; it != NULL; it = it->next) {
      for (int index = 0; index < 2; index++) {
        way *way = &it->ways[index];
        take(way);
        give(way);
        // There is room again for what came meanwhile.
        take(way);
        if (way->is_full || way->first == way->last) continue;
        int64_t due = way->marks[way->first % CHUNKS].due;
        if (next == 0 || due < next) next = due;
      }
    }
    clean();
    struct itimerspec when = {.it_value = {.tv_sec = next / 1000000000, .tv_nsec = next % 1000000000}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
  }
}
