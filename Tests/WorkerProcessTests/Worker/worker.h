/// The process of the driver: what its files share.
///
/// A call of a blocking driver has a thread, as in the host. A non-blocking driver has a loop of this process, which runs
/// `create`, `start` and all callbacks, and which `interface` answers as `dh.reactor/1` and `dh.resolve/1`: nothing in
/// these two is asked of the host. What it writes goes into a queue for each channel, and one question after the other
/// from there to the host; when the queue is full the driver is told DH_AGAIN here. So is one that reads before bytes
/// have come. What the host answers comes to the loop by `post`. No rule stands against it: a driver never sees whose
/// loop it is, and a `dh_loop_v1` has no contents.
///
/// It differs in when a driver hears of a fault: a value that breaks a rule, or a reader that has gone, is told by the
/// next function of that channel, and `done` answers DH_OK where the queues are not empty. A real worker would hold
/// values against the rules here.
#ifndef WORKER_H
#define WORKER_H

#include "wire.h"

enum { LANES = 8 }; /* channels of a call that a non-blocking driver may have */

/// One channel of a call of a non-blocking driver.
typedef struct lane {
  int is_known;        /* whether anybody is connected was asked of the host */
  int is_used;         /* somebody was */
  int is_asking;       /* a question is on its way */
  struct piece *first; /* questions that wait for that one; output channels */
  struct piece **last;
  size_t size;      /* bytes of all these questions */
  size_t refused;   /* bytes of the one that there was no room for */
  dh_status status; /* below 0: what the host has answered, for good */
  frame *came;      /* bytes that were read, from `taken` on; input channels */
  size_t taken;
  int is_at_end;
  dh_fn_v1 fn; /* of `on_ready` */
  void *context;
} lane;

/// A call that this process runs. `worker.wire.lock` guards it.
typedef struct call {
  uint64_t id;
  struct call *next;
  /// The table of live calls, the thread in `start`, and whoever is inside one of its functions.
  int references;
  int is_over; /* `done` was called */
  int stop;    /* DH_STOP_… */
  int stop_fd; /* -1: nobody has asked for it */
  dh_fn_v1 stop_fn;
  void *stop_context;
  int is_stopping; /* `stopper` runs the stop function */
  pthread_t stopper;
  struct ArrowArrayStream rows; /* moved here while the host has it */
  struct ArrowSchema schema;    /* of `rows`, once somebody asked */
  /* For non-blocking drivers alone. */
  frame *request; /* the inputs, which are lent until `done` */
  cursor inputs;
  void *beginning;
  lane lanes[LANES];
  buffer last; /* DONE, which waits until what the driver has sent is with the host */
  int has_last;
} call;

/// The one driver of this process.
extern struct worker {
  wire wire;
  const frame *host; /* HOST, where the host's texts lie */
  dh_driver_v1 driver;
  void *instance;
  dh_loop_v1 *loop; /* NULL: the driver is blocking */
  call *calls;
  int running; /* threads in `start`, which may be there after `done` */
} worker;

extern const dh_calls_v1 call_functions;
extern const dh_host_v1 *make_host(const frame *frame);

/// The call with a reference, or NULL: it has ended.
call *find_call(uint64_t id);
void let_go(call *call);
/// Asks the call to stop; the first reason counts, and 0 is none.
void note_stop(call *call, uint32_t reason);
/// With the lock held: runs the stop function, if there is one, on a thread of its own.
void schedule_stop(call *call);

/// A question of a call: its function's answer, and the frame where the caller wants it. DH_GONE: the call has ended.
int64_t ask_host(uint64_t call, enum tag tag, buffer *question, frame **answered);

/// `rows` of the table, and the host's questions about them, each on a thread of its own.
dh_status hand_rows_over(dh_call_v1 call, dh_text_v1 name, struct ArrowArrayStream *stream);
void *answer_rows(void *question);

// MARK: - Non-blocking drivers

/// Starts the loop's thread; and ends it, once nothing is posted any more.
void begin_loop(void);
void end_loop(void);
/// True in a blocking driver too, which is on no loop.
int is_on_loop(void);
void post_to_loop(dh_fn_v1 fn, void *context);
/// The reactor or the resolver; NULL where there is none of that id.
const void *loop_interface(const char *id);

/// What the functions of the table do for a non-blocking driver.
dh_status queue_question(dh_call_v1 call, enum tag tag, uint32_t channel, buffer *question);
int64_t read_queued(dh_call_v1 call, uint32_t channel, void *bytes, size_t capacity);
dh_status seek_queued(dh_call_v1 call, uint32_t channel, buffer *question);
dh_status await_lane(dh_call_v1 call, uint32_t channel, dh_fn_v1 fn, void *context);
/// With the lock held: tells all channels of a call that is to stop.
void wake_lanes(call *call);
/// With the lock held, after `done`: 1 if DONE goes later, behind what is queued; the error is moved.
int end_lanes(call *call, buffer *error);
void free_lanes(call *call);

#endif /* WORKER_H */
