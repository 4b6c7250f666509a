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
  }

  private let loop: Loop
  /// By descriptor.
  private var sockets: [Socket?] = []
  /// Tells libcurl of a socket's events (`CURL_CSELECT_…`).
  var onEvents: ((_ socket: Int32, _ events: Int32) -> Void)?

  init(_ loop: Loop) { self.loop = loop }

  /// Makes a transfer open and close its sockets here.
  func setUp(_ easy: borrowing CurlEasy) throws(CurlError) {
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe try easy.set(CURLOPT_OPENSOCKETDATA, pointer: context)
    unsafe try easy.set(CURLOPT_CLOSESOCKETDATA, pointer: context)
    try CurlError.check(
      unsafe ccurl_set_open_socket_function(easy.handle, CurlSockets.open)
    )
    try CurlError.check(
      unsafe ccurl_set_close_socket_function(easy.handle, CurlSockets.close)
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
    let sockets = unsafe Unmanaged<CurlSockets>.fromOpaque(context).takeUnretainedValue()
    let flags = Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = unsafe Glibc.socket(
      address.pointee.family,
      address.pointee.socktype | flags,
      address.pointee.protocol
    )
    if descriptor >= 0 {
      sockets.forget(descriptor)
      sockets.socket(descriptor).isOwn = true
    }
    return descriptor
  }

  /// The corresponding C type is `curl_closesocket_callback`.
  private static let close: curl_closesocket_callback = { context, descriptor in
    guard let context = unsafe context else { return 1 }
    unsafe Unmanaged<CurlSockets>.fromOpaque(context).takeUnretainedValue().forget(descriptor)
    return Glibc.close(descriptor) == 0 ? 0 : 1
  }

  /// The corresponding C type is `curl_socket_callback`.
  private static let changed: curl_socket_callback = { _, descriptor, what, context, _ in
    guard let context = unsafe context else { return -1 }
    let sockets = unsafe Unmanaged<CurlSockets>.fromOpaque(context).takeUnretainedValue()
    return sockets.change(descriptor, to: what) ? 0 : -1
  }

  private func change(_ descriptor: Int32, to what: Int32) -> Bool {
    let socket = socket(descriptor)
    if what == CURL_POLL_REMOVE {
      socket.isIdle = true
      if !socket.isOwn { forget(descriptor) }
      return true
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

  private func watch(_ socket: Socket, _ descriptor: Int32, for events: Loop.Events) -> Bool {
    if socket.watch != nil, socket.events == events { return true }
    do throws(DriverError) {
      if let watch = socket.watch {
        try watch.change(to: events)
      } else {
        socket.watch = try loop.watch(descriptor, for: events) { [unowned self, unowned socket] in
          happened($0, socket, descriptor)
        }
      }
      socket.events = events
      return true
    } catch {
      // libcurl then ends all transfers of the multi, with an error each.
      return false
    }
  }

  // MARK: - What the loop says

  private func happened(_ events: Loop.Events, _ socket: Socket, _ descriptor: Int32) {
    if socket.isIdle {
      // Room to write is no news on an idle connection. Anything else is its end, most likely; libcurl
      // finds that out when it wants to use it again.
      if events == .writable, watch(socket, descriptor, for: .readable) { return }
      socket.watch = nil
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
    if sockets.indices.contains(place) { sockets[place] = nil }
  }
}
