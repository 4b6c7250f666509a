/// How the process of the host and the process of the driver talk: frames over a socket.
///
/// A frame is a head and up to FRAME_LIMIT bytes. A question is answered by an ANSWER with its request number; what has
/// none is told and not answered. Both processes run on one machine, so numbers go as they lie in memory. Whatever
/// comes in is read with bounds checks: neither side trusts the other.
#ifndef WIRE_H
#define WIRE_H

#include "driver_abi.h"

#include <pthread.h>

enum {
  FRAME_LIMIT = 32 << 20, /* what a batch, an output or the inputs may take */
  PIECE = 256 << 10,      /* bytes of a channel go in pieces of this size */
  ALIGNMENT = 64,         /* of a frame in memory, and of Arrow's buffers in it */
  SEND_SECONDS = 10,      /* after this the other side is taken to be dead */
};

enum tag {
  ANSWER = 1,
  // To the worker. Rows are questions.
  HOST,         /* name, version: the first frame */
  START,        /* a request */
  STOP,         /* the reason */
  ROWS_SCHEMA,  /* nothing; the answer: errno and its text, or 0 and the schema */
  ROWS_NEXT,    /* nothing; the answer: errno and its text, or 0, whether there is a batch, and the batch */
  ROWS_RELEASE, /* nothing */
  // To the host's process. From OUTPUT on they are questions of a call; an answer begins with what its function
  // answers, and with what `stopped` says: a stop that a function made may not come later than its answer.
  READY,    /* what `create` answered, and its error */
  HOST_LOG, /* level, text */
  LOG,      /* level, text */
  PROGRESS, /* done, total, text */
  RETURNED, /* `start` has returned */
  OUTPUT,   /* name, value */
  SEND,     /* channel, value */
  WANTED,   /* channel */
  WRITE,    /* channel, bytes */
  READ,     /* channel, capacity; the answer: the bytes too */
  LENGTH,   /* channel */
  SEEK,     /* channel, offset */
  ON_READY, /* channel; without a function, for the answer alone */
  ROWS,     /* name; the stream stays where it is */
  OPENED,   /* the session's address in the worker */
  DONE,     /* an error, or none */
};

/// A call that nobody has; and what HOST has in its place for a driver that is not blocking.
#define NO_CALL 0
#define ON_A_LOOP 1

typedef struct frame_head {
  uint32_t size, tag;
  uint64_t call, request;
} frame_head;

typedef struct frame {
  frame_head head;
  unsigned char *bytes;
} frame;

// MARK: - Bytes on their way out and in

/// Bytes that grow. `is_bad`: what was put in breaks a rule of the ABI. `is_large`: it is over the limit of a frame.
typedef struct buffer {
  unsigned char *bytes;
  size_t size, room;
  int is_bad, is_large;
} buffer;

void put(buffer *out, const void *bytes, size_t count);
void put_padding(buffer *out);
void put_u32(buffer *out, uint32_t number);
void put_u64(buffer *out, uint64_t number);
void put_text(buffer *out, dh_text_v1 text);
void put_value(buffer *out, const dh_value_v1 *value);
void put_error(buffer *out, const dh_error_v1 *error);
void free_buffer(buffer *out);

/// Bytes that are read, and the memory of the trees that were made of them. Texts lie in the frame itself, each
/// followed by a NUL, so frame and cursor live as long as what was taken.
typedef struct cursor {
  const unsigned char *begin, *next, *end;
  struct block *blocks;
  int is_bad;
} cursor;

cursor cursor_of(const frame *frame);
const void *take(cursor *in, size_t count);
void take_padding(cursor *in);
uint32_t take_u32(cursor *in);
uint64_t take_u64(cursor *in);
dh_text_v1 take_text(cursor *in);
void take_value(cursor *in, dh_value_v1 *value);
/// 1 if there is an error, which is then valid as long as the cursor.
int take_error(cursor *in, dh_error_v1 *error);
void free_cursor(cursor *in);

// MARK: - The socket

/// One end. `lock` guards all but `fd` and `sending`, and what its owner says; `changed` tells of every change.
typedef struct wire {
  int fd;
  pthread_mutex_t sending, lock;
  pthread_cond_t changed;
  struct waiter *waiters;
  uint64_t requests;
  int is_closed;
} wire;

void open_wire(wire *wire, int fd);
void free_wire(wire *wire);
/// 0, or -1: the other side has gone.
int tell(wire *wire, enum tag tag, uint64_t call, const buffer *out);
/// Sends a question and waits for its answer. NULL: the other side has gone.
frame *ask(wire *wire, enum tag tag, uint64_t call, const buffer *out);
/// Sends a question; fn gets its answer, by the thread that receives, and owns it. It is not called when the other side
/// has gone.
void ask_later(wire *wire, enum tag tag, uint64_t call, const buffer *out, void (*fn)(void *context, frame *answer),
               void *context);
int answer(wire *wire, const frame *question, const buffer *out);
/// The next frame; NULL: the other side has gone. By one thread only, which gives each ANSWER to `settle`.
frame *receive(wire *wire);
void settle(wire *wire, frame *answer);
/// Nobody is there any more: wakes all who wait for an answer.
void close_wire(wire *wire);
void free_frame(frame *frame);

// MARK: - Helpers

/// Zeroed memory; ends the process where there is none, which a proof may.
void *make(size_t count, size_t size);
int64_t now_ms(void);
/// Waits for `changed` of a wire, with its lock held, until a moment of `now_ms`; 0: that has come.
int wait_until(wire *wire, int64_t end_ms);
/// Runs `run(context)` on a thread of its own that nobody joins.
void run_on_thread(void *(*run)(void *), void *context);

#endif /* WIRE_H */
