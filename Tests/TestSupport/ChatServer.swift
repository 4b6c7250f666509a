/// A server of the API that OpenAI's models have, on a free port of 127.0.0.1.
///
/// The answer to a text is the text itself, a word a token: `models` choose faults instead.
///
/// | path | answer |
/// |---|---|
/// | `GET /v1/models`, `GET /v1/models/ID` | the models; 404 for another one |
/// | `POST /v1/chat/completions` | the last message of the user, with usage |
/// | the same with `stream` | chunks and `[DONE]`; with `stream_options.include_usage` the usage |
/// | `POST /v1/responses` | the input, or its last text, with usage |
/// | the same with `stream` | typed events, from response.created to response.completed |
/// | `POST /v1/embeddings` | a vector of `dimensions` (8) for each input, as numbers or base64 |
///
/// All have rate-limit headers, x-request-id and the organization that was sent; 401 without the key.
/// Errors are of the shape of that API and never contain a key.
///
/// | model | fault |
/// |---|---|
/// | `rate-limited` | 429 with Retry-After: 1 for the first `Options.faults` requests |
/// | `rate-limited-always` | the same for all |
/// | `broken`, `broken-always` | 500 in their place |
/// | `refused` | 400, invalid_request_error with param |
/// | `truncated` | the stream breaks off after two deltas; half a body where there is no stream |
/// | `unfinished` | the stream ends well after two deltas, without its last events |
/// | `slow` | a delta every 200 ms, 200 of them; 40 s where there is no stream |
/// | `error-in-stream` | an error after two deltas, and the end; none where there is no stream |
package final class ChatServer: ScriptServer {
  /// What can be chosen.
  package struct Options: ScriptServerOptions {
    package var key = "test-key-1"
    /// How often `rate-limited` and `broken` fail before they answer.
    package var faults = 1

    package init() {}
  }

  /// The models without a fault.
  package static let models = ["echo-1", "echo-2", "embed-1"]

  package let options: Options
  package let server: PythonServer

  /// Starts a server and waits until it answers.
  package init(_ options: Options) async throws {
    self.options = options
    server = try await PythonServer(
      "chat_server",
      folder: TemporaryFolder(),
      options: ["--key", options.key, "--faults", "\(options.faults)"]
    )
  }
}
