/// worker DRIVER: runs one driver for the process at the other end of descriptor 3, and ends with that.
#include "worker.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { SOCKET = 3 };

struct worker worker;

// MARK: - Calls that begin and end

call *find_call(uint64_t id) {
  pthread_mutex_lock(&worker.wire.lock);
  call *found = worker.calls;
  while (found != NULL && found->id != id) found = found->next;
  if (found != NULL) found->references++;
  pthread_mutex_unlock(&worker.wire.lock);
  return found;
}

void let_go(call *call) {
  pthread_mutex_lock(&worker.wire.lock);
  int is_last = --call->references == 0;
  pthread_mutex_unlock(&worker.wire.lock);
  if (!is_last) return;
  if (call->stop_fd >= 0) close(call->stop_fd);
  if (call->schema.release != NULL) call->schema.release(&call->schema);
  free_lanes(call);
  free(call);
}

/// What `start` is given; the texts lie in the frame.
typedef struct beginning {
  dh_request_v1 request;
  dh_value_v1 inputs, context;
} beginning;

static void begin(beginning *made, const frame *frame, cursor *in) {
  dh_request_v1 *request = &made->request;
  *request = (dh_request_v1){.call = {&call_functions, frame->head.call}};
  request->session = (void *)(uintptr_t)take_u64(in);
  request->deadline_ns = (int64_t)take_u64(in);
  request->attempt = take_u32(in);
  request->flags = take_u32(in);
  request->action = take_text(in);
  request->execution = take_text(in);
  request->connector = take_text(in);
  take_value(in, &made->context);
  take_value(in, &made->inputs);
  request->context = &made->context;
  request->inputs = &made->inputs;
  if (in->is_bad) {
    dh_fail(request->call, DH_ERROR_INTERNAL, "the request came damaged to its process");
  } else {
    worker.driver.start(worker.instance, request);
  }
}

/// The inputs are lent until `done`, and the request until `start` has returned: the frame that they lie in stays until
/// both have come.
static void *run_call(void *context) {
  frame *frame = context;
  cursor in = cursor_of(frame);
  call *call = find_call(frame->head.call);
  beginning made;
  begin(&made, frame, &in);
  // A driver may end the call later from a thread of its own, and reads the inputs until then.
  pthread_mutex_lock(&worker.wire.lock);
  worker.running--;
  while (!call->is_over) pthread_cond_wait(&worker.wire.changed, &worker.wire.lock);
  pthread_mutex_unlock(&worker.wire.lock);
  tell(&worker.wire, RETURNED, frame->head.call, &(buffer){0});
  let_go(call);
  free_cursor(&in);
  free_frame(frame);
  return NULL;
}

/// On the loop, where nobody waits for `done`: the call keeps the frame.
static void run_call_on_loop(void *context) {
  frame *frame = context;
  uint64_t id = frame->head.call;
  call *call = find_call(id);
  beginning *made = make(1, sizeof *made);
  call->request = frame;
  call->inputs = cursor_of(frame);
  call->beginning = made;
  begin(made, frame, &call->inputs);
  pthread_mutex_lock(&worker.wire.lock);
  worker.running--;
  pthread_mutex_unlock(&worker.wire.lock);
  tell(&worker.wire, RETURNED, id, &(buffer){0});
  let_go(call);
}

/// By the thread that receives, so that a stop or a question that follows finds the call.
static void begin_call(frame *frame) {
  call *call = make(1, sizeof *call);
  call->id = frame->head.call;
  call->stop_fd = -1;
  call->references = 1;
  pthread_mutex_lock(&worker.wire.lock);
  call->next = worker.calls;
  worker.calls = call;
  worker.running++;
  pthread_mutex_unlock(&worker.wire.lock);
  if (worker.loop != NULL) {
    post_to_loop(run_call_on_loop, frame);
  } else {
    run_on_thread(run_call, frame);
  }
}

void note_stop(call *call, uint32_t reason) {
  pthread_mutex_lock(&worker.wire.lock);
  if (call->stop == 0 && reason != 0) {
    call->stop = (int)reason;
    if (call->stop_fd >= 0) eventfd_write(call->stop_fd, 1);
    schedule_stop(call);
    wake_lanes(call);
  }
  pthread_mutex_unlock(&worker.wire.lock);
}

static void stop_call(frame *frame) {
  cursor in = cursor_of(frame);
  call *call = find_call(frame->head.call);
  if (call != NULL) {
    note_stop(call, take_u32(&in));
    let_go(call);
  }
  free_frame(frame);
}

// MARK: - The driver

/// What `create` reports is kept until READY is sent.
static void report(void *context, const dh_error_v1 *error) {
  buffer *out = context;
  free_buffer(out);
  put_error(out, error);
}

static dh_status load(const char *path, const dh_host_v1 *host, buffer *reported) {
  dh_report_v1 reporting = {report, reported};
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  const void *(*entry)(const dh_host_v1 *, const char *) = NULL;
  void *symbol = library == NULL ? NULL : dlsym(library, DH_ENTRY_SYMBOL);
  memcpy(&entry, &symbol, sizeof entry);
  const dh_driver_v1 *table = entry == NULL ? NULL : entry(host, DH_DRIVER_V1);
  if (table == NULL || table->create == NULL || table->destroy == NULL || table->start == NULL) {
    dh_error_v1 error = dh_error(DH_ERROR_INTERNAL, "the process of the driver could not load it");
    report(reported, &error);
    return DH_FAILED;
  }
  worker.driver = *table;
  return table->create(host, worker.loop, &worker.instance, reporting);
}

/// `create` and `destroy` are the loop's too, where there is one.
typedef struct loading {
  const char *path;
  const dh_host_v1 *host;
  buffer reported;
  dh_status status;
  int is_over;
} loading;

static void load_now(void *context) {
  loading *loading = context;
  loading->status = load(loading->path, loading->host, &loading->reported);
  pthread_mutex_lock(&worker.wire.lock);
  loading->is_over = 1;
  pthread_cond_broadcast(&worker.wire.changed);
  pthread_mutex_unlock(&worker.wire.lock);
}

static void destroy_now(void *context) { worker.driver.destroy(context); }

int main(int count, char **arguments) {
  open_wire(&worker.wire, SOCKET);
  // Inputs hold secrets, and no image of this process may come to lie on a disk.
  prctl(PR_SET_DUMPABLE, 0);
  frame *frame = receive(&worker.wire);
  if (count != 2 || frame == NULL || frame->head.tag != HOST) return 2;
  loading loading = {.path = arguments[1], .host = make_host(frame)};
  if (frame->head.call == ON_A_LOOP) {
    begin_loop();
    post_to_loop(load_now, &loading);
    pthread_mutex_lock(&worker.wire.lock);
    while (!loading.is_over) pthread_cond_wait(&worker.wire.changed, &worker.wire.lock);
    pthread_mutex_unlock(&worker.wire.lock);
  } else {
    load_now(&loading);
  }
  dh_status status = loading.status;
  buffer ready = {0};
  put_u32(&ready, (uint32_t)status);
  if (loading.reported.size == 0) put_error(&loading.reported, NULL);
  put(&ready, loading.reported.bytes, loading.reported.size);
  tell(&worker.wire, READY, NO_CALL, &ready);
  free_buffer(&loading.reported);
  free_buffer(&ready);
  while (status >= 0 && (frame = receive(&worker.wire)) != NULL) {
    switch (frame->head.tag) {
    case ANSWER: settle(&worker.wire, frame); break;
    case START: begin_call(frame); break;
    case STOP: stop_call(frame); break;
    case ROWS_SCHEMA:
    case ROWS_NEXT:
    case ROWS_RELEASE: run_on_thread(answer_rows, frame); break;
    default: free_frame(frame);
    }
  }
  // Where the host's process has died, calls may still be inside the driver, and nobody is left who waits for them.
  pthread_mutex_lock(&worker.wire.lock);
  int is_left = worker.calls == NULL && worker.running == 0;
  pthread_mutex_unlock(&worker.wire.lock);
  if (!is_left) _exit(1);
  if (status >= 0 && worker.loop == NULL) destroy_now(worker.instance);
  if (status >= 0 && worker.loop != NULL) post_to_loop(destroy_now, worker.instance);
  if (worker.loop != NULL) end_loop();
  return 0;
}
