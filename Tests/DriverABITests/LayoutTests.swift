import DriverABI
import Foundation
import TestSupport
import Testing

/// One struct as Swift lays it out.
private struct Layout {
  var size: Int
  var stride: Int
  var offsets: [String: Int]

  init<Struct>(_ type: Struct.Type, _ fields: [String: PartialKeyPath<Struct>]) {
    size = MemoryLayout<Struct>.size
    stride = MemoryLayout<Struct>.stride
    offsets = fields.compactMapValues { MemoryLayout<Struct>.offset(of: $0) }
  }
}

@Suite("The layout of revision 1")
struct LayoutTests {
  private static let swift: [String: Layout] = [
    "dh_text_v1": Layout(dh_text_v1.self, ["len": \.len]),
    "dh_value_as_v1": Layout(dh_value_as_v1.self, [:]),
    "dh_value_v1": Layout(
      dh_value_v1.self,
      ["flags": \.flags, "count": \.count, "as": \.as]
    ),
    "dh_member_v1": Layout(dh_member_v1.self, ["value": \.value]),
    "dh_error_v1": Layout(
      dh_error_v1.self,
      [
        "flags": \.flags, "status": \.status, "retry_after_ms": \.retry_after_ms,
        "vendor_code": \.vendor_code, "vendor_state": \.vendor_state, "pointer": \.pointer,
        "message": \.message, "detail": \.detail, "details": \.details,
      ]
    ),
    "dh_call_v1": Layout(dh_call_v1.self, ["id": \.id]),
    "dh_calls_v1": Layout(
      dh_calls_v1.self,
      [
        "stopped": \.stopped, "stop_fd": \.stop_fd, "on_stop": \.on_stop, "log": \.log,
        "progress": \.progress, "output": \.output, "send": \.send, "wanted": \.wanted,
        "write": \.write, "read": \.read, "length": \.length, "seek": \.seek,
        "on_ready": \.on_ready, "rows": \.rows, "opened": \.opened, "done": \.done,
      ]
    ),
    "dh_report_v1": Layout(dh_report_v1.self, ["context": \.context]),
    "dh_host_v1": Layout(
      dh_host_v1.self,
      ["version": \.version, "log": \.log, "once": \.once, "interface": \.interface]
    ),
    "dh_reactor_v1": Layout(
      dh_reactor_v1.self,
      [
        "watch": \.watch, "change": \.change, "unwatch": \.unwatch, "timer": \.timer,
        "cancel": \.cancel, "post": \.post,
      ]
    ),
    "dh_resolve_v1": Layout(dh_resolve_v1.self, ["cancel": \.cancel]),
    "dh_request_v1": Layout(
      dh_request_v1.self,
      [
        "session": \.session, "action": \.action, "inputs": \.inputs,
        "deadline_ns": \.deadline_ns, "execution": \.execution, "connector": \.connector,
        "context": \.context, "attempt": \.attempt, "flags": \.flags,
      ]
    ),
    "dh_driver_v1": Layout(dh_driver_v1.self, ["destroy": \.destroy, "start": \.start]),
    "struct ArrowSchema": Layout(
      ArrowSchema.self,
      [
        "format": \.format, "name": \.name, "metadata": \.metadata, "flags": \.flags,
        "n_children": \.n_children, "children": \.children, "dictionary": \.dictionary,
        "release": \.release, "private_data": \.private_data,
      ]
    ),
    "struct ArrowArray": Layout(
      ArrowArray.self,
      [
        "length": \.length, "null_count": \.null_count, "offset": \.offset,
        "n_buffers": \.n_buffers, "n_children": \.n_children, "buffers": \.buffers,
        "children": \.children, "dictionary": \.dictionary, "release": \.release,
        "private_data": \.private_data,
      ]
    ),
    "struct ArrowArrayStream": Layout(
      ArrowArrayStream.self,
      [
        "get_schema": \.get_schema, "get_next": \.get_next, "get_last_error": \.get_last_error,
        "release": \.release, "private_data": \.private_data,
      ]
    ),
  ]

  private let source: String

  init() throws {
    source = try String(
      contentsOfFile: ThisPackage.folder + "/Sources/DriverABI/layout.c",
      encoding: .utf8
    )
  }

  @Test("has the sizes in Swift that layout.c asserts in C")
  func sizes() throws {
    var seen: Set<String> = []
    for match in source.matches(of: /(?m)^SIZE\(([A-Za-z_1 ]+), ([0-9* ]+)\);$/) {
      let name = String(match.1)
      let layout = try #require(Self.swift[name], "\(name) is not in the table of this test")
      let size = match.2.split(separator: "*")
        .compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }.reduce(1, *)
      #expect(layout.size == size, "\(name)")
      #expect(layout.stride == size, "\(name)")
      seen.insert(name)
    }
    #expect(seen == Set(Self.swift.keys))
  }

  @Test("has the offsets in Swift that layout.c asserts in C")
  func offsets() throws {
    var seen: [String: Set<String>] = [:]
    for match in source.matches(of: /(?m)^OFFSET\(([A-Za-z_0-9 ]+), ([a-z_]+), ([0-9]+)\);$/) {
      let (name, field) = (String(match.1), String(match.2))
      let offset = try #require(Self.swift[name]?.offsets[field], "\(name).\(field)")
      #expect(offset == Int(match.3), "\(name).\(field)")
      seen[name, default: []].insert(field)
    }
    for (name, layout) in Self.swift {
      #expect(seen[name] ?? [] == Set(layout.offsets.keys), "\(name)")
    }
  }

  @Test("has each of the header's constants, with its number, in what layout.c asserts")
  func numbers() throws {
    let asserted = source.matches(of: /(?m)^NUMBER\(([A-Z_0-9]+), (\S+)\);$/)
      .map { "\($0.1) \($0.2)" }
    let defined = try HeaderText().lines.joined(separator: "\n")
      .matches(of: /(?m)^#define ((?:ARROW|DH)_[A-Z_0-9]+) (-?(?:0x)?[0-9a-f]+u?)(?:$| )/)
      .map { "\($0.1) \($0.2)" }
    #expect(asserted == defined)
    #expect(Set(asserted).count == asserted.count)
    // A guard against patterns that find nothing.
    #expect(asserted.contains("DH_FAILED -8") && asserted.contains("DH_NOTE_TYPE 1u"))
  }
}
