import TestSupport
import Testing

/// Runs curl as the user of a server for FTP, with TLS where the server speaks it.
///
/// - Parameters:
///   - server: whose user it is.
///   - path: begins with a slash; a folder's ends with one.
///   - arguments: further ones.
///   - password: nil: the right one.
/// - Throws: `TestSupportError` if curl cannot be started.
/// - Returns: what it wrote, and how it ended.
func ftpCurl(
  _ server: some FTPServer,
  _ path: String,
  _ arguments: [String] = [],
  password: String? = nil
) async throws -> Command {
  var words = ["--silent", "--show-error", "--noproxy", "*", "--max-time", "60"]
  words += ["--user", "\(server.user):\(password ?? server.password)"]
  if server.encryption.mode == .explicit { words.append("--ssl-reqd") }
  if let authority = server.authority { words += ["--cacert", authority.path] }
  return try await Command.run("curl", words + arguments + [server.url + path])
}

/// Checks that a server lets its user in, and lists, takes and gives files.
func checkServesFiles(_ server: some FTPServer) async throws {
  // Of its own: other tests use the same server.
  let number = Int.random(in: 0..<1_000_000)
  let name = "name \(number)"
  let escaped = name.replacing(" ", with: "%20")
  let text = String(repeating: "text ", count: 20_000)
  let folder = try TemporaryFolder()
  let path = try folder.write(text, to: "file")

  let put = try await ftpCurl(server, "/\(escaped)", ["--upload-file", path])
  #expect(put.status == 0, "\(put.error)")
  #expect(try server.read(name) == Array(text.utf8))
  let get = try await ftpCurl(server, "/\(escaped)")
  #expect(get.status == 0, "\(get.error)")
  #expect(get.output == text)

  let tree = "folder\(number)"
  try server.addFile("\(tree)/inner", "inner")
  let list = try await ftpCurl(server, "/")
  #expect(list.status == 0, "\(list.error)")
  #expect(list.output.contains(name))
  #expect(list.output.contains(tree))
  let inner = try await ftpCurl(server, "/\(tree)/", ["--list-only"])
  let names = inner.output.filter { $0 != "\r" }.split(separator: "\n")
  #expect(names.filter { !$0.hasPrefix(".") } == ["inner"], "\(inner.error)")
  let renamed = try await ftpCurl(
    server,
    "/",
    ["--quote", "RNFR \(tree)/inner", "--quote", "RNTO \(tree)/other"]
  )
  #expect(renamed.status == 0, "\(renamed.error)")
  #expect(try server.names(in: tree) == ["other"])

  // 67: curl's exit code for a login that was refused.
  #expect(try await ftpCurl(server, "/", password: "wrong").status == 67)
}
