/// What the three files of the driver share.
#ifndef STREAM_H
#define STREAM_H

#include "driver_abi.h"

/// One account's session. A session takes one call at a time, so nothing in it needs a lock.
typedef struct session {
  int64_t calls;
  unsigned char buffer[256 * 1024];
} session;

/// Ends a call that was asked to stop.
void end_stopped(dh_call_v1 call);

/// Ends a call after so many bytes; `last`, which `read` or `write` answered, says how.
void end_bytes(dh_call_v1 call, session *session, int64_t bytes, int64_t last);

/// The action `follow`.
void follow(dh_call_v1 call, session *session, const dh_value_v1 *inputs);

/// Makes a stream of `count` numbers with their squares and names; its release ends the call. 0, or -1 without memory.
int make_rows(struct ArrowArrayStream *stream, dh_call_v1 call, int64_t count, int64_t batch);

/// Frees a stream that the host did not take, and leaves the call alone.
void abandon_rows(struct ArrowArrayStream *stream);

#endif
