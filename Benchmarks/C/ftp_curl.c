/// Copies files over FTP with libcurl and nothing else: the limit.
///
///     ftp_curl get|put URL USER:PASSWORD AUTHORITY|- CONNECTIONS FOLDER NAMES UNITS
///
/// URL is that of a folder on the server, FOLDER one of this machine, NAMES a file with the name of one of
/// them in each line. UNITS is what has to be moved, in what the rate is told in. Each connection has a thread, a handle
/// that is kept, and the largest buffers that libcurl has; nothing is asked for that a transfer does not need. Counts from
/// connecting until the last file is closed. Prints one line of JSON.
#include "bench.h"
#include <curl/curl.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 100000, CONNECTIONS = 64 };

static char *names[MOST];
static long count;
static atomic_long next;
static _Atomic(long long) total;
static char **words;
static int is_get;

static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static size_t take(char *bytes, size_t size, size_t many, void *context) {
  size_t left = size * many;
  while (left > 0) {
    ssize_t written = write(*(int *)context, bytes, left);
    if (written < 0) return 0;
    bytes += written;
    left -= (size_t)written;
  }
  total += (long long)(size * many);
  return size * many;
}

static size_t give(char *bytes, size_t size, size_t many, void *context) {
  ssize_t given = read(*(int *)context, bytes, size * many);
  if (given < 0) return CURL_READFUNC_ABORT;
  total += given;
  return (size_t)given;
}

/// What a reply says of the data connection that is made.
typedef struct {
  int hurry, is_made;
} progress;

/// A reply that begins with 22, such as 229: libcurl 7.88 opens the data connection then, and waits a second if nobody has
/// it go on. Until a reply with 1 it waits for that connection alone, and not for replies.
static size_t hear(char *line, size_t size, size_t many, void *context) {
  progress *now = context;
  if (size * many > 3 && line[0] == '2' && line[1] == '2') now->hurry = now->is_made = 1;
  if (line[0] == '1') now->is_made = 0;
  return size * many;
}

/// As curl_easy_perform, without its waiting in vain.
static CURLcode perform(CURLM *multi, CURL *easy) {
  int running, left;
  progress now = {0};
  curl_socket_t control = CURL_SOCKET_BAD;
  curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &control);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &now);
  curl_multi_add_handle(multi, easy);
  for (;;) {
    now.hurry = 0;
    if (curl_multi_perform(multi, &running) != CURLM_OK) fail("curl_multi_perform", "failed");
    CURLMsg *message = curl_multi_info_read(multi, &left);
    if (message != NULL) {
      CURLcode code = message->data.result;
      curl_multi_remove_handle(multi, easy);
      return code;
    }
    struct curl_waitfd waited = {.fd = control, .events = CURL_WAIT_POLLIN};
    if (!now.hurry) curl_multi_poll(multi, &waited, now.is_made && control != CURL_SOCKET_BAD, 1000, NULL);
  }
}

static void set(CURL *easy) {
  curl_easy_setopt(easy, CURLOPT_USERPWD, words[3]);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 512L << 10);
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 2048L << 10);
  curl_easy_setopt(easy, CURLOPT_FTP_FILEMETHOD, (long)CURLFTPMETHOD_NOCWD);
  // Else the size of each file is asked for.
  curl_easy_setopt(easy, CURLOPT_IGNORE_CONTENT_LENGTH, 1L);
  curl_easy_setopt(easy, CURLOPT_UPLOAD, is_get ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, give);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, hear);
  if (strcmp(words[4], "-") == 0) return;
  curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
  curl_easy_setopt(easy, CURLOPT_CAINFO, words[4]);
  // A session of TLS 1.3 is resumed once only by libcurl's own means, and the server asks for it each time.
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)(CURL_SSLVERSION_TLSv1_2 | CURL_SSLVERSION_MAX_TLSv1_2));
}

static void *copy(void *unused) {
  (void)unused;
  CURL *easy = curl_easy_init();
  CURLM *multi = curl_multi_init();
  set(easy);
  for (;;) {
    long index = next++;
    if (index >= count) break;
    char url[4096], path[4096];
    snprintf(url, sizeof url, "%s/%s", words[2], names[index]);
    snprintf(path, sizeof path, "%s/%s", words[6], names[index]);
    int file = is_get ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644) : open(path, O_RDONLY);
    if (file < 0) fail(path, "cannot be opened");
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, is_get ? CURLOPT_WRITEDATA : CURLOPT_READDATA, &file);
    CURLcode code = perform(multi, easy);
    if (code != CURLE_OK) fail(names[index], curl_easy_strerror(code));
    close(file);
  }
  curl_easy_cleanup(easy);
  curl_multi_cleanup(multi);
  return NULL;
}

int main(int words_count, char **arguments) {
  if (words_count != 9) return 2;
  words = arguments;
  is_get = strcmp(words[1], "get") == 0;
  int connections = atoi(words[5]);
  if (connections < 1 || connections > CONNECTIONS) return 2;
  char line[1024];
  FILE *list = fopen(words[7], "r");
  if (list == NULL) fail(words[7], "cannot be opened");
  while (count < MOST && fgets(line, sizeof line, list) != NULL) {
    line[strcspn(line, "\n")] = 0;
    names[count++] = strdup(line);
  }
  fclose(list);
  curl_global_init(CURL_GLOBAL_ALL);
  double start = seconds(), computed = cpu_seconds();
  pthread_t threads[CONNECTIONS];
  for (int i = 0; i < connections; i++) pthread_create(&threads[i], NULL, copy, NULL);
  for (int i = 0; i < connections; i++) pthread_join(threads[i], NULL);
  double wall = seconds() - start;
  computed = cpu_seconds() - computed;
  printf("{\"rate\": %.1f, \"bytes\": %lld, \"cpu_s\": %.3f, \"peak_kib\": %ld, ", atof(words[8]) / wall,
         (long long)total, computed, status_kib("VmHWM:"));
  printf("\"library\": \"libcurl %s\"}\n", curl_version_info(CURLVERSION_NOW)->version);
  return 0;
}
