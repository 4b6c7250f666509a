internal import DriverHost
internal import Glibc

/// A TLS server of this machine whose certificate nobody has signed: s_server(1) of OpenSSL.
final class TLSImpostor: Sendable {
  /// The port, on 127.0.0.1.
  let port: Int
  private let process: pid_t
  /// Held open, since the server ends with its standard input.
  private let input: Int32
  private let heard = "impostor.out"

  /// Makes a certificate, and starts the server, with its files in the current folder.
  ///
  /// - Throws: `HostError` where there is no openssl(1), or it does not start.
  init() throws(HostError) {
    let made = try ChildProcess(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-days", "1",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "-keyout", "impostor.key", "-out", "impostor.crt",
      ],
      environment: [],
      within: .seconds(10)
    )
    guard made.end == .exited(0) else { throw TLSImpostor.failure(made.errors) }
    // Free when it was asked for; the server says so if it no longer is.
    port = try LoopbackSocket(listens: false).port
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { throw TLSImpostor.failure(systemMessage(errno)) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let output = unsafe open(heard, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    defer {
      close(ends[0])
      if output >= 0 { close(output) }
    }
    input = ends[1]
    do throws(HostError) {
      process = try ChildProcess.spawn(
        "openssl",
        [
          "s_server", "-quiet", "-accept", "127.0.0.1:\(port)", "-cert", "impostor.crt", "-key",
          "impostor.key",
        ],
        [],
        [(ends[0], STDIN_FILENO), (output, STDOUT_FILENO), (output, STDERR_FILENO)],
        isLeader: false
      )
    } catch {
      close(ends[1])
      throw error
    }
    let server = ServerAddress(host: "127.0.0.1", port: port)
    for _ in 0..<500 {
      if let connection = LoopbackSocket.connect(to: server) {
        close(connection)
        return
      }
      usleep(10_000)
    }
    throw TLSImpostor.failure("it does not listen after 5 s")
  }

  deinit {
    kill(process, SIGKILL)
    var status: Int32 = 0
    unsafe _ = waitpid(process, &status, 0)
    close(input)
  }

  /// Whether a client has sent anything after its handshake.
  ///
  /// Errors of handshakes are written to the same place, each on a line that begins with its thread in hexadecimal
  /// or with a word of the program's own.
  func hasHeardSomething() -> Bool {
    // What was sent last is on its way.
    usleep(100_000)
    let file = unsafe open(heard, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = unsafe read(file, &buffer, buffer.count)
    let lines = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: "\n")
    return lines.contains { line in
      !line.contains(":error:") && line != "ERROR" && !line.hasPrefix("verify")
    }
  }

  private static func failure(_ reason: String) -> HostError {
    HostError(
      .unavailable,
      stage: .input,
      "no TLS server can be started with the openssl program, which is needed to try a certificate that nobody has signed: \(reason)"
    )
  }
}
