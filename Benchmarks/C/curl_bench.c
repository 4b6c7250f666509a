/// A number of GET requests with libcurl and nothing else: the limit for REST.
///
///     curl_bench easy|poll|socket URL IN_FLIGHT TOTAL
///
/// easy: curl_easy_perform, one at a time. poll: curl_multi_poll. socket: curl_multi_socket_action over epoll.
/// Prints one line of JSON. BENCH_CA is a file with the authority of an https server.
#include "bench.h"
#include <curl/curl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

typedef struct transfer {
  CURL *easy;
  char *body;
  size_t size, capacity;
} transfer;

static CURLM *multi;
static int epoll;
static long timeout_ms = -1;
static long begun, ended, failed, total;

static size_t take(char *bytes, size_t size, size_t count, void *context) {
  transfer *taken = context;
  size_t more = size * count;
  if (taken->size + more > taken->capacity) {
    taken->capacity = (taken->size + more) * 2;
    taken->body = realloc(taken->body, taken->capacity);
  }
  memcpy(taken->body + taken->size, bytes, more);
  taken->size += more;
  return more;
}

static void prepare(transfer *made, const char *url) {
  made->easy = curl_easy_init();
  curl_easy_setopt(made->easy, CURLOPT_URL, url);
  curl_easy_setopt(made->easy, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(made->easy, CURLOPT_WRITEDATA, made);
  curl_easy_setopt(made->easy, CURLOPT_PRIVATE, made);
  curl_easy_setopt(made->easy, CURLOPT_NOSIGNAL, 1L);
  const char *authority = getenv("BENCH_CA");
  if (authority != NULL) {
    curl_easy_setopt(made->easy, CURLOPT_CAINFO, authority);
    // Else each of the first transfers opens a connection, before it is known that one is enough for all.
    curl_easy_setopt(made->easy, CURLOPT_PIPEWAIT, 1L);
  }
}

static void begin(transfer *begun_now) {
  begun_now->size = 0;
  begun++;
  curl_multi_add_handle(multi, begun_now->easy);
}

/// Ends what has ended, and begins the next with the same handle.
static void collect(void) {
  CURLMsg *message;
  int left;
  while ((message = curl_multi_info_read(multi, &left)) != NULL) {
    if (message->msg != CURLMSG_DONE) continue;
    transfer *done;
    long status = 0;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &done);
    curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
    if (message->data.result != CURLE_OK || status != 200) failed++;
    ended++;
    curl_multi_remove_handle(multi, done->easy);
    if (begun < total) begin(done);
  }
}

static int on_timer(CURLM *handle, long milliseconds, void *context) {
  (void)handle, (void)context;
  timeout_ms = milliseconds;
  return 0;
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *known) {
  (void)easy, (void)context;
  struct epoll_event event = {0};
  event.data.fd = socket;
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(epoll, EPOLL_CTL_DEL, socket, &event);
    return 0;
  }
  event.events = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);
  epoll_ctl(epoll, known != NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
  curl_multi_assign(multi, socket, multi);
  return 0;
}

static void run_socket(void) {
  struct epoll_event events[256];
  int running = 0;
  curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
  collect();
  while (ended < total) {
    int count = epoll_wait(epoll, events, 256, timeout_ms < 0 ? 1000 : (int)timeout_ms);
    if (count == 0 || timeout_ms == 0) {
      // It runs out once; libcurl does not say that it has.
      timeout_ms = -1;
      curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    for (int i = 0; i < count; i++) {
      int flags = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                  (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                  (events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR | CURL_CSELECT_IN : 0);
      curl_multi_socket_action(multi, events[i].data.fd, flags, &running);
    }
    collect();
  }
}

static void run_poll(void) {
  int running = 0;
  while (ended < total) {
    curl_multi_perform(multi, &running);
    collect();
    if (ended < total) curl_multi_poll(multi, NULL, 0, 1000, NULL);
  }
}

static void run_easy(transfer *one) {
  while (ended < total) {
    long status = 0;
    one->size = 0;
    if (curl_easy_perform(one->easy) != CURLE_OK) failed++;
    curl_easy_getinfo(one->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) failed++;
    ended++;
  }
}

int main(int count, char **arguments) {
  if (count < 5) return 2;
  const char *way = arguments[1];
  long in_flight = atol(arguments[3]);
  total = atol(arguments[4]);
  curl_global_init(CURL_GLOBAL_ALL);
  multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, in_flight + 8);
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
  transfer *transfers = calloc((size_t)in_flight, sizeof *transfers);
  for (long i = 0; i < in_flight; i++) prepare(&transfers[i], arguments[2]);
  double start = seconds(), computed = cpu_seconds();
  if (strcmp(way, "easy") == 0) {
    run_easy(&transfers[0]);
  } else {
    // libcurl asks for its sockets from inside; the descriptor must be there before.
    if (strcmp(way, "socket") == 0) epoll = epoll_create1(EPOLL_CLOEXEC);
    for (long i = 0; i < in_flight && begun < total; i++) begin(&transfers[i]);
    if (strcmp(way, "socket") == 0) run_socket();
    if (strcmp(way, "poll") == 0) run_poll();
  }
  double taken = seconds() - start, cpu_us = (cpu_seconds() - computed) / (double)total * 1e6;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("{\"rate\": %.1f, \"cpu_us\": %.1f, \"failed\": %ld, \"peak_kib\": %ld, \"library\": \"libcurl %s\"}\n",
         (double)total / taken, cpu_us, failed, usage.ru_maxrss, curl_version_info(CURLVERSION_NOW)->version);
  return failed != 0;
}
