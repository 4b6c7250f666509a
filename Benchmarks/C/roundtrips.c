/// What a hand-over costs without any host: to another thread of the process, and through pipes to another process.
///
/// Prints one line of JSON, in nanoseconds there and back.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 20000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int turn;

static double nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void pass(int from) {
  pthread_mutex_lock(&mutex);
  while (turn != from) pthread_cond_wait(&condition, &mutex);
  turn = !from;
  pthread_cond_broadcast(&condition);
  pthread_mutex_unlock(&mutex);
}

static void *other(void *context) {
  for (int i = 0; i < ROUNDS; i++) pass(1);
  return context;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, other, NULL);
  double start = nanoseconds();
  for (int i = 0; i < ROUNDS; i++) pass(0);
  pthread_join(thread, NULL);
  double threads = (nanoseconds() - start) / ROUNDS;

  int there[2], back[2];
  char byte = 0;
  if (pipe(there) != 0 || pipe(back) != 0) return 1;
  pid_t child = fork();
  if (child == 0) {
    close(there[1]);
    while (read(there[0], &byte, 1) == 1) {
      if (write(back[1], &byte, 1) != 1) break;
    }
    _exit(0);
  }
  start = nanoseconds();
  for (int i = 0; i < ROUNDS; i++) {
    if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1) return 1;
  }
  printf("{\"threads\": %.0f, \"pipe\": %.0f}\n", threads, (nanoseconds() - start) / ROUNDS);
  close(there[1]);
  return 0;
}
