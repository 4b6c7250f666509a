/// The process of the driver: how it starts, and how it ends.
#include "proxy.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SOCKET = 3 };

// MARK: - How it starts

/// 0 with the process's number, or errno. It gets the socket and no other descriptor, and the signals of a new process;
/// and the environment, since a driver may read that, and the libraries that it uses do.
static int spawn(int socket, pid_t *pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, all;
  char *arguments[] = {PROXY_WORKER, PROXY_DRIVER, NULL};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, socket, SOCKET);
  posix_spawn_file_actions_addclosefrom_np(&actions, SOCKET + 1);
  for (int i = 0; i < SOCKET; i++) posix_spawn_file_actions_addopen(&actions, i, "/dev/null", O_RDWR, 0);
  posix_spawnattr_init(&attributes);
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  int code = posix_spawn(pid, PROXY_WORKER, &actions, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return code;
}

/// Sends what the driver is told of the host, and waits for the answer of its `create`.
static dh_status await_ready(remote *remote, dh_report_v1 reported) {
  buffer out = {0};
  put_text(&out, remote->host->name);
  put_text(&out, remote->host->version);
  tell(&remote->wire, HOST, PROXY_LOOP ? ON_A_LOOP : NO_CALL, &out);
  free_buffer(&out);
  int64_t end = now_ms() + READY_MS;
  int is_late = 0;
  pthread_mutex_lock(&remote->wire.lock);
  while (remote->ready == NULL && !remote->wire.is_closed) {
    if (is_late) {
      pthread_cond_wait(&remote->wire.changed, &remote->wire.lock);
    } else if (!wait_until(&remote->wire, end)) {
      is_late = 1;
      kill_remote(remote);
    }
  }
  frame *ready = remote->ready;
  pthread_mutex_unlock(&remote->wire.lock);
  dh_error_v1 error;
  if (ready == NULL) {
    char how[64], message[160];
    describe_end(remote, how, sizeof how);
    snprintf(message, sizeof message, "the process of the driver died before it was ready: %s", how);
    error = dh_error(DH_ERROR_LOST, message);
    reported.fn(reported.context, &error);
    return DH_FAILED;
  }
  cursor in = cursor_of(ready);
  dh_status status = (dh_status)take_u32(&in);
  if (take_error(&in, &error) && !in.is_bad) reported.fn(reported.context, &error);
  free_cursor(&in);
  return in.is_bad ? DH_FAILED : status;
}

remote *start_remote(const dh_host_v1 *host, dh_report_v1 reported, dh_status *status) {
  int ends[2];
  remote *made = make(1, sizeof *made);
  made->host = host;
  made->references = 1;
  int code = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0 ? 0 : errno;
  if (code == 0) {
    code = spawn(ends[1], &made->pid);
    close(ends[1]);
    if (code == 0 && (made->pidfd = pidfd_open(made->pid, 0)) < 0) {
      code = errno;
      kill(made->pid, SIGKILL);
      waitpid(made->pid, NULL, 0);
    }
    if (code != 0) close(ends[0]);
  }
  if (code != 0) {
    dh_error_v1 error = dh_error(DH_ERROR_UNAVAILABLE, "no process could be started for the driver");
    error.vendor_code = code;
    reported.fn(reported.context, &error);
    free(made);
    *status = DH_FAILED;
    return NULL;
  }
  open_wire(&made->wire, ends[0]);
  if (pthread_create(&made->receiver, NULL, receive_all, made) != 0) abort();
  pthread_setname_np(made->receiver, "proxy-receiver");
  *status = await_ready(made, reported);
  if (*status >= 0) return made;
  let_remote_go(made);
  return NULL;
}

// MARK: - How it ends

/// Waits for the end of the process, and kills it where that does not come.
static void await_end(remote *remote) {
  struct pollfd end = {remote->pidfd, POLLIN, 0};
  while (poll(&end, 1, LEAVE_MS) < 0 && errno == EINTR) {
  }
  kill_remote(remote); // Which does nothing where it has ended.
}

/// The process is a child of the host's process: it is reaped by its number, and by nobody else.
void reap(remote *remote) {
  await_end(remote);
  while (waitpid(remote->pid, &remote->status, 0) < 0 && errno == EINTR) {
  }
}

void hold_remote(remote *remote) {
  pthread_mutex_lock(&remote->wire.lock);
  remote->references++;
  pthread_mutex_unlock(&remote->wire.lock);
}

void let_remote_go(remote *remote) {
  pthread_mutex_lock(&remote->wire.lock);
  int is_last = --remote->references == 0;
  pthread_mutex_unlock(&remote->wire.lock);
  if (!is_last) return;
  // The end of the socket is what tells the process to end.
  shutdown(remote->wire.fd, SHUT_WR);
  // A driver whose `destroy` hangs keeps the socket open, and the receiver would wait for it.
  await_end(remote);
  pthread_join(remote->receiver, NULL);
  close(remote->wire.fd);
  close(remote->pidfd);
  free_frame(remote->ready);
  free_wire(&remote->wire);
  free(remote);
}

int is_gone(remote *remote) {
  pthread_mutex_lock(&remote->wire.lock);
  int is_closed = remote->wire.is_closed;
  pthread_mutex_unlock(&remote->wire.lock);
  return is_closed;
}

/// By the descriptor: the number may be another process's once it was reaped.
void kill_remote(remote *remote) { pidfd_send_signal(remote->pidfd, SIGKILL, NULL, 0); }

void describe_end(remote *remote, char *text, size_t room) {
  int status = remote->status;
  if (WIFSIGNALED(status)) {
    snprintf(text, room, "signal %d", WTERMSIG(status));
  } else {
    snprintf(text, room, "exit %d", WEXITSTATUS(status));
  }
}
