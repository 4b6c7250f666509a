/// What the process of the driver says, by the one thread that receives it.
#include "proxy.h"

#include <stdlib.h>
#include <sys/socket.h>

static remote_call *find_call(remote *remote, uint64_t id) {
  remote_call *call = remote->calls;
  while (call != NULL && call->id != id) call = call->next;
  return call;
}

/// What is told and not answered: the host's functions for it do not wait, so this thread calls them.
static void hear(remote *remote, frame *frame) {
  cursor in = cursor_of(frame);
  pthread_mutex_lock(&remote->wire.lock);
  remote_call *call = find_call(remote, frame->head.call);
  dh_call_v1 host = call == NULL ? (dh_call_v1){0} : call->host;
  if (frame->head.tag == RETURNED && call != NULL) {
    call->has_returned = 1;
    pthread_cond_broadcast(&remote->wire.changed);
  }
  pthread_mutex_unlock(&remote->wire.lock);
  if (frame->head.tag == PROGRESS) {
    uint64_t done = take_u64(&in), total = take_u64(&in);
    dh_text_v1 text = take_text(&in);
    if (!in.is_bad && call != NULL) host.fn->progress(host, done, total, text);
  } else if (frame->head.tag != RETURNED) {
    uint32_t level = take_u32(&in);
    dh_text_v1 text = take_text(&in);
    if (in.is_bad) return;
    if (frame->head.tag == HOST_LOG) remote->host->log(remote->host, level, text);
    if (frame->head.tag == LOG && call != NULL) host.fn->log(host, level, text);
  }
}

/// A thread that was counted as a helper has done with a call, which may vanish now.
static void leave(remote_call *call, remote *remote) {
  pthread_mutex_lock(&remote->wire.lock);
  call->helpers--;
  pthread_cond_broadcast(&remote->wire.changed);
  pthread_mutex_unlock(&remote->wire.lock);
}

typedef struct help {
  remote *remote;
  remote_call *call;
  frame *question;
} help;

static void *help_out(void *context) {
  help help = *(struct help *)context;
  free(context);
  answer_question(help.call, help.question);
  leave(help.call, help.remote);
  let_remote_go(help.remote);
  return NULL;
}

/// A driver may wait in `read` on one thread and in `write` on another, so a question never stands behind another one.
static void hand_on(remote *remote, frame *question) {
  pthread_mutex_lock(&remote->wire.lock);
  remote_call *call = find_call(remote, question->head.call);
  if (call == NULL) {
    // The driver asks while another of its threads ends the call.
    int64_t gone = DH_GONE;
    pthread_mutex_unlock(&remote->wire.lock);
    answer(&remote->wire, question, &(buffer){.bytes = (unsigned char *)&gone, .size = sizeof gone});
    pthread_mutex_lock(&remote->wire.lock);
    free_frame(question);
  } else if (call->is_waiting && call->question == NULL) {
    call->question = question;
    pthread_cond_broadcast(&remote->wire.changed);
  } else {
    help *context = make(1, sizeof *context);
    *context = (help){remote, call, question};
    call->helpers++;
    remote->references++;
    run_on_thread(help_out, context);
  }
  pthread_mutex_unlock(&remote->wire.lock);
}

/// A thread that waits in a function of its call, such as `read`, comes out of it when the call has ended, and not
/// before: so it is ended here, where nobody waits.
static void end_calls(remote *remote) {
  for (;;) {
    pthread_mutex_lock(&remote->wire.lock);
    remote_call *call = remote->calls;
    while (call != NULL && call->is_ending) call = call->next;
    if (call != NULL) call->helpers++;
    pthread_mutex_unlock(&remote->wire.lock);
    if (call == NULL) return;
    finish_lost(call);
    leave(call, remote);
  }
}

void *receive_all(void *context) {
  remote *remote = context;
  frame *frame;
  while ((frame = receive(&remote->wire)) != NULL) {
    if (frame->head.tag == ANSWER) {
      settle(&remote->wire, frame);
    } else if (frame->head.tag >= OUTPUT && frame->head.tag <= DONE) {
      hand_on(remote, frame);
    } else if (frame->head.tag == READY) {
      pthread_mutex_lock(&remote->wire.lock);
      if (remote->ready == NULL) remote->ready = frame, frame = NULL;
      pthread_cond_broadcast(&remote->wire.changed);
      pthread_mutex_unlock(&remote->wire.lock);
      free_frame(frame);
    } else {
      hear(remote, frame);
      free_frame(frame);
    }
  }
  shutdown(remote->wire.fd, SHUT_RDWR);
  reap(remote);
  close_wire(&remote->wire);
  end_calls(remote);
  return NULL;
}
