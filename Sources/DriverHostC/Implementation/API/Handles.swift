public import CDriverHost
public import DriverABI
import DriverHost

// swift-format-ignore: AlwaysUseLowerCamelCase
/// The header's revision that this library serves.
@c @implementation
public func dh_api_v1() -> UInt32 { DH_HOST_API }

// swift-format-ignore: AlwaysUseLowerCamelCase
/// The library's version.
@c @implementation
public func dh_version_v1() -> UnsafePointer<CChar> { unsafe LibraryVersion.text }

/// The version as C wants it, valid until the process ends.
private enum LibraryVersion {
  // Both are `nonisolated(unsafe)` because nobody changes them once they are made.
  nonisolated(unsafe) private static let memory = ABIMemory()
  nonisolated(unsafe) static let text: UnsafePointer<CChar> = {
    guard let text = unsafe memory.text(Version.text).ptr else {
      preconditionFailure("a text is nowhere")
    }
    return unsafe text
  }()
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// Gives a handle back.
@c @implementation
public func dh_release_v1(_ handle: dh_handle) -> dh_status {
  Engine.answer { () throws(Refusal) in
    if handle == 0 || handle == HandleTable.forkedError { return Status.ok }
    // First of all what may still use the handle comes to its end.
    if case .work(let work) = try HandleTable.shared.thing(handle) { work.release() }
    if case .host(let host) = try HandleTable.shared.remove(handle) { host.release() }
    return Status.ok
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// What an error says.
@c @implementation
public func dh_failure_get_v1(_ error: dh_handle) -> UnsafePointer<dh_failure_v1>? {
  if error == HandleTable.forkedError { return unsafe ProcessState.forkError.failure }
  return unsafe Engine.answer(of: error)?.failure
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// How a call went.
@c @implementation
public func dh_result_get_v1(_ result: dh_handle) -> UnsafePointer<dh_result_v1>? {
  unsafe Engine.answer(of: result)?.result
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// What a handle holds as a tree.
@c @implementation
public func dh_tree_v1(_ handle: dh_handle) -> UnsafePointer<dh_value_v1>? {
  unsafe Engine.answer(of: handle)?.tree
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// One member of what a handle holds.
@c @implementation
public func dh_output_v1(
  _ handle: dh_handle,
  _ name: dh_text_v1
) -> UnsafePointer<dh_value_v1>? {
  guard let name = unsafe ABIReading.text(name) else { return nil }
  return unsafe Engine.answer(of: handle)?.output(name)
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// What a handle holds as JSON.
@c @implementation
public func dh_json_v1(
  _ handle: dh_handle,
  _ flags: UInt32,
  _ text: UnsafeMutablePointer<dh_text_v1>
) -> dh_status {
  Engine.answer { () throws(Refusal) in
    unsafe try Engine.check(text, "the place for the text")
    let known = DH_JSON_PRETTY | DH_JSON_WITH_SECRETS | DH_JSON_DECIMAL_NUMBERS
    try Engine.check(flags, known: known, "dh_json")
    unsafe text.pointee = unsafe try HandleTable.shared.answer(handle).json(flags)
    return Status.ok
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// The secrets among the inputs of a call.
@c @implementation
public func dh_input_secrets_v1(
  _ handle: dh_handle,
  _ secrets: UnsafeMutablePointer<dh_texts_v1>
) -> dh_status {
  Engine.answer { () throws(Refusal) in
    unsafe try Engine.check(secrets, "the place for the secrets")
    unsafe secrets.pointee = unsafe try HandleTable.shared.answer(handle).inputSecrets
    return Status.ok
  }
}
