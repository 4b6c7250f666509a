extension BrokenDriver {
  /// Sends a request, and reads all that there is: `received` bytes into `answer`, and whether that was the end.
  private static let asking =
    connecting + """

      static char answer[1 << 16];
      static int received;
      static int ask(const dh_request_v1 *request) {
        int connection = connected(request->inputs);
        if (connection < 0) return -1;
        dh_call_v1 call = request->call;
        struct timeval patience = {0, 10000};
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        if (send(connection, "GET\\r\\n\\r\\n", 7, MSG_NOSIGNAL) != 7) received = 0;
        received = 0;
        for (;;) {
          long count = recv(connection, answer + received, sizeof answer - (size_t)received, 0);
          if (count > 0) received += (int)count;
          if (count == 0 || (count < 0 && errno != EAGAIN) || call.fn->stopped(call) != 0) {
            close(connection);
            return count == 0;
          }
        }
      }
      static void failed(dh_call_v1 call, uint32_t flags) {
        dh_error_v1 error = dh_error(DH_ERROR_UNAVAILABLE, "the server has gone away");
        error.flags = flags;
        call.fn->done(call, &error);
      }
      """

  private static let whole = "received == 1000"

  private static func client(_ rule: String, _ how: String, _ start: String) -> BrokenDriver {
    BrokenDriver(
      rule: rule,
      how: how,
      before: asking,
      start: start,
      descriptor: #""concurrency": "driver-serial","#,
      inputs: server,
      action: #""summary": "Asks.", "effect": "destructive", "idempotent": false"#
    )
  }

  /// What it does with a server that sends 1,000 bytes and closes the connection.
  static let withServer: [BrokenDriver] = [
    client(
      "NET-1",
      "takes the end of a connection for that of an answer",
      "if (ask(request) < 0) { failed(call, 0); return; }"
    ),
    client(
      "NET-3",
      "does without its server",
      "if (ask(request) >= 0 && !(\(whole))) { failed(call, 0); return; }"
    ),
    client(
      "ERR-3",
      "has everything tried again",
      "if (ask(request) < 0 || !(\(whole))) { failed(call, DH_RETRYABLE); return; }"
    ),
    client(
      "PROC-11",
      "forgets a connection that broke off",
      "if (ask(request) < 0 || !(\(whole))) { failed(call, 0); if (received > 0) dup(0); return; }"
    ),
  ]

  /// A client over TLS that takes any certificate.
  static let trusting = BrokenDriver(
    rule: "NET-2",
    how: "trusts everybody",
    before: """
      #include <curl/curl.h>
      static size_t take(char *bytes, size_t size, size_t count, void *context) {
        (void)bytes, (void)context;
        return size * count;
      }
      static dh_status begin(void *context) {
        (void)context;
        return curl_global_init(CURL_GLOBAL_ALL) == 0 ? DH_OK : DH_FAILED;
      }
      """,
    create: "host->once(host, \"libcurl\", begin, NULL);",
    start: """
      CURL *easy = curl_easy_init();
      curl_easy_setopt(easy, CURLOPT_URL, dh_string_of(request->inputs, "url", ""));
      curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
      curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
      curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 1000L);
      curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
      CURLcode code = curl_easy_perform(easy);
      curl_easy_cleanup(easy);
      if (code != CURLE_OK) {
        dh_fail(call, DH_ERROR_UNAVAILABLE, curl_easy_strerror(code));
        return;
      }
      """,
    inputs: #"""
      {"url": {"type": "string", "description": "Where.", "x-address": "url",
               "default": "https://localhost/"}}
      """#,
    flags: ["-lcurl"]
  )
}
