/// What the two files of the driver share.
#ifndef LINES_H
#define LINES_H

#define _POSIX_C_SOURCE 200809L // The strerror_r(3) that returns a number.
#include "driver_abi.h"

#include <sys/socket.h>

enum {
  LINES = 0,     // The channel, by its place in the descriptor.
  ADDRESSES = 8, // So many of a name are tried.
  TURN = 25,     // So many lines are sent before the other calls of the loop have their turn.
};

/// One for each loop, and entered on its thread only: nothing here is locked.
typedef struct instance {
  dh_loop_v1 *loop;
  const dh_reactor_v1 *reactor;
  const dh_resolve_v1 *resolve;
} instance;

/// A call. Each way out of it goes through `end`, which takes back whatever is still there.
typedef struct reading {
  const instance *instance;
  dh_call_v1 call;
  int64_t lookup, timer, watch; // 0: there is none.
  int fd;                       // -1: there is none.
  int is_wanted; // Whether anybody reads the channel; where nobody does, lines are counted.
  int is_connected, is_closed;
  int error; // Why the last address did not answer, by errno(3).
  char port[8];
  dh_text_v1 last; // The line that ends it all; NULL: the end of the connection does.
  struct sockaddr_storage addresses[ADDRESSES];
  socklen_t sizes[ADDRESSES];
  size_t next, count;
  int64_t lines, bytes;
  size_t longest, filled;
  char buffer[]; // One line of the greatest length, and the two bytes that may end it.
} reading;

/// Ends the call, and takes back and frees all that is left of it; NULL is success.
void end(reading *reading, const dh_error_v1 *error);

/// Ends the call with an error that has a code and a message.
void fail(reading *reading, uint32_t code, const char *message);

/// Ends the call with a failure of the system's, by its number in errno(3).
void fail_by(reading *reading, int number, uint32_t code, uint32_t flags, const char *message);

/// Ends the watch and closes the connection, where there are such.
void hang_up(reading *reading);

/// Silences the watch (0), or has it speak again.
void listen_for(reading *reading, uint32_t events);

/// Begins to look the server up and to connect; `receive` is called when it has said something.
void look_up(reading *reading, dh_text_v1 host, double timeout);

/// Takes what the server has said.
void receive(reading *reading);

#endif
