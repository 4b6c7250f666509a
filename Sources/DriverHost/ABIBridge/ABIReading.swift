package import DriverABI

/// Reads what an engine hands over in the ABI's structs.
package enum ABIReading {
  /// Whether a pointer that the header has as never NULL is none: C lets one through.
  package static func isGiven(_ pointer: UnsafeRawPointer) -> Bool {
    // By its bits: what is not optional is not nil to Swift.
    UInt(bitPattern: pointer) != 0
  }

  /// Whether a function that the header has as never NULL is none.
  package static func isGiven<Function>(function: Function) -> Bool {
    unsafe unsafeBitCast(function, to: UInt.self) != 0
  }

  /// A text, copied; nil if it is not UTF-8, or has bytes and no address.
  package static func text(_ text: dh_text_v1) -> String? { unsafe ValueReader.text(text) }

  /// A tree, copied; documents in it become trees.
  ///
  /// - Parameters:
  ///   - value: The tree.
  ///   - what: What messages call it: "the inputs".
  /// - Returns: The value.
  /// - Throws: At the stage `.input`, what breaks a rule of values or of JSON, or is of a kind or has a flag that is not
  ///   known.
  package static func value(_ value: dh_value_v1, _ what: String) throws(HostError) -> Value {
    // By itself, so that the error has a line and a column.
    if unsafe value.kind == DH_JSON, unsafe value.flags & ~DH_SECRET == 0 {
      let bytes = unsafe dh_text_v1(ptr: value.as.text, len: value.count)
      guard let text = unsafe ValueReader.text(bytes) else {
        throw HostError(.invalidInput, stage: .input, "\(what) are not UTF-8")
      }
      return try JSON.parse(text, limits: JSON.Limits(depth: ValueReader.depthLimit))
    }
    var reader = ValueReader(isStrict: true)
    do throws(ValueReader.Refusal) {
      let read = unsafe try reader.read(value)
      return read.withoutDocuments ?? read
    } catch {
      var problem = HostError(.invalidInput, stage: .input, "\(what): \(error.reason)")
      problem.pointer = JSONPointer(error.path.reversed())
      throw problem
    }
  }
}

extension Value {
  /// The same with its documents as trees; nil where it has none.
  fileprivate var withoutDocuments: Value? {
    switch self {
    case .json(let document): return document.value
    case .list(let items):
      var changed: [Value]?
      for (index, item) in items.enumerated() {
        if let plain = item.withoutDocuments { changed = changed ?? items; changed?[index] = plain }
      }
      return changed.map(Value.list)
    case .map(let members):
      var changed: ValueMap?
      for (index, member) in members.enumerated() {
        if let plain = member.value.withoutDocuments {
          if changed == nil { changed = members }
          changed?.replace(at: index, plain)
        }
      }
      return changed.map(Value.map)
    default: return nil
    }
  }
}
