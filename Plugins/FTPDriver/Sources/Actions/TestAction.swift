internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The action `test`: the way to the server step by step, over a connection of its own.
///
/// A step that fails is a result of the test, and no error of the call. Nothing is kept of it.
struct TestAction: FTPAction {
  private let folder: RemotePath?

  init(_ call: Call) throws(DriverError) {
    folder =
      call.inputs["write_folder"] == nil ? nil : try FileInputs.path(call.inputs, "write_folder")
  }

  func run(_ call: Call, _ session: FTPSession, _ scope: Scope) async throws(DriverError) {
    let steps = TestSteps { $0.pointer.isEmpty ? "" : "see the input \($0.pointer)" }
    do throws(DriverError) {
      try await test(call, session, scope, steps)
    } catch {
      // The step tells; a call that is to stop ends all the same.
      try scope.check()
    }
    steps.skip(["log in", "list"] + (folder == nil ? [] : ["write", "remove"]))
    try call.output("steps", .list(steps.outputs))
  }

  private func test(
    _ call: Call,
    _ session: FTPSession,
    _ scope: Scope,
    _ steps: TestSteps
  ) async throws(DriverError) {
    let address = try await steps.run("inputs") { () throws(DriverError) in
      let address = try session.inputs()
      let way = address.proxy.map { ", through the proxy \($0.url)" } ?? ""
      return (address, "\(address.name), TLS \(address.tls.mode.rawValue)\(way)")
    }
    let own = session.sibling(address)
    do throws(DriverError) {
      try await tryOut(own, address, call, scope, steps)
    } catch {
      try? await own.close(scope)
      throw error
    }
    try await own.close(scope)
  }

  private func tryOut(
    _ own: FTPSession,
    _ address: AddressInputs,
    _ call: Call,
    _ scope: Scope,
    _ steps: TestSteps
  ) async throws(DriverError) {
    let files = try await steps.run("log in") { () async throws(DriverError) in
      let files = try await FTPFiles.open(own, call, scope)
      let home = own.server?.home.map { NameText($0).description } ?? "a folder that is not told"
      return (files, "\(address.login.user) is in \(home)")
    }
    let folder = folder ?? RemotePath("")
    try await steps.run("list") { () async throws(DriverError) in
      let listing = FTPListing(files, folder, "/write_folder")
      listing.begin()
      var count = 0
      while let part = try await listing.next() { count += part.entries.count }
      return ((), "\(count) \(count == 1 ? "entry" : "entries"), over a data connection")
    }
    guard self.folder != nil else { return }
    let path = LocalFiles.temporary(for: folder.appending(RemotePath("test")))
    let text = Array("a test of the connection\n".utf8)
    try await steps.run("write") { () async throws(DriverError) in
      let source = CallSource(CallInput(text, call, channel: nil, files.loop))
      let wire = try files.wire(path, "/write_folder")
      let work = FTPRequest.Work.write(path: wire, appends: false, source: source)
      _ = try await files.run(FTPRequest(work, .write, path, "/write_folder"))
      let size = try await files.size(path, "/write_folder")
      guard size == nil || size == Int64(text.count) else {
        throw DriverError(
          .verification,
          "\(text.count) bytes were sent, and \(size ?? 0) are there"
        )
      }
      return ((), "\(path.text) was written\(size == nil ? "" : ", and is whole")")
    }
    try await steps.run("remove") { () async throws(DriverError) in
      try await files.removeFile(path, "/write_folder")
      return ((), "it is gone again")
    }
  }
}
