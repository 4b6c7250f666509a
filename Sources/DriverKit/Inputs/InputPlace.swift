internal import DriverABI

/// Where in the inputs a map or a list stands, without a text for the places that nearly all have.
@safe
enum InputPath {
  /// The inputs as a whole.
  case root
  /// A member of the inputs.
  case member(dh_text_v1)
  /// Deeper: the JSON pointer.
  case deep(String)

  /// The JSON pointer (RFC 6901).
  var pointer: String {
    switch self {
    case .root: ""
    case .member(let name): unsafe InputPlace(container: .root, token: .member(name)).pointer
    case .deep(let pointer): pointer
    }
  }
}

/// Where in the inputs a value stands, kept so that a JSON pointer is only made when somebody asks.
@safe
struct InputPlace {
  @safe
  enum Token {
    case root
    case member(dh_text_v1)
    case item(Int)
  }

  /// The map or list that holds the value.
  let container: InputPath
  let token: Token

  /// The JSON pointer (RFC 6901).
  var pointer: String {
    switch token {
    case .root: return container.pointer
    case .item(let index): return "\(container.pointer)/\(index)"
    case .member(let name):
      return container.pointer + "/" + InputPlace.escaped(unsafe InputText(name).bytes)
    }
  }

  /// The value's own place, as that of what it holds.
  var path: InputPath {
    if case .root = container, case .member(let name) = token { return unsafe .member(name) }
    return .deep(pointer)
  }

  /// A member's pointer, for one that is missing.
  static func pointer(in container: InputPath, of name: StaticString) -> String {
    container.pointer + "/"
      + name.withUTF8Buffer { unsafe escaped(Span(_unsafeElements: $0)) }
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
