internal import DriverABI

/// Where in the inputs a value stands, kept so that a JSON pointer is only made when somebody asks.
@safe
struct InputPlace: @unchecked Sendable {
  // `@unchecked` because nothing behind the name's address ever changes.

  @safe
  enum Token {
    case root
    case member(dh_text_v1)
    case item(Int)
  }

  /// The pointer of the map or list that holds the value.
  let container: String
  let token: Token

  /// The JSON pointer (RFC 6901).
  var pointer: String {
    switch token {
    case .root: return container
    case .item(let index): return "\(container)/\(index)"
    case .member(let name):
      return container + "/" + InputPlace.escaped(unsafe InputText(name).bytes)
    }
  }

  /// A member's pointer, for one that is missing.
  static func pointer(in container: String, of name: StaticString) -> String {
    container + "/" + name.withUTF8Buffer { unsafe escaped(Span(_unsafeElements: $0)) }
  }

  private static func escaped(_ name: Span<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(name.count)
    for index in name.indices {
      switch name[index] {
      case UInt8(ascii: "~"): text += [UInt8(ascii: "~"), UInt8(ascii: "0")]
      case UInt8(ascii: "/"): text += [UInt8(ascii: "~"), UInt8(ascii: "1")]
      case let byte: text.append(byte)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
