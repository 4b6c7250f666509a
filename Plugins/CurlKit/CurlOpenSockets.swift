internal import CCurl
internal import Glibc
internal import LoopKit

/// The sockets that transfers of a thread have opened, which any thread may end.
@safe
package final class CurlOpenSockets: Sendable {
  private struct State {
    /// In the order in which they were opened: of FTP, the first one is the control connection.
    var open: [Int32] = []
    /// Whether none may be used or opened any more.
    var isCut = false
    /// The errno of the newest one that could not be opened; 0: none.
    var failure: Int32 = 0
    /// Whether the other side is waited for before it hears of the end.
    var hearsFirst = false
    /// Whether something was sent that the other side may still be reading.
    var hasSent = false
  }

  // Not a Mutex of Synchronization: linked in statically, the thread sanitizer does not see that one.
  private let state = ThreadLock(State())

  package init() {}

  /// How many are open.
  package var count: Int { state.with { $0.open.count } }

  /// All that are open; of FTP, the first one is the control connection.
  var all: [Int32] { state.with { $0.open } }

  /// Whether the other side of a data connection may speak first, before it hears of the end: proxies end both directions
  /// at once, and a session of TLS 1.3 that comes just then resets the server's.
  package var hearsFirst: Bool {
    get { state.with { $0.hearsFirst } }
    set { state.with { $0.hearsFirst = newValue } }
  }

  /// Whether something was sent over a data connection that the other side may still be reading.
  var hasSent: Bool {
    get { state.with { $0.hasSent } }
    set { state.with { $0.hasSent = newValue } }
  }

  /// The errno of the newest one that could not be opened; 0: none.
  var failure: Int32 {
    get { state.with { $0.failure } }
    set { state.with { $0.failure = newValue } }
  }

  /// Whether something has come over the first one that nobody has asked for, such as its end; also where it is gone.
  package var hasNews: Bool {
    state.with { state in
      guard let first = state.open.first, !state.isCut else { return true }
      var byte: UInt8 = 0
      let count = unsafe recv(first, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
      return count >= 0 || errno != EAGAIN
    }
  }

  /// Ends all connections, whatever is done with them; whoever waits for one hears of its end.
  package func cut() {
    state.with { state in
      state.isCut = true
      for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }
  }

  /// Makes a transfer open and close its sockets here; this must live until its handle is freed.
  func setUp(_ easy: borrowing CurlEasy) throws(CurlError) {
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe try easy.set(CURLOPT_OPENSOCKETDATA, pointer: context)
    unsafe try easy.set(CURLOPT_CLOSESOCKETDATA, pointer: context)
    try CurlError.check(
      unsafe ccurl_set_open_socket_function(easy.handle, CurlOpenSockets.open)
    )
    try CurlError.check(
      unsafe ccurl_set_close_socket_function(easy.handle, CurlOpenSockets.close)
    )
  }

  /// The corresponding C type is `curl_opensocket_callback`.
  private static let open: curl_opensocket_callback = { context, purpose, address in
    guard let context = unsafe context, let address = unsafe address else { return -1 }
    let sockets = unsafe Unmanaged<CurlOpenSockets>.fromOpaque(context).takeUnretainedValue()
    let (family, kind) = unsafe (address.pointee.family, address.pointee.socktype)
    let number = unsafe address.pointee.protocol
    return sockets.state.with { state in
      if state.isCut { return -1 as Int32 }
      let descriptor = Glibc.socket(family, kind | Int32(SOCK_CLOEXEC.rawValue), number)
      // libcurl only says that it could not connect.
      if descriptor < 0 { state.failure = errno } else { state.open.append(descriptor) }
      return descriptor
    }
  }

  /// The corresponding C type is `curl_closesocket_callback`.
  private static let close: curl_closesocket_callback = { context, descriptor in
    guard let context = unsafe context else { return 1 }
    let sockets = unsafe Unmanaged<CurlOpenSockets>.fromOpaque(context).takeUnretainedValue()
    sockets.hearOut(descriptor)
    // Under the lock: its number may be another one's at once, which must not be cut.
    return sockets.state.with { state in
      state.open.removeAll { $0 == descriptor }
      return Glibc.close(descriptor) == 0 ? 0 : 1
    }
  }

  /// How long a server may take to end its side of a data connection, in milliseconds.
  private static let patience: Int32 = 2000
  /// How long it may take to speak first, in milliseconds: not longer than a way through the world and back.
  private static let courtesy: Int32 = 250

  /// Waits until the other side has ended a data connection too.
  ///
  /// What comes over one that is closed already resets it, and the server loses what it has not read: with TLS 1.3 it tells
  /// of a session while all of a small file is on its way, and says 426 then.
  private func hearOut(_ descriptor: Int32) {
    guard state.with({ $0.hasSent && !$0.isCut && $0.open.first != descriptor }) else {
      return
    }
    if hearsFirst {
      var waited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      unsafe poll(&waited, 1, CurlOpenSockets.courtesy)
    }
    guard shutdown(descriptor, Int32(SHUT_WR)) == 0
    else { return }
    var buffer = [UInt8](repeating: 0, count: 4096)
    for _ in 0..<16 {
      var waited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let isReady = unsafe poll(&waited, 1, CurlOpenSockets.patience) == 1
      let flags = Int32(MSG_DONTWAIT)
      guard isReady, unsafe recv(descriptor, &buffer, buffer.count, flags) > 0 else { return }
    }
  }
}
