import TestSupport

/// What the program curl says of an answer.
struct CurlAnswer {
  var status: Int
  var version: String
  var body: String
  var exit: Int32
}

/// Runs curl, which heeds no proxy of the environment.
func curl(
  _ arguments: String...,
  environment: [String: String?] = [:]
) async throws -> CurlAnswer {
  try await runCurl(["--noproxy", "*"] + arguments, environment: environment)
}

/// Runs curl through the proxy that the arguments name, to whatever host.
func curl(through arguments: [String]) async throws -> CurlAnswer {
  try await runCurl(["--noproxy", ""] + arguments, environment: [:])
}

private func runCurl(
  _ arguments: [String],
  environment: [String: String?]
) async throws -> CurlAnswer {
  let command = try await Command.run(
    "curl",
    ["--silent", "--write-out", "\n%{http_code} %{http_version}"] + arguments,
    environment: environment
  )
  let lines = command.output.split(separator: "\n", omittingEmptySubsequences: false)
  let words = lines.last?.split(separator: " ") ?? []
  return CurlAnswer(
    status: words.first.flatMap { Int($0) } ?? 0,
    version: words.last.map(String.init) ?? "",
    body: lines.dropLast().joined(separator: "\n"),
    exit: command.status
  )
}
