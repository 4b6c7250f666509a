/// What somebody writes to a named pipe or a device, as it comes: a wait for a descriptor of one's own that ends with
/// the call, without a look at the clock.
#define _POSIX_C_SOURCE 200809L // O_CLOEXEC.
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

static void fail_by(dh_call_v1 call, int number, const char *message) {
  uint32_t code = DH_ERROR_UNAVAILABLE;
  if (number == ENOENT || number == ENOTDIR) code = DH_ERROR_NOT_FOUND;
  if (number == EACCES || number == EPERM) code = DH_ERROR_FORBIDDEN;
  if (number == EISDIR || number == ENAMETOOLONG || number == ELOOP) code = DH_ERROR_INVALID_INPUT;
  dh_error_v1 error = dh_error(code, message);
  error.pointer = dh_text("/path");
  error.vendor_code = number;
  call.fn->done(call, &error);
}

void follow(dh_call_v1 call, session *session, const dh_value_v1 *inputs) {
  int stop = call.fn->stop_fd(call); // The host's: it is neither read nor closed here.
  if (stop < 0) {
    dh_fail(call, DH_ERROR_UNAVAILABLE, "the host has no descriptor left to wait with");
    return;
  }
  // Without O_NONBLOCK open(2) would wait for somebody who writes, and no stop would get it out.
  int file = open(dh_string_of(inputs, "path", ""), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (file < 0) {
    fail_by(call, errno, "the pipe cannot be opened: is there one, and may it be read?");
    return;
  }
  int64_t bytes = 0;
  dh_status status = DH_OK;
  int number = 0;
  while (status == DH_OK && number == 0) {
    struct pollfd both[] = {{file, POLLIN, 0}, {stop, POLLIN, 0}};
    if (poll(both, 2, -1) < 0) {
      if (errno != EINTR) number = errno;
    } else if (both[1].revents != 0) {
      status = DH_STOPPED;
    } else {
      ssize_t count = read(file, session->buffer, sizeof session->buffer);
      if (count == 0) break; // Who wrote has closed it.
      if (count > 0) {
        status = call.fn->write(call, 0, session->buffer, (size_t)count); // A stop gets it out of here too.
        if (status == DH_OK) bytes += count;
        call.fn->progress(call, (uint64_t)bytes, 0, dh_text("bytes"));
      } else if (errno != EAGAIN && errno != EINTR) {
        number = errno;
      }
    }
  }
  close(file);
  if (number != 0) {
    fail_by(call, number, "the pipe cannot be read");
  } else {
    end_bytes(call, session, bytes, status);
  }
}
