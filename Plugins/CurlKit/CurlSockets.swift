internal import CCurl
internal import DriverKit
internal import Glibc

/// libcurl's sockets on the host's loop.
///
/// libcurl takes its interest in a socket back at the end of each request and declares it anew at the
/// beginning of the next one on the same connection. Following that would cost two system calls a
/// request. So a socket that was opened here stays watched while its connection is idle, until it is
/// closed or says something then; sockets that libcurl made otherwise are let go of at once, since
/// nobody says when those are closed.
@safe
final class CurlSockets {
  private final class Socket {
    var watch: Watch?
    var events: Loop.Events = []
    /// Whether libcurl waits for nothing.
    var isIdle = true
    /// Whether it was opened here, so that its closing is heard of.
    var isOwn = false

    /// Ends the watch now.
    ///
    /// Letting go of it is not enough: while its callback runs the watch is held, and libcurl may close
    /// the descriptor in there and open another one of the same number.
    func end() {
      watch?.end()
      watch = nil
      events = []
    }
  }

  /// A socket whose events libcurl will not hear of.
  struct Failure {
    var descriptor: Int32
    /// The transfer that has asked for them; nil for one of libcurl's own.
    var transfer: CurlTransfer?
    var error: DriverError
  }

  private let loop: Loop
  /// By descriptor.
  private var sockets: [Socket?] = []
  private var failures: [Failure] = []
  /// Tells libcurl of a socket's events (`CURL_CSELECT_…`).
  var onEvents: ((_ socket: Int32, _ events: Int32) -> Void)?

  init(_ loop: Loop) { self.loop = loop }

  /// Makes a transfer open and close its sockets here.
  func setUp(_ transfer: CurlTransfer) throws(CurlError) {
    // An opened socket is the transfer's, which keeps the reason where there is none.
    unsafe try transfer.easy.set(
      CURLOPT_OPENSOCKETDATA,
      pointer: Unmanaged.passUnretained(transfer).toOpaque()
    )
    // A connection outlives its transfer, and is closed by whoever needs its place.
    unsafe try transfer.easy.set(
      CURLOPT_CLOSESOCKETDATA,
      pointer: Unmanaged.passUnretained(self).toOpaque()
    )
    try CurlError.check(
      unsafe ccurl_set_open_socket_function(transfer.easy.handle, CurlSockets.open)
    )
    try CurlError.check(
      unsafe ccurl_set_close_socket_function(transfer.easy.handle, CurlSockets.close)
    )
  }

  /// Makes libcurl say here what it waits for.
  func setUp(multi: UnsafeMutableRawPointer) {
    unsafe ccurl_multi_set_pointer(
      multi,
      CURLMOPT_SOCKETDATA,
      Unmanaged.passUnretained(self).toOpaque()
    )
    unsafe ccurl_multi_set_socket_function(multi, CurlSockets.changed)
  }

  // MARK: - What libcurl says

  /// The corresponding C type is `curl_opensocket_callback`.
  private static let open: curl_opensocket_callback = { context, purpose, address in
    guard let context = unsafe context, let address = unsafe address else { return -1 }
    let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    guard transfer.handler?.mayConnect(to: unsafe ipAddress(address)) ?? true else { return -1 }
    let flags = Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = unsafe Glibc.socket(
      address.pointee.family,
      address.pointee.socktype | flags,
      address.pointee.protocol
    )
    if descriptor >= 0 {
      transfer.sockets.forget(descriptor)
      transfer.sockets.socket(descriptor).isOwn = true
    } else {
      // libcurl only says that it could not connect.
      transfer.openError = errno
    }
    return descriptor
  }

  /// The bytes of an IP address; none where it is of another family.
  private static func ipAddress(_ address: UnsafeMutablePointer<curl_sockaddr>) -> [UInt8] {
    unsafe withUnsafeBytes(of: &address.pointee.addr) { bytes in
      // sockaddr_in(7) and sockaddr_in6(7): family, port, then the address, or a flow label before it.
      switch unsafe address.pointee.family {
      case AF_INET: unsafe Array(bytes[4..<8])
      case AF_INET6: unsafe address6(address)
      default: []
      }
    }
  }

  /// A `sockaddr` is too short for it, and libcurl's own is longer than it says (curl_opensocket_callback(3)).
  private static func address6(_ address: UnsafeMutablePointer<curl_sockaddr>) -> [UInt8] {
    let length = Int(unsafe address.pointee.addrlen)
    guard length >= MemoryLayout<sockaddr_in6>.size,
      let start = MemoryLayout<curl_sockaddr>.offset(of: \.addr)
    else { return [] }
    let bytes = unsafe UnsafeRawBufferPointer(
      start: UnsafeRawPointer(address) + start,
      count: length
    )
    return unsafe Array(bytes[8..<24])
  }

  /// The corresponding C type is `curl_closesocket_callback`.
  private static let close: curl_closesocket_callback = { context, descriptor in
    guard let context = unsafe context else { return 1 }
    unsafe Unmanaged<CurlSockets>.fromOpaque(context).takeUnretainedValue().forget(descriptor)
    return Glibc.close(descriptor) == 0 ? 0 : 1
  }

  /// The corresponding C type is `curl_socket_callback`.
  ///
  /// Always answers 0: anything else would make the multi useless for all of its transfers, for good.
  private static let changed: curl_socket_callback = { easy, descriptor, what, context, _ in
    guard let context = unsafe context else { return 0 }
    let sockets = unsafe Unmanaged<CurlSockets>.fromOpaque(context).takeUnretainedValue()
    if let error = sockets.change(descriptor, to: what) {
      let transfer = unsafe easy.flatMap { unsafe CurlTransfer.of($0) }
      sockets.failures.append(
        Failure(descriptor: descriptor, transfer: transfer, error: error)
      )
    }
    return 0
  }

  private func change(_ descriptor: Int32, to what: Int32) -> DriverError? {
    let socket = socket(descriptor)
    if what == CURL_POLL_REMOVE {
      socket.isIdle = true
      if !socket.isOwn { forget(descriptor) }
      return nil
    }
    socket.isIdle = false
    let events: Loop.Events =
      switch what {
      case CURL_POLL_IN: .readable
      case CURL_POLL_OUT: .writable
      case CURL_POLL_INOUT: [.readable, .writable]
      default: []
      }
    return watch(socket, descriptor, for: events)
  }

  /// Watches a socket for other events; an error where that cannot be done.
  private func watch(
    _ socket: Socket,
    _ descriptor: Int32,
    for events: Loop.Events
  ) -> DriverError? {
    if let watch = socket.watch {
      if socket.events == events { return nil }
      do throws(DriverError) {
        try watch.change(to: events)
        socket.events = events
        return nil
      } catch {
        // What cannot be changed may still be made anew.
        socket.end()
      }
    }
    do throws(DriverError) {
      socket.watch = try loop.watch(descriptor, for: events) { [unowned self, unowned socket] in
        happened($0, socket, descriptor)
      }
      socket.events = events
      return nil
    } catch {
      return error
    }
  }

  // MARK: - What the multi asks

  /// The oldest failure that nobody has asked for yet.
  func takeFailure() -> Failure? { failures.isEmpty ? nil : failures.removeFirst() }

  /// Whether libcurl waits for a socket that nobody watches.
  func isLost(_ descriptor: Int32) -> Bool {
    let place = Int(descriptor)
    guard sockets.indices.contains(place), let socket = sockets[place] else { return false }
    return !socket.isIdle && socket.watch == nil
  }

  // MARK: - What the loop says

  private func happened(_ events: Loop.Events, _ socket: Socket, _ descriptor: Int32) {
    if socket.isIdle {
      // Room to write is no news on an idle connection. Anything else is its end, most likely; libcurl
      // finds that out when it wants to use it again.
      if events != .writable || watch(socket, descriptor, for: .readable) != nil { socket.end() }
      return
    }
    var mask: Int32 = 0
    if events.contains(.readable) { mask |= CURL_CSELECT_IN }
    if events.contains(.writable) { mask |= CURL_CSELECT_OUT }
    if events.contains(.hangup) { mask |= CURL_CSELECT_ERR }
    onEvents?(descriptor, mask)
  }

  // MARK: - The table

  private func socket(_ descriptor: Int32) -> Socket {
    let place = Int(descriptor)
    while sockets.count <= place { sockets.append(nil) }
    if let socket = sockets[place] { return socket }
    let socket = Socket()
    sockets[place] = socket
    return socket
  }

  private func forget(_ descriptor: Int32) {
    let place = Int(descriptor)
    guard sockets.indices.contains(place), let socket = sockets[place] else { return }
    socket.end()
    sockets[place] = nil
  }
}
