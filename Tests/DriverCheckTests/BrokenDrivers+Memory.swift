extension BrokenDriver {
  /// An input for drivers that take one.
  static let text =
    #"{"text": {"type": "string", "description": "A text.", "default": "some text"}}"#
  static let password =
    #"{"password": {"type": "string", "description": "A password.", "x-secret": true, "examples": ["hunter22"]}}"#
  static let server = #"""
    {"host": {"type": "string", "description": "Where.", "x-address": "host", "default": "localhost"},
     "port": {"type": "integer", "description": "Where.", "x-address": "port", "default": 9}}
    """#

  /// A function in C that connects to the server of the inputs.
  static let connecting = """
    static int connected(const dh_value_v1 *inputs) {
      struct sockaddr_in address = {.sin_family = AF_INET};
      address.sin_port = htons((uint16_t)dh_int_of(inputs, "port", 0));
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (connect(made, (struct sockaddr *)&address, sizeof address) == 0) return made;
      close(made);
      return -1;
    }
    """

  /// What it does with memory that is not its own.
  static let withMemory: [BrokenDriver] = [
    BrokenDriver(
      rule: "CALL-9",
      how: "reads an input after the end",
      start: """
        const char *text = dh_string_of(request->inputs, "text", "");
        dh_succeed(call);
        volatile char first = text[0];
        (void)first;
        return;
        """,
      inputs: text
    ),
    BrokenDriver(
      rule: "CALL-9",
      how: "has a thread read an input after the end",
      before: """
        static void *look(void *context) {
          usleep(20000);
          volatile char first = *(const char *)context;
          (void)first;
          return NULL;
        }
        """,
      start: """
        pthread_t thread;
        pthread_create(&thread, NULL, look, (void *)dh_string_of(request->inputs, "text", ""));
        pthread_detach(thread);
        """,
      inputs: text
    ),
    BrokenDriver(
      rule: "MEM-1",
      how: "reads beyond an input",
      start: """
        dh_text_v1 text = dh_text_of(request->inputs, "text");
        volatile char next = text.ptr[text.len + 1];
        (void)next;
        """,
      inputs: text
    ),
    BrokenDriver(
      rule: "MEM-2",
      how: "frees an input",
      start: "free((void *)dh_string_of(request->inputs, \"text\", \"\"));",
      inputs: text
    ),
  ]
}
