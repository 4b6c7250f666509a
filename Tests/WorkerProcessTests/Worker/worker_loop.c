/// The loop of a non-blocking driver, in its own process: poll(2) over what is watched, timers and look-ups. Nothing of
/// it is asked of the host, whose loop the driver never sees.
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/// What the loop calls back, in one list for each kind. `fd` and `events` are a watch's, `due_ns` is a timer's, and a
/// look-up's is its `answer`.
typedef struct entry {
  struct entry *next;
  int64_t id;
  void (*fn)(void *);
  dh_event_fn_v1 on_event;
  dh_resolved_fn_v1 on_resolved;
  void *context;
  int fd;
  uint32_t events;
  int64_t due_ns;
} entry;

struct dh_loop_v1 {
  pthread_t thread;
  int wake;
  int64_t ids;
  entry *watches, *timers, *lookups; /* of the loop's thread */
  entry *posted, **last_posted;      /* worker.wire.lock */
  int is_ending;                     /* the same */
};

static struct dh_loop_v1 loop;

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int is_on_loop(void) { return worker.loop == NULL || pthread_equal(pthread_self(), loop.thread); }

static int64_t add(entry **list, const entry *made) {
  entry *added = make(1, sizeof *added);
  *added = *made;
  added->id = ++loop.ids;
  added->next = *list;
  *list = added;
  return added->id;
}

static entry **find(entry **list, int64_t id) {
  while (*list != NULL && (*list)->id != id) list = &(*list)->next;
  return list;
}

static dh_status take_out(entry **place, dh_status otherwise) {
  entry *found = *place;
  if (found == NULL) return otherwise;
  *place = found->next;
  free(found);
  return DH_OK;
}

// MARK: - The reactor

static int64_t watch(dh_loop_v1 *of, int32_t fd, uint32_t events, dh_event_fn_v1 fn, void *context) {
  if (!is_on_loop()) return DH_REFUSED;
  int is_taken = of != &loop || fn == NULL || fcntl(fd, F_GETFD) < 0;
  for (entry *other = loop.watches; other != NULL; other = other->next) is_taken |= other->fd == fd;
  if (is_taken) return DH_INVALID;
  return add(&loop.watches, &(entry){.fd = fd, .events = events, .on_event = fn, .context = context});
}

static dh_status change(dh_loop_v1 *of, int64_t id, uint32_t events) {
  (void)of;
  if (!is_on_loop()) return DH_REFUSED;
  entry *found = *find(&loop.watches, id);
  if (found != NULL) found->events = events;
  return found != NULL ? DH_OK : DH_INVALID;
}

static dh_status unwatch(dh_loop_v1 *of, int64_t id) {
  (void)of;
  return is_on_loop() ? take_out(find(&loop.watches, id), DH_INVALID) : DH_REFUSED;
}

static int64_t timer(dh_loop_v1 *of, uint64_t after_ns, dh_fn_v1 fn, void *context) {
  if (!is_on_loop()) return DH_REFUSED;
  if (of != &loop || fn == NULL) return DH_INVALID;
  int64_t now = now_ns(), due = after_ns < (uint64_t)(INT64_MAX - now) ? now + (int64_t)after_ns : INT64_MAX;
  return add(&loop.timers, &(entry){.due_ns = due, .fn = fn, .context = context});
}

static dh_status cancel_timer(dh_loop_v1 *of, int64_t id) {
  (void)of;
  return is_on_loop() ? take_out(find(&loop.timers, id), DH_GONE) : DH_REFUSED;
}

void post_to_loop(dh_fn_v1 fn, void *context) {
  entry *made = make(1, sizeof *made);
  made->fn = fn;
  made->context = context;
  pthread_mutex_lock(&worker.wire.lock);
  *loop.last_posted = made;
  loop.last_posted = &made->next;
  pthread_mutex_unlock(&worker.wire.lock);
  eventfd_write(loop.wake, 1);
}

static dh_status post(dh_loop_v1 *of, dh_fn_v1 fn, void *context) {
  if (of != &loop || fn == NULL) return DH_INVALID;
  post_to_loop(fn, context);
  return DH_OK;
}

static const dh_reactor_v1 reactor = {watch, change, unwatch, timer, cancel_timer, post};

// MARK: - The resolver

enum { MOST_ADDRESSES = 16 };

typedef struct lookup {
  int64_t id;
  int code, family;
  size_t count;
  char addresses[MOST_ADDRESSES][NI_MAXHOST];
  char name[];
} lookup;

/// On the loop: a look-up that was taken back is not in the list any more.
static void tell_resolved(void *context) {
  lookup *lookup = context;
  entry **place = find(&loop.lookups, lookup->id), *found = *place;
  if (found != NULL) {
    dh_resolved_fn_v1 fn = found->on_resolved;
    void *whose = found->context;
    dh_text_v1 texts[MOST_ADDRESSES];
    dh_error_v1 error = dh_error(DH_ERROR_DNS, "the name has no address");
    error.detail = dh_text(lookup->code == 0 ? "" : gai_strerror(lookup->code));
    for (size_t i = 0; i < lookup->count; i++) texts[i] = dh_text(lookup->addresses[i]);
    take_out(place, DH_OK);
    fn(whose, lookup->count == 0 ? &error : NULL, texts, lookup->count);
  }
  free(lookup);
}

static void *look_up(void *context) {
  lookup *lookup = context;
  struct addrinfo hints = {.ai_family = lookup->family, .ai_socktype = SOCK_STREAM}, *found = NULL;
  lookup->code = getaddrinfo(lookup->name, NULL, &hints, &found);
  for (struct addrinfo *one = found; one != NULL && lookup->count < MOST_ADDRESSES; one = one->ai_next) {
    char *text = lookup->addresses[lookup->count];
    if (getnameinfo(one->ai_addr, one->ai_addrlen, text, NI_MAXHOST, NULL, 0, NI_NUMERICHOST) == 0) lookup->count++;
  }
  if (found != NULL) freeaddrinfo(found);
  post_to_loop(tell_resolved, lookup);
  return NULL;
}

static int64_t resolve(dh_loop_v1 *of, dh_text_v1 name, uint32_t family, dh_resolved_fn_v1 fn, void *context) {
  if (!is_on_loop()) return DH_REFUSED;
  if (of != &loop || name.len == 0 || name.ptr == NULL || fn == NULL) return DH_INVALID;
  lookup *made = make(1, sizeof *made + name.len + 1);
  memcpy(made->name, name.ptr, name.len);
  made->family = family == DH_IPV4 ? AF_INET : family == DH_IPV6 ? AF_INET6 : AF_UNSPEC;
  int64_t id = made->id = add(&loop.lookups, &(entry){.on_resolved = fn, .context = context});
  run_on_thread(look_up, made);
  return id;
}

static dh_status cancel_lookup(dh_loop_v1 *of, int64_t id) {
  (void)of;
  return is_on_loop() ? take_out(find(&loop.lookups, id), DH_GONE) : DH_REFUSED;
}

static const dh_resolve_v1 resolver = {resolve, cancel_lookup};

const void *loop_interface(const char *id) {
  if (worker.loop == NULL || id == NULL) return NULL;
  return dh_same(id, DH_REACTOR_V1) ? (const void *)&reactor : dh_same(id, DH_RESOLVE_V1) ? &resolver : NULL;
}

// MARK: - The turn

enum { GO_ON, LOOK_AGAIN, END };

/// Runs what was posted until now. Where the loop is to end, what that has posted is run too.
static int run_posted(void) {
  pthread_mutex_lock(&worker.wire.lock);
  entry *all = loop.posted;
  int is_ending = loop.is_ending;
  loop.posted = NULL;
  loop.last_posted = &loop.posted;
  pthread_mutex_unlock(&worker.wire.lock);
  if (all == NULL && is_ending) return END;
  while (all != NULL) {
    entry one = *all;
    free(all);
    all = one.next;
    one.fn(one.context);
  }
  return is_ending ? LOOK_AGAIN : GO_ON;
}

/// Runs the timers that are due, the earliest first, and says in how many milliseconds the next one is; -1: never.
static int run_timers(void) {
  int64_t now = now_ns();
  for (;;) {
    entry **first = &loop.timers;
    for (entry **place = first; *place != NULL; place = &(*place)->next) {
      // The list has the newest first, and of two that are due at once the older one is earlier.
      if ((*place)->due_ns <= (*first)->due_ns) first = place;
    }
    entry *found = *first;
    if (found == NULL) return -1;
    if (found->due_ns > now) {
      int64_t left = (found->due_ns - now + 999999) / 1000000;
      return left < 60000 ? (int)left : 60000;
    }
    void (*fn)(void *) = found->fn;
    void *context = found->context;
    take_out(first, DH_OK);
    fn(context);
  }
}

static uint32_t events_of(short events) {
  return (events & POLLIN ? DH_READABLE : 0) | (events & POLLOUT ? DH_WRITABLE : 0) |
         (events & (POLLHUP | POLLERR | POLLNVAL) ? DH_HANGUP : 0);
}

/// Waits, and calls back. A callback may remove any watch, so each is looked for again by its id.
static void run_events(int timeout) {
  size_t count = 1, room = 1;
  for (entry *one = loop.watches; one != NULL; one = one->next) room++;
  struct pollfd *polled = make(room, sizeof *polled);
  int64_t *ids = make(room, sizeof *ids);
  polled[0] = (struct pollfd){loop.wake, POLLIN, 0};
  for (entry *one = loop.watches; one != NULL; one = one->next) {
    if (one->events == 0) continue; // Silent, also about hang-ups.
    short events = (short)((one->events & DH_READABLE ? POLLIN : 0) | (one->events & DH_WRITABLE ? POLLOUT : 0));
    ids[count] = one->id;
    polled[count++] = (struct pollfd){one->fd, events, 0};
  }
  if (poll(polled, count, timeout) > 0) {
    eventfd_t woken;
    if (polled[0].revents != 0) eventfd_read(loop.wake, &woken);
    for (size_t i = 1; i < count; i++) {
      entry *found = *find(&loop.watches, ids[i]);
      uint32_t events = events_of(polled[i].revents);
      if (found != NULL) events &= found->events | DH_HANGUP;
      if (found != NULL && found->events != 0 && events != 0) found->on_event(found->context, events);
    }
  }
  free(ids);
  free(polled);
}

static void *run_loop(void *context) {
  (void)context;
  loop.thread = pthread_self(); // Also before pthread_create has returned.
  int state;
  while ((state = run_posted()) != END) {
    if (state == GO_ON) run_events(run_timers());
  }
  return NULL;
}

void begin_loop(void) {
  loop.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  loop.last_posted = &loop.posted;
  worker.loop = &loop;
  if (loop.wake < 0 || pthread_create(&loop.thread, NULL, run_loop, NULL) != 0) abort();
}

void end_loop(void) {
  pthread_mutex_lock(&worker.wire.lock);
  loop.is_ending = 1;
  pthread_mutex_unlock(&worker.wire.lock);
  eventfd_write(loop.wake, 1);
  pthread_join(loop.thread, NULL);
}
