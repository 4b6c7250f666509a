/// Copies a file over SFTP with libssh2 and nothing else: the limit for files.
///
///     ssh_sftp PORT USER KEY-FILE get|put REMOTE-PATH LOCAL-PATH BYTES-AT-ONCE
///
/// The library has as many requests in flight as the bytes that it is handed at once have room for. Counts from
/// connecting until the file is closed on both sides. Prints one line of JSON.
#include "ssh_bench.h"
#include <libssh2_sftp.h>

enum { SLACK = 8 };

static LIBSSH2_SESSION *session;

static void write_all(int file, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(file, bytes, count);
    if (written < 0) fail(NULL, "write");
    bytes += written;
    count -= (size_t)written;
  }
}

static long get(LIBSSH2_SFTP_HANDLE *handle, int file, char *buffer, size_t size) {
  long total = 0;
  ssize_t count;
  while ((count = libssh2_sftp_read(handle, buffer, size)) > 0) {
    write_all(file, buffer, (size_t)count);
    total += count;
  }
  if (count < 0) fail(session, "libssh2_sftp_read");
  return total;
}

/// The library answers how much of the bytes the server has taken, and expects the rest again, with more behind it.
static long put(LIBSSH2_SFTP_HANDLE *handle, int file, char *buffer, size_t size) {
  long total = 0;
  // What is left moves to the beginning of the buffer, which is longer, once in a while.
  size_t begin = 0, end = 0;
  for (;;) {
    if (begin + size > SLACK * size) {
      memmove(buffer, buffer + begin, end - begin);
      end -= begin;
      begin = 0;
    }
    ssize_t count = read(file, buffer + end, begin + size - end);
    if (count < 0) fail(NULL, "read");
    end += (size_t)count;
    if (begin == end) return total;
    ssize_t written = libssh2_sftp_write(handle, buffer + begin, end - begin);
    if (written < 0) fail(session, "libssh2_sftp_write");
    begin += (size_t)written;
    total += written;
  }
}

int main(int count, char **arguments) {
  if (count != 8) return 2;
  target to = {.port = atoi(arguments[1]), .user = arguments[2], .key = arguments[3]};
  int is_get = strcmp(arguments[4], "get") == 0;
  size_t size = (size_t)atol(arguments[7]);
  char *buffer = malloc(SLACK * size);
  libssh2_init(0);
  double start = seconds(), computed = cpu_seconds();
  int descriptor = connect_to(to.port);
  session = log_in(descriptor, &to);
  LIBSSH2_SFTP *sftp = libssh2_sftp_init(session);
  if (sftp == NULL) fail(session, "libssh2_sftp_init");
  unsigned long flags = is_get ? LIBSSH2_FXF_READ : LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT | LIBSSH2_FXF_TRUNC;
  LIBSSH2_SFTP_HANDLE *handle = libssh2_sftp_open(sftp, arguments[5], flags, 0644);
  if (handle == NULL) fail(session, "libssh2_sftp_open");
  int file = open(arguments[6], is_get ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY, 0644);
  if (file < 0) fail(NULL, arguments[6]);
  long total = is_get ? get(handle, file, buffer, size) : put(handle, file, buffer, size);
  if (libssh2_sftp_close(handle) != 0) fail(session, "libssh2_sftp_close");
  close(file);
  double wall = seconds() - start;
  computed = cpu_seconds() - computed;
  printf("{\"bytes\": %ld, \"rate\": %.1f, \"cpu_s\": %.3f, \"peak_kib\": %ld, ", total, (double)total / 1e6 / wall,
         computed, status_kib("VmHWM:"));
  printf("\"library\": \"libssh2 %s, %s\"}\n", libssh2_version(0),
         libssh2_session_methods(session, LIBSSH2_METHOD_CRYPT_CS));
  libssh2_sftp_shutdown(sftp);
  libssh2_session_disconnect(session, "");
  libssh2_session_free(session);
  close(descriptor);
  return 0;
}
