import CDriverHost
import DriverABI
import DriverHost

/// What the exported functions have in common.
enum Engine {
  /// Runs the body of a function: its status, and on failure a new handle in the caller's place.
  static func answer(
    _ error: UnsafeMutablePointer<dh_handle>?,
    _ body: () throws(Refusal) -> dh_status
  ) -> dh_status {
    if ProcessState.isForked {
      unsafe error?.pointee = HandleTable.forkedError
      return Status.forked
    }
    do throws(Refusal) {
      return try body()
    } catch let refusal {
      unsafe give(Answer(.failure(refusal.error)), error)
      return refusal.status
    }
  }

  /// Runs the body of a function that takes no place for an error.
  static func answer(_ body: () throws(Refusal) -> dh_status) -> dh_status {
    unsafe answer(nil, body)
  }

  /// A new handle in the caller's place; nothing where there is none.
  static func give(_ answer: Answer, _ place: UnsafeMutablePointer<dh_handle>?) {
    unsafe place?.pointee = HandleTable.shared.add(.answer(answer))
  }

  /// A new document in the caller's place, which must be there.
  static func give(
    document: Value,
    _ place: UnsafeMutablePointer<dh_handle>
  ) -> dh_status {
    unsafe give(Answer(.document(document)), place)
    return Status.ok
  }

  /// What the host throws, as a refusal.
  static func host<Success>(
    _ body: () throws(HostError) -> Success
  ) throws(Refusal) -> Success {
    do throws(HostError) {
      return try body()
    } catch {
      throw Refusal(error)
    }
  }

  /// Waits on this thread for what the host does.
  static func wait<Success: Sendable>(
    _ body: @escaping @Sendable () async throws(HostError) -> Success
  ) throws(Refusal) -> Success {
    let result = CallExecutor.run { () async -> Result<Success, HostError> in
      do throws(HostError) {
        return .success(try await body())
      } catch {
        return .failure(error)
      }
    }
    return try host(result.get)
  }

  /// What a handle holds; nil where it holds nothing, and in a forked child, where locks may be
  /// held for ever.
  static func answer(of handle: dh_handle) -> Answer? {
    if ProcessState.isForked { return nil }
    return try? HandleTable.shared.answer(handle)
  }

  // MARK: - Reading arguments

  /// Refuses a NULL where the header has none, since C lets one through.
  static func check(_ pointer: UnsafeRawPointer, _ what: String) throws(Refusal) {
    if unsafe !ABIReading.isGiven(pointer) { throw Refusal(argument: "\(what) is NULL") }
  }

  /// A text that may be empty.
  static func text(_ text: dh_text_v1, _ what: String) throws(Refusal) -> String {
    guard let read = unsafe ABIReading.text(text) else {
      throw Refusal(argument: "\(what) is no UTF-8, or has a length and no address")
    }
    return read
  }

  /// A text; nil where it is empty.
  static func optional(_ text: dh_text_v1, _ what: String) throws(Refusal) -> String? {
    let read = unsafe try Engine.text(text, what)
    return read.isEmpty ? nil : read
  }

  /// A text that must not be empty.
  static func name(_ text: dh_text_v1, _ what: String) throws(Refusal) -> String {
    guard let read = unsafe try optional(text, what) else {
      throw Refusal(argument: "\(what) is empty")
    }
    return read
  }

  /// Texts in a row.
  static func texts(
    _ start: UnsafePointer<dh_text_v1>?,
    _ count: Int,
    _ what: String
  ) throws(Refusal) -> [String] {
    var texts: [String] = []
    unsafe try forEach(start, count, what) { (text) throws(Refusal) in
      texts.append(unsafe try name(text, what))
    }
    return texts
  }

  /// Visits structs in a row.
  static func forEach<Element>(
    _ start: UnsafePointer<Element>?,
    _ count: Int,
    _ what: String,
    _ body: (Element) throws(Refusal) -> Void
  ) throws(Refusal) {
    guard count != 0 else { return }
    guard let start = unsafe start, count > 0 else {
      throw Refusal(argument: "\(what): \(count) of them at no address")
    }
    for index in 0..<count { try body(unsafe start[index]) }
  }

  /// A tree; nil where there is none.
  static func value(
    _ value: UnsafePointer<dh_value_v1>?,
    _ what: String
  ) throws(Refusal) -> Value? {
    guard let value = unsafe value else { return nil }
    do throws(HostError) {
      return unsafe try ABIReading.value(value.pointee, what)
    } catch {
      var refusal = Refusal(error)
      refusal.status = Status.invalid
      throw refusal
    }
  }

  /// Inputs, which are a map.
  static func inputs(
    _ value: UnsafePointer<dh_value_v1>?
  ) throws(Refusal) -> ValueMap {
    switch unsafe try self.value(value, "the inputs") {
    case nil: return [:]
    case .map(let members)?: return members
    case let other?: throw Refusal(argument: "the inputs are \(other.kindInWords), not a map")
    }
  }

  /// What a call goes to.
  static func target(_ target: UnsafePointer<dh_target_v1>) throws(Refusal) -> ConnectionTarget {
    unsafe try check(target, "the target")
    try check(reserved: unsafe target.pointee.reserved, "the target")
    let name = unsafe try name(target.pointee.name, "the target's name")
    switch unsafe target.pointee.kind {
    case DH_TARGET_CONNECTOR: return .connector(name)
    case DH_TARGET_TYPE: return .type(name)
    case DH_TARGET_VAULT: return .vault(name)
    case let kind: throw Refusal(argument: "there is no target of kind \(kind)")
    }
  }

  /// What is kept for a later revision, and 0 until then.
  static func check(reserved: UInt32, _ what: String) throws(Refusal) {
    if reserved != 0 { throw Refusal(argument: "`reserved` of \(what) is not 0") }
  }

  /// Further options by name, all of which must be known.
  ///
  /// - Parameters:
  ///   - map: NULL: none.
  ///   - names: Those that there are.
  ///   - what: What messages call it: "the host's options".
  /// - Throws: What is wrong with them.
  /// - Returns: The options.
  static func further(
    _ map: UnsafePointer<dh_value_v1>?,
    known names: [String],
    _ what: String
  ) throws(Refusal) -> ValueMap {
    guard let value = unsafe try self.value(map, "the further ones of \(what)") else { return [:] }
    guard let members = value.mapValue else {
      throw Refusal(argument: "the further ones of \(what) are no map")
    }
    for member in members where !names.contains(member.name) {
      throw Refusal(
        argument:
          "\(what) have no further one called `\(member.name)`: there \(names.isEmpty ? "is none" : "are " + names.joined(separator: ", "))"
      )
    }
    return members
  }

  /// Flags, all of which must be known.
  static func check(
    _ flags: UInt32,
    known: UInt32,
    _ what: String
  ) throws(Refusal) {
    if flags & ~known != 0 { throw Refusal(argument: "\(what) have unknown flags: \(flags)") }
  }
}
