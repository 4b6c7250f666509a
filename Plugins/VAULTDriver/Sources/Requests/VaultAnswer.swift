internal import CurlKit
internal import DriverKit
internal import HTTPKit

/// An answer of the server, with what a body in Vault's form says.
struct VaultAnswer {
  var status: Int
  /// The body, where it is JSON.
  var document: JSONDocument?
  /// The body, where it is none.
  var rest: [UInt8] = []
  /// How long it asks to wait.
  var retryAfter: Duration?

  /// The answer of an exchange that has ended.
  init(_ exchange: Exchange) {
    status = exchange.status
    let body = exchange.handle?.body.withSpan { bytes in bytes.indices.map { bytes[$0] } } ?? []
    document = JSONDocument(body)
    if document == nil { rest = body }
    if [429, 503].contains(status) { retryAfter = StatusError.retryAfter(exchange) }
  }

  var isFine: Bool { (200..<300).contains(status) }

  /// What the server says of a failure.
  var errors: [String] {
    guard let document else { return [] }
    return document.items("/errors").compactMap {
      JSONScanner.string(of: $0, in: document.bytes.span)
    }
  }

  /// What the server warns of.
  var warnings: [String] {
    guard let document else { return [] }
    return document.items("/warnings").compactMap {
      JSONScanner.string(of: $0, in: document.bytes.span)
    }
  }

  /// Whether it is about a path that engines of version 2 do not have.
  var isAboutVersion: Bool {
    status == 404 && warnings.contains { $0.contains("versioned K/V") }
  }
}
