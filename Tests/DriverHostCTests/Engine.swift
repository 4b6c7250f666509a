import CDriverHost
import DriverABI
import Foundation
import TestSupport
import Testing

@testable import DriverHostC

/// What a function of the API failed with.
struct EngineError: Error {
  var status: dh_status
  var code: UInt32
  var message: String
}

/// An engine in the tests' own process, over the functions as C has them.
final class Engine: Sendable {
  let host: dh_handle

  /// A host with fixture drivers.
  convenience init(_ fixtures: String..., more: [String] = []) throws {
    try self.init(paths: fixtures.map { try FixtureDriver.path($0) } + more)
  }

  /// A host with drivers at these paths and no others.
  init(paths: [String], _ change: (inout dh_host_options_v1) -> Void = { _ in }) throws {
    let texts = Texts(paths)
    var options = dh_host_options_v1()
    options.driver_paths = UnsafePointer(texts.start)
    options.driver_path_count = texts.count
    options.flags = DH_ONLY_GIVEN_PATHS
    change(&options)
    host = try withExtendedLifetime(texts) {
      try Engine.handle { dh_host_open_v1(&options, $0, $1) }
    }
  }

  deinit {
    _ = dh_host_close_v1(host, nil, nil)
    _ = dh_release_v1(host)
  }

  /// Calls a function that gives a handle or an error.
  static func handle(
    _ body: (UnsafeMutablePointer<dh_handle>, UnsafeMutablePointer<dh_handle>) -> dh_status
  ) throws -> dh_handle {
    var (handle, error): (dh_handle, dh_handle) = (0, 0)
    try check(body(&handle, &error), error)
    return handle
  }

  /// Throws what an error says, and releases it.
  static func check(_ status: dh_status, _ error: dh_handle) throws {
    guard status < 0 else { return }
    defer { _ = dh_release_v1(error) }
    let failure = dh_failure_get_v1(error)
    throw EngineError(
      status: status,
      code: failure?.pointee.code ?? 0,
      message: failure.flatMap { string($0.pointee.message) } ?? "no error was given"
    )
  }

  /// A document as JSON; it is released.
  static func document(
    flags: UInt32 = 0,
    _ body: (UnsafeMutablePointer<dh_handle>, UnsafeMutablePointer<dh_handle>) -> dh_status
  ) throws -> String {
    let document = try handle(body)
    defer { _ = dh_release_v1(document) }
    return json(document, flags)
  }

  /// What a handle holds as JSON.
  static func json(_ handle: dh_handle, _ flags: UInt32 = 0) -> String {
    var text = dh_text_v1()
    #expect(dh_json_v1(handle, flags, &text) == DH_OK)
    return string(text) ?? "none"
  }

  /// Runs a call of a type whose inputs are JSON.
  func connect(
    _ type: String,
    _ json: String = "{}",
    _ options: dh_call_options_v1 = dh_call_options_v1()
  ) throws -> dh_handle {
    try type.withText { name in
      try json.withText { text in
        var target = dh_target_v1(kind: DH_TARGET_TYPE, reserved: 0, name: name)
        var inputs = dh_textual(DH_JSON, text.ptr, text.len)
        var options = options
        return try Engine.handle {
          dh_host_connect_v1(host, &target, &inputs, &options, $0, $1)
        }
      }
    }
  }

  /// The error of such a call.
  func failure(
    _ type: String,
    _ json: String = "{}",
    _ options: dh_call_options_v1 = dh_call_options_v1()
  ) throws -> dh_handle {
    try type.withText { name in
      try json.withText { text in
        var target = dh_target_v1(kind: DH_TARGET_TYPE, reserved: 0, name: name)
        var inputs = dh_textual(DH_JSON, text.ptr, text.len)
        var options = options
        var error: dh_handle = 0
        let status = dh_host_connect_v1(host, &target, &inputs, &options, nil, &error)
        try #require(status == DH_FAILED)
        return error
      }
    }
  }

  /// Makes an execution of a type whose inputs are JSON.
  func execution(
    _ type: String,
    _ json: String = "{}",
    _ options: dh_call_options_v1 = dh_call_options_v1()
  ) throws -> dh_handle {
    try type.withText { name in
      try json.withText { text in
        var target = dh_target_v1(kind: DH_TARGET_TYPE, reserved: 0, name: name)
        var inputs = dh_textual(DH_JSON, text.ptr, text.len)
        var options = options
        return try Engine.handle {
          dh_execution_create_v1(host, &target, &inputs, &options, $0, $1)
        }
      }
    }
  }
}

/// Texts in a row, as C has them.
final class Texts: @unchecked Sendable {
  // `@unchecked` because nobody changes the texts.
  let start: UnsafeMutablePointer<dh_text_v1>
  let count: Int

  init(_ strings: [String]) {
    count = strings.count
    start = .allocate(capacity: max(1, count))
    for (index, string) in strings.enumerated() {
      (start + index).initialize(to: dh_text_v1(ptr: strdup(string), len: string.utf8.count))
    }
  }

  deinit {
    for index in 0..<count { free(UnsafeMutablePointer(mutating: start[index].ptr)) }
    start.deallocate()
  }
}

/// A text of the library's; nil where there is none.
func string(_ text: dh_text_v1) -> String? {
  guard let start = text.ptr else { return nil }
  // The NUL that the header promises.
  #expect(start[text.len] == 0)
  let bytes = UnsafeRawBufferPointer(start: start, count: text.len)
  return String(decoding: bytes, as: UTF8.self)
}

extension String {
  /// The text as C has it, without a NUL.
  func withText<Result>(_ body: (dh_text_v1) throws -> Result) rethrows -> Result {
    var copy = self
    return try copy.withUTF8 { utf8 in
      try utf8.withMemoryRebound(to: CChar.self) {
        try body(dh_text_v1(ptr: $0.baseAddress, len: $0.count))
      }
    }
  }
}

/// Runs something that waits on a thread of its own, where it holds no task up.
func onThread<Result: Sendable>(
  _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread {
      continuation.resume(with: Swift.Result { try body() })
    }
  }
}

/// An object as the context of callbacks.
func context(_ object: AnyObject) -> UnsafeMutableRawPointer {
  Unmanaged.passUnretained(object).toOpaque()
}

/// The object behind a callback's context.
func object<Object: AnyObject>(
  _ context: UnsafeMutableRawPointer?,
  _ type: Object.Type = Object.self
) -> Object {
  Unmanaged<Object>.fromOpaque(context!).takeUnretainedValue()
}

/// What a call goes to: the name is one that stays where it is, unlike those that Swift passes to
/// C.
func callTarget(_ name: StaticString, _ kind: UInt32 = DH_TARGET_TYPE) -> dh_target_v1 {
  let start = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
  let text = dh_text_v1(ptr: start, len: name.utf8CodeUnitCount)
  return dh_target_v1(kind: kind, reserved: 0, name: text)
}
