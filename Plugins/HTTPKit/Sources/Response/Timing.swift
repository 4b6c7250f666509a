internal import CCurl
internal import CurlKit
package import DriverKit

/// How long the steps of a request took, in seconds.
package struct Timing {
  package var dns = 0.0
  package var connect = 0.0
  package var tls = 0.0
  package var firstByte = 0.0
  package var total = 0.0

  /// The times of a finished transfer.
  ///
  /// - Parameters:
  ///   - handle: The transfer's handle.
  ///   - lookUp: How long the look-up before it took, in nanoseconds.
  ///   - began: When the call began, in nanoseconds.
  package init(_ handle: RequestHandle, lookUp: UInt64, began: UInt64) {
    let easy = handle.transfer
    func seconds(_ info: CURLINFO) -> Double { Double(easy.easy.offset(info)) / 1e6 }
    dns = Timing.seconds(lookUp)
    // All of libcurl's times run from the beginning of its transfer.
    if easy.easy.number(CURLINFO_NUM_CONNECTS) > 0 {
      let named = seconds(CURLINFO_NAMELOOKUP_TIME_T)
      let connected = seconds(CURLINFO_CONNECT_TIME_T)
      let encrypted = seconds(CURLINFO_APPCONNECT_TIME_T)
      connect = Timing.rounded(max(0, connected - named))
      tls = encrypted > 0 ? Timing.rounded(max(0, encrypted - connected)) : 0
    }
    let started = seconds(CURLINFO_STARTTRANSFER_TIME_T)
    let ended = seconds(CURLINFO_TOTAL_TIME_T)
    total = Timing.seconds(monotonicNanoseconds() - began)
    firstByte = started > 0 ? Timing.rounded(max(0, total - max(0, ended - started))) : 0
  }

  /// Nanoseconds in seconds, to the microsecond.
  package static func seconds(_ nanoseconds: UInt64) -> Double { Double(nanoseconds / 1000) / 1e6 }

  /// To the microsecond: what a difference of doubles has beyond that is noise.
  package static func rounded(_ seconds: Double) -> Double { (seconds * 1e6).rounded() / 1e6 }

  /// Puts the times into the builder as a map.
  package func write(to builder: inout OutputBuilder) {
    builder.beginMap()
    builder.add(dns, name: "dns")
    builder.add(connect, name: "connect")
    builder.add(tls, name: "tls")
    builder.add(firstByte, name: "first_byte")
    builder.add(total, name: "total")
    builder.end()
  }
}
