/// The channels of a non-blocking driver: what it writes and reads does not wait for the host.
#include "worker.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { QUEUE = 1 << 20 }; /* so much of a channel is on its way before the driver has to come again */

typedef struct piece {
  struct piece *next;
  enum tag tag;
  buffer question;
} piece;

/// A channel of a call, and the reference to that.
typedef struct place {
  call *call;
  uint32_t channel;
  size_t size; /* of the question on its way */
} place;

static pthread_mutex_t *lock = &worker.wire.lock;

static place *place_of(call *call, uint32_t channel, size_t size) {
  place *made = make(1, sizeof *made);
  *made = (place){call, channel, size};
  call->references++;
  return made;
}

// MARK: - Ready

static int is_ready(const call *call, const lane *lane) {
  if (call->stop != 0 || lane->status < 0 || lane->came != NULL || lane->is_at_end || !lane->is_asking) return 1;
  return lane->size > 0 && lane->size + lane->refused <= QUEUE;
}

/// On the loop: runs the function of `on_ready` once, unless it was taken back meanwhile.
static void run_ready(void *context) {
  place *place = context;
  call *call = place->call;
  lane *lane = &call->lanes[place->channel];
  pthread_mutex_lock(lock);
  int is_due = !call->is_over && is_ready(call, lane);
  dh_fn_v1 fn = is_due ? lane->fn : NULL;
  if (fn != NULL) lane->fn = NULL;
  pthread_mutex_unlock(lock);
  if (fn != NULL) fn(lane->context);
  let_go(call);
  free(place);
}

/// `post_to_loop` takes the lock itself, so it is let go of.
static void wake(call *call, uint32_t channel) {
  lane *lane = &call->lanes[channel];
  if (lane->fn == NULL || call->is_over || !is_ready(call, lane)) return;
  place *place = place_of(call, channel, 0);
  pthread_mutex_unlock(lock);
  post_to_loop(run_ready, place);
  pthread_mutex_lock(lock);
}

void wake_lanes(call *call) {
  for (uint32_t i = 0; i < LANES; i++) wake(call, i);
}

// MARK: - Out

static void hear_done(void *context, frame *frame) {
  free_frame(frame);
  let_go(context);
}

static void landed(void *context, frame *frame);

/// With the lock held: sends the next question of a channel, or DONE after the last one.
static void send_next(call *call, uint32_t channel) {
  lane *lane = &call->lanes[channel];
  piece *piece = lane->is_asking ? NULL : lane->first;
  if (piece != NULL) {
    lane->first = piece->next;
    lane->is_asking = 1;
    place *place = place_of(call, channel, piece->question.size);
    pthread_mutex_unlock(lock);
    ask_later(&worker.wire, piece->tag, call->id, &piece->question, landed, place);
    free_buffer(&piece->question);
    free(piece);
    pthread_mutex_lock(lock);
  }
  int is_empty = 1;
  for (uint32_t i = 0; i < LANES; i++) is_empty = is_empty && call->lanes[i].size == 0;
  if (!call->has_last || !is_empty) return;
  call->has_last = 0;
  call->references++;
  pthread_mutex_unlock(lock);
  ask_later(&worker.wire, DONE, call->id, &call->last, hear_done, call);
  pthread_mutex_lock(lock);
}

static void drop_queue(lane *lane) {
  while (lane->first != NULL) {
    piece *next = lane->first->next;
    lane->size -= lane->first->question.size;
    free_buffer(&lane->first->question);
    free(lane->first);
    lane->first = next;
  }
}

/// The host has answered a question of a channel: by the thread that receives.
static void landed(void *context, frame *frame) {
  place *place = context;
  call *call = place->call;
  uint32_t channel = place->channel;
  lane *lane = &call->lanes[channel];
  cursor in = cursor_of(frame);
  int64_t status = (int64_t)take_u64(&in);
  note_stop(call, take_u32(&in));
  pthread_mutex_lock(lock);
  lane->is_asking = 0;
  lane->size -= place->size;
  if (in.is_bad) status = DH_GONE;
  if (status < 0) {
    lane->status = (dh_status)status;
    drop_queue(lane);
  } else if (place->size == 0) {
    // A READ, whose bytes follow.
    lane->is_at_end = status == 0;
    if (status > 0) lane->came = frame, frame = NULL, lane->taken = (size_t)(in.next - in.begin);
  }
  send_next(call, channel);
  wake(call, channel);
  pthread_mutex_unlock(lock);
  free_frame(frame);
  free(place);
  let_go(call);
}

/// The channel, once it is known that somebody is connected: that alone is asked of the host at once.
static dh_status know(call *call, uint32_t channel) {
  if (channel >= LANES) return DH_INVALID;
  lane *lane = &call->lanes[channel];
  if (!lane->is_known) {
    buffer question = {0};
    put_u32(&question, channel);
    int64_t wanted = ask_host(call->id, WANTED, &question, NULL);
    lane->is_known = 1;
    lane->is_used = wanted > 0;
    lane->last = &lane->first;
    lane->status = wanted == 0 ? DH_UNWANTED : wanted < 0 ? (dh_status)wanted : DH_OK;
  }
  return DH_OK;
}

dh_status queue_question(dh_call_v1 of, enum tag tag, uint32_t channel, buffer *question) {
  call *call = find_call(of.id);
  dh_status status = call == NULL ? DH_GONE : question->is_bad ? DH_INVALID : question->is_large ? DH_LIMIT : DH_OK;
  if (status == DH_OK) status = know(call, channel);
  if (status == DH_OK) {
    lane *lane = &call->lanes[channel];
    pthread_mutex_lock(lock);
    if (call->stop != 0) {
      status = DH_STOPPED;
    } else if (lane->status < 0) {
      status = lane->status;
    } else if (lane->size > 0 && lane->size + question->size > QUEUE) {
      lane->refused = question->size;
      status = DH_AGAIN;
    } else {
      piece *made = make(1, sizeof *made);
      *made = (piece){NULL, tag, *question};
      *question = (buffer){0};
      if (lane->first == NULL) lane->last = &lane->first;
      *lane->last = made;
      lane->last = &made->next;
      lane->size += made->question.size;
      send_next(call, channel);
    }
    pthread_mutex_unlock(lock);
  }
  free_buffer(question);
  if (call != NULL) let_go(call);
  return status;
}

// MARK: - In

/// With the lock held: has the host read, unless something is there or on its way.
static void read_ahead(call *call, uint32_t channel) {
  lane *lane = &call->lanes[channel];
  if (lane->is_asking || lane->came != NULL || lane->is_at_end || lane->status < 0) return;
  lane->is_asking = 1;
  place *place = place_of(call, channel, 0);
  pthread_mutex_unlock(lock);
  buffer question = {0};
  put_u32(&question, channel);
  put_u64(&question, PIECE);
  ask_later(&worker.wire, READ, call->id, &question, landed, place);
  free_buffer(&question);
  pthread_mutex_lock(lock);
}

int64_t read_queued(dh_call_v1 of, uint32_t channel, void *bytes, size_t capacity) {
  call *call = find_call(of.id);
  if (call == NULL) return DH_GONE;
  int64_t status = bytes == NULL || capacity == 0 ? DH_INVALID : know(call, channel);
  if (status == DH_OK) {
    lane *lane = &call->lanes[channel];
    pthread_mutex_lock(lock);
    read_ahead(call, channel);
    if (call->stop != 0) {
      status = DH_STOPPED;
    } else if (lane->came != NULL) {
      size_t left = lane->came->head.size - lane->taken, count = left < capacity ? left : capacity;
      memcpy(bytes, lane->came->bytes + lane->taken, count);
      lane->taken += count;
      if (count == left) free_frame(lane->came), lane->came = NULL;
      status = (int64_t)count;
    } else {
      status = lane->status < 0 ? lane->status : lane->is_at_end ? 0 : DH_AGAIN;
    }
    pthread_mutex_unlock(lock);
  }
  let_go(call);
  return status;
}

/// What was read ahead is not wanted any more. A source that can go back gives its bytes at once, so this is short.
dh_status seek_queued(dh_call_v1 of, uint32_t channel, buffer *question) {
  call *call = find_call(of.id);
  if (call != NULL && channel < LANES) {
    lane *lane = &call->lanes[channel];
    pthread_mutex_lock(lock);
    while (lane->is_asking && lane->size == 0 && !worker.wire.is_closed) {
      pthread_mutex_unlock(lock);
      struct timespec pause = {0, 1000000};
      nanosleep(&pause, NULL);
      pthread_mutex_lock(lock);
    }
    free_frame(lane->came);
    lane->came = NULL;
    lane->is_at_end = 0;
    pthread_mutex_unlock(lock);
  }
  dh_status status = (dh_status)ask_host(of.id, SEEK, question, NULL);
  if (call != NULL) let_go(call);
  return status;
}

// MARK: - `on_ready` and the end

dh_status await_lane(dh_call_v1 of, uint32_t channel, dh_fn_v1 fn, void *context) {
  if (!is_on_loop()) return DH_REFUSED;
  call *call = find_call(of.id);
  if (call == NULL) return DH_GONE;
  dh_status status = know(call, channel);
  lane *lane = &call->lanes[status == DH_OK ? channel : 0];
  if (status == DH_OK && !lane->is_used && lane->status < 0) status = lane->status; // Nobody was ever connected.
  if (status == DH_OK) {
    pthread_mutex_lock(lock);
    lane->fn = fn;
    lane->context = context;
    wake(call, channel);
    pthread_mutex_unlock(lock);
  }
  let_go(call);
  return status;
}

int end_lanes(call *call, buffer *error) {
  int is_queued = 0;
  for (uint32_t i = 0; i < LANES; i++) {
    call->lanes[i].fn = NULL;
    is_queued |= call->lanes[i].size > 0;
  }
  if (!is_queued) return 0;
  call->last = *error;
  call->has_last = 1;
  *error = (buffer){0};
  return 1;
}

void free_lanes(call *call) {
  for (uint32_t i = 0; i < LANES; i++) {
    drop_queue(&call->lanes[i]);
    free_frame(call->lanes[i].came);
  }
  free_buffer(&call->last);
  free_cursor(&call->inputs);
  free_frame(call->request);
  free(call->beginning);
}
