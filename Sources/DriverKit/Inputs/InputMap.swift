internal import DriverABI
internal import Glibc

/// A map of a call's inputs, seen in place.
///
/// Valid until the call is ended.
///
/// Typed inputs are a struct with an initializer over it:
///
///     struct GreetInputs {
///       var name: String
///       var times: Int
///
///       init(_ inputs: borrowing InputMap) throws(DriverError) {
///         name = try inputs.required("name").string()
///         times = try inputs["times"]?.int(in: 1...10) ?? 1
///       }
///     }
@safe
public struct InputMap: ~Escapable {
  private let members: UnsafeBufferPointer<dh_member_v1>
  private let path: InputPath

  @_lifetime(immortal)
  init(_ members: UnsafeBufferPointer<dh_member_v1>, path: InputPath) {
    unsafe self.members = unsafe members
    self.path = path
  }

  /// The number of members.
  public var count: Int { unsafe members.count }

  /// The map's JSON pointer (RFC 6901); empty for the inputs as a whole.
  public var pointer: String { path.pointer }

  /// The member of that name; nil if there is none or it is null.
  ///
  /// Looks at each member in turn.
  public subscript(name: StaticString) -> InputValue? {
    @_lifetime(copy self)
    get {
      let (start, length) = unsafe (name.utf8Start, name.utf8CodeUnitCount)
      for index in 0..<count where unsafe isNamed(index, start, length) {
        let value = self.value(at: index)
        return value.kind == .null ? nil : value
      }
      return nil
    }
  }

  /// The member of that name.
  ///
  /// - Parameter name: Its name.
  /// - Throws: `.invalidInput` that names it if there is none or it is null.
  /// - Returns: Its value.
  @_lifetime(copy self)
  public func required(_ name: StaticString) throws(DriverError) -> InputValue {
    guard let value = self[name] else {
      throw DriverError(
        .invalidInput,
        "the input \(name) is missing",
        pointer: InputPlace.pointer(in: path, of: name)
      )
    }
    return value
  }

  /// The name at a place in the order, which must be one of the map.
  @_lifetime(copy self)
  public func name(at index: Int) -> InputText {
    precondition(index >= 0 && index < count, "a map of \(count) members has no member \(index)")
    return nameText(at: index)
  }

  /// The value at a place in the order, which must be one of the map.
  @_lifetime(copy self)
  public func value(at index: Int) -> InputValue {
    precondition(index >= 0 && index < count, "a map of \(count) members has no member \(index)")
    let value = unsafe InputValue(
      UnsafePointer(valueAddress(at: index)),
      at: InputPlace(container: path, token: .member(members[index].name))
    )
    return unsafe _overrideLifetime(value, copying: self)
  }

  /// Runs `body` for each member, in order.
  public func forEach<Failure: Error>(
    _ body: (_ name: InputText, _ value: InputValue) throws(Failure) -> Void
  ) throws(Failure) {
    for index in 0..<count { try body(nameText(at: index), value(at: index)) }
  }

  @_lifetime(copy self)
  private func nameText(at index: Int) -> InputText {
    unsafe _overrideLifetime(InputText(members[index].name), copying: self)
  }

  private func isNamed(_ index: Int, _ start: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    let name = unsafe members[index].name
    guard unsafe name.len == length, let text = unsafe name.ptr else {
      return unsafe name.len == length
    }
    return unsafe memcmp(text, start, length) == 0
  }

  private func valueAddress(at index: Int) -> UnsafePointer<dh_value_v1> {
    // A place below `count` exists, so there is a first one.
    guard let start = unsafe members.baseAddress else { preconditionFailure("an empty map") }
    // The value stands right behind the name, which has its alignment; driver_abi.h freezes that.
    return unsafe UnsafeRawPointer(start + index).advanced(by: MemoryLayout<dh_text_v1>.stride)
      .assumingMemoryBound(to: dh_value_v1.self)
  }
}

/// A list of a call's inputs, seen in place.
///
/// Valid until the call is ended.
@safe
public struct InputList: ~Escapable {
  private let items: UnsafeBufferPointer<dh_value_v1>
  private let path: InputPath

  @_lifetime(immortal)
  init(_ items: UnsafeBufferPointer<dh_value_v1>, path: InputPath) {
    unsafe self.items = unsafe items
    self.path = path
  }

  /// The number of items.
  public var count: Int { unsafe items.count }

  /// The item at a place, which must be one of the list.
  public subscript(index: Int) -> InputValue {
    @_lifetime(copy self)
    get {
      precondition(index >= 0 && index < count, "a list of \(count) items has no item \(index)")
      guard let start = unsafe items.baseAddress else { preconditionFailure("an empty list") }
      let value = unsafe InputValue(
        start + index,
        at: InputPlace(container: path, token: .item(index))
      )
      return unsafe _overrideLifetime(value, copying: self)
    }
  }

  /// Runs `body` for each item, in order.
  public func forEach<Failure: Error>(
    _ body: (_ item: InputValue) throws(Failure) -> Void
  ) throws(Failure) {
    for index in 0..<count { try body(self[index]) }
  }

  /// What `transform` makes of each item, in order.
  public func map<Result, Failure: Error>(
    _ transform: (_ item: InputValue) throws(Failure) -> Result
  ) throws(Failure) -> [Result] {
    var results: [Result] = []
    results.reserveCapacity(count)
    for index in 0..<count { results.append(try transform(self[index])) }
    return results
  }
}
