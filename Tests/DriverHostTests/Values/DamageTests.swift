import Glibc
import Testing

@testable import DriverHost

/// Damaged and hostile documents: whatever comes, a reader answers with a value or with an error.
@Suite("A damaged document")
struct DamageTests {
  static let json =
    #"""
    {"name": "Zoë \"Z\" 😀 \u00e9\ud83d\ude00\n", "list": [1, -2.5e-3, 12345678901234567890, []],
     "null": null, "true": true, "false": false, "map": {"": {"a": [{}]}, "b\\": 0.1}}
    """#

  static let yaml =
    #"""
    # A connector
    %TAG ! tag:example.com,2024:
    ---
    connector_type: REST   # which one
    base: &base {url: "http://x/\u00e9", list: [1, 2.5, 0x1F, ~, 'it''s']}
    copy: *base
    ? complex
    : !!str 12
    text: |+2
        indented # no comment
      more

    folded: >-
      a
      b
    "é": !local [true, .5, -0]
    ...
    """#

  /// Reads a document in every way; the ways must agree, and whatever is read can be written.
  private func read(_ bytes: [UInt8]) throws {
    let parsed = Result { () throws(HostError) in try JSON.parse(bytes) }
    let checked = Result { () throws(HostError) in try check(bytes) }
    switch (parsed, checked) {
    case (.success(let value), .success):
      #expect(exact(try JSON.parse(JSON.text(value, decimals: .number))) == exact(value))
      let (located, locations) = try JSON.parseWithLocations(
        UTF8Text(bytes, file: "x.json"),
        file: "x.json"
      )
      #expect(exact(located) == exact(value))
      #expect(locations.value(at: JSONPointer()) != nil)
    case (.failure(let one), .failure(let other)):
      #expect(one.faults == other.faults)
      #expect(one.faults.allSatisfy { $0.location!.line > 0 && $0.location!.column > 0 })
    default: Issue.record("parse and check disagree on \(bytes)")
    }
    do {
      let document = try YAML.parse(bytes, file: "x.yaml")
      _ = try JSON.parse(JSON.text(document.value, decimals: .number))
      _ = document.locations.nearest(to: JSONPointer(["a", "0"]))
    } catch {
      #expect(!error.faults.isEmpty)
    }
    _ = try? Document.parse(bytes, file: "x")
  }

  @Test("cut off at any byte is read or refused", arguments: [json, yaml])
  func truncation(text: String) throws {
    let document = Array(text.utf8)
    for length in 0..<document.count { try read(Array(document.prefix(length))) }
  }

  @Test("with any bytes changed is read or refused", arguments: [json, yaml])
  func changes(text: String) async throws {
    let document = Array(text.utf8)
    var numbers = SeededNumbers(state: 3)
    for round in 0..<10_000 {
      // Other tests run on the same few threads.
      if round % 64 == 0 { await Task.yield() }
      var bytes = document
      for _ in 0...(numbers.next() % 3) {
        let place = Int(numbers.next() % UInt64(bytes.count))
        switch numbers.next() % 3 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: numbers.next())
        case 1: bytes[place] ^= 1 << (numbers.next() % 8)
        // What means something to a reader does more harm than what does not.
        default: bytes[place] = document[Int(numbers.next() % UInt64(document.count))]
        }
      }
      try read(bytes)
    }
  }

  @Test("made of random indicators is read or refused")
  func indicators() async throws {
    var numbers = SeededNumbers(state: 4)
    let alphabet = Array("{}[],:\"'\\ \n\t-?&*!|>%#@`~<=.0a1e\u{E9}".utf8)
    for round in 0..<5000 {
      if round % 64 == 0 { await Task.yield() }
      let length = Int(numbers.next() % 40)
      try read(
        (0..<length).map { _ in alphabet[Int(numbers.next() % UInt64(alphabet.count))] }
      )
    }
  }

  /// Without optimization a frame is many times as large.
  #if DEBUG
    static let stackSize = 4 << 20
  #else
    static let stackSize = 512 << 10
  #endif

  @Test("that is as deep as may be is read and freed on a stack of 512 KiB", arguments: deepest)
  func readingDeep(text: String) {
    let problem = onThread(stackSize: 512 << 10) {
      do {
        _ = try JSON.parse(text)
        try check(Array(text.utf8))
        _ = try YAML.parse(Array(text.utf8), file: "x.yaml")
        return nil
      } catch {
        return "\(error)"
      }
    }
    #expect(problem == nil)
  }

  @Test(
    "that is as deep as may be is written, compared and hashed on a small stack",
    arguments: deepest
  )
  func walkingDeep(text: String) {
    let problem = onThread(stackSize: DamageTests.stackSize) {
      do {
        let value = try JSON.parse(text)
        let other = try JSON.parse(JSON.text(value, pretty: true))
        return value == other && value.hashValue == other.hashValue ? nil : "not equal"
      } catch {
        return "\(error)"
      }
    }
    #expect(problem == nil)
  }

  static let deepest = [
    String(repeating: "[", count: 512) + String(repeating: "]", count: 512),
    String(repeating: #"{"a":"#, count: 512) + "1" + String(repeating: "}", count: 512),
  ]

  /// Runs `body` on a thread of its own.
  private func onThread(
    stackSize: Int,
    _ body: @escaping @Sendable () -> String?
  ) -> String? {
    final class Work: @unchecked Sendable {
      // Read only when the thread has ended.
      var result: String?
      let body: @Sendable () -> String?
      init(_ body: @escaping @Sendable () -> String?) { self.body = body }
    }
    let work = Work(body)
    let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
    pthread_attr_init(attributes)
    defer {
      pthread_attr_destroy(attributes)
      attributes.deallocate()
    }
    #expect(pthread_attr_setstacksize(attributes, stackSize) == 0)
    var thread: pthread_t = 0
    let status = pthread_create(
      &thread,
      attributes,
      { context in
        let work = Unmanaged<Work>.fromOpaque(context!).takeUnretainedValue()
        work.result = work.body()
        return nil
      },
      Unmanaged.passUnretained(work).toOpaque()
    )
    #expect(status == 0)
    pthread_join(thread, nil)
    return work.result
  }
}
