/// A driver that runs another driver, unmodified, in a process of its own: what its files share.
///
/// It embeds the descriptor of the other one, so that a host cannot tell the two apart. Who compiles it says
///
///     DH_DESCRIPTOR    the other driver's descriptor.json
///     PROXY_WORKER     the program that worker.c is
///     PROXY_DRIVER     the other driver
///     PROXY_LOOP       1: the other driver is not blocking
///
/// The proxy itself is blocking in any case, and so must be what the descriptor says: the loop is the other process's.
#ifndef PROXY_H
#define PROXY_H

#include "wire.h"

#include <sys/types.h>

#ifndef PROXY_LOOP
#define PROXY_LOOP 0
#endif

enum {
  READY_MS = 10000, /* from the start of a process to its answer of `create` */
  OBEY_MS = 1000,   /* from a stop to its call's end, before the process is killed */
  LEAVE_MS = 5000,  /* from the end of the socket to that of the process */
};

/// A process. `wire.lock` guards all that changes, of its calls too.
typedef struct remote {
  wire wire;
  pid_t pid;
  int pidfd;
  pthread_t receiver;
  const dh_host_v1 *host;
  int references; /* the instance, each call, each session, each stream of rows */
  frame *ready;
  struct remote_call *calls;
  uint64_t call_count;
  int status; /* of waitpid(2), once the wire is closed */
} remote;

/// A call in flight, on the stack of the thread that is in `start`.
typedef struct remote_call {
  struct remote_call *next;
  uint64_t id;
  dh_call_v1 host;
  remote *remote;
  frame *question; /* for the thread in `start` */
  int is_waiting;  /* it can take one */
  int helpers;     /* other threads that are at it */
  int is_close;    /* of a session, which ends with its process too */
  int is_ending;   /* somebody tells the host `done` */
  int has_ended;   /* the host has been told */
  int has_returned;
  int64_t stopped_ms; /* 0: it was not stopped */
  struct session *opened;
} remote_call;

/// A session, as the host keeps it.
typedef struct session {
  remote *remote;
  uint64_t address; /* in the process that has opened it */
} session;

/// Starts a process and waits for its `create`. NULL: `reported` has been told why.
remote *start_remote(const dh_host_v1 *host, dh_report_v1 reported, dh_status *status);
void hold_remote(remote *remote);
/// With the last reference the process ends and is reaped.
void let_remote_go(remote *remote);
int is_gone(remote *remote);
void kill_remote(remote *remote);
/// Waits for the end of the process, and kills it where that does not come.
void reap(remote *remote);
/// How the process ended: "signal 6".
void describe_end(remote *remote, char *text, size_t room);

/// The thread that receives: until the process has ended and nobody waits for it any more.
void *receive_all(void *remote);
/// Tells the host `done`, once a call. DH_GONE: somebody else has done so.
dh_status finish(remote_call *call, const dh_error_v1 *error);
/// Ends a call whose process is not there any more, unless it has ended.
void finish_lost(remote_call *call);
/// Answers a question of a call, and frees it.
void answer_question(remote_call *call, frame *question);
/// What `answer_question` does for ROWS.
dh_status take_rows(remote_call *call, dh_text_v1 name);

#endif /* PROXY_H */
