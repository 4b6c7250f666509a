import Foundation
import TestSupport
import Testing

@testable import DriverHost

@Suite("The note in a driver's file")
struct ELFNoteTests {
  private let folder: TemporaryFolder
  private let good: ELFPatch

  init() throws {
    folder = try TemporaryFolder()
    good = try ELFPatch(FixtureDriver.build("note", descriptor: FixtureDriver.descriptor()))
  }

  private func fault(_ patch: ELFPatch) throws -> ELFFault? {
    try fault(at: patch.write(in: folder))
  }

  private func fault(at path: String) throws -> ELFFault? {
    do {
      _ = try ELFNote.read(OpenFile(path))
      return nil
    } catch let fault as ELFFault {
      return fault
    }
  }

  @Test("gives the descriptor byte for byte, and the build id as readelf shows it")
  func readsBoth() throws {
    let note = try ELFNote.read(OpenFile(good.write(in: folder)))
    #expect(String(decoding: note.descriptor, as: UTF8.self) == FixtureDriver.descriptor())
    #expect(note.buildID?.count == 40)
  }

  @Test(
    "is read whatever compiled and linked it",
    arguments: [
      ["-O2", "-flto"], ["-Wl,--gc-sections"], ["-Wl,-s"], ["-fuse-ld=gold"],
      ["-Wl,--build-id=none"], ["-Wl,-z,separate-code"], ["-Wl,-z,noseparate-code"],
    ]
  )
  func linkers(flags: [String]) throws {
    let path = try FixtureDriver.build(
      "linked",
      descriptor: FixtureDriver.descriptor(),
      flags: flags
    )
    let note = try ELFNote.read(OpenFile(path))
    #expect(String(decoding: note.descriptor, as: UTF8.self) == FixtureDriver.descriptor())
    #expect((note.buildID == nil) == (flags == ["-Wl,--build-id=none"]))
  }

  @Test("that is large is read beyond the first block of the file")
  func large() throws {
    let text = FixtureDriver.descriptor(
      more: "\"padding\": \"\(String(repeating: "x", count: 300_000))\","
    )
    let path = try FixtureDriver.build("large", descriptor: text)
    #expect(try ELFNote.read(OpenFile(path)).descriptor.count == text.utf8.count)
  }

  @Test("over a megabyte is refused")
  func tooLarge() throws {
    let text = FixtureDriver.descriptor(
      more: "\"padding\": \"\(String(repeating: "x", count: 1 << 20))\","
    )
    let path = try FixtureDriver.build("too-large", descriptor: text)
    #expect { try ELFNote.read(OpenFile(path)) } throws: { error in
      "\(error)".contains("at most 1048576 are read")
    }
  }

  @Test(
    "is refused with the reason when the file is something else",
    arguments: [
      ("nothing", [], "it is empty"),
      ("text", Array("#!/bin/sh\n".utf8), "it is no shared library (no ELF file)"),
      ("magic", [0x7F, 0x45, 0x4C, 0x46], "header would end at byte 64, the file has 4"),
      ("32 bits", [0x7F, 0x45, 0x4C, 0x46, 1, 1], "it is a 32-bit library"),
      ("big", [0x7F, 0x45, 0x4C, 0x46, 2, 2], "it is a big-endian library"),
    ] as [(String, [UInt8], String)]
  )
  func notALibrary(_: String, bytes: [UInt8], reason: String) throws {
    var patch = good
    patch.bytes = bytes
    #expect(try #require(try fault(patch)).description.contains(reason))
  }

  @Test("of another architecture names both")
  func architecture() throws {
    var patch = good
    patch.set(UInt16(183), at: 18)
    let fault = try #require(try fault(patch))
    #expect(fault.description.hasPrefix("it is built for aarch64, this machine is x86_64"))
    #expect(fault.isDriver)
  }

  @Test(
    "of a program or an object file says so",
    arguments: [(1, "an object file"), (2, "a program")]
  )
  func type(number: Int, words: String) throws {
    var patch = good
    patch.set(UInt16(number), at: 16)
    #expect(try fault(patch)?.description.contains("it is \(words)") == true)
  }

  @Test("that ends before its descriptor does is called cut off")
  func truncatedNote() throws {
    var patch = good
    patch.set(UInt32(100_000), at: patch.note + 4)
    let fault = try #require(try fault(patch))
    #expect(fault.description.hasPrefix("its descriptor is cut off: 100000 bytes are announced"))
    #expect(fault.isDriver)
  }

  @Test("in a file that was copied in part says so, wherever it ends", .slow)
  func truncatedFile() throws {
    for size in stride(from: 0, to: good.bytes.count - 1, by: 7) {
      var patch = good
      patch.bytes.removeLast(patch.bytes.count - size)
      let fault = try fault(patch)
      // What follows the last mapped part, such as section headers, is not missed.
      let mappedEnd = good.headers.filter { $0.type == 1 }.map { $0.offset + $0.size }.max()!
      if size < mappedEnd { #expect(fault != nil, "\(size) bytes") }
      // The owner's name ends 24 bytes into the note.
      if size >= good.note + 24, size < mappedEnd { #expect(fault?.isDriver == true, "\(size)") }
    }
  }

  @Test("that is missing says how to embed it")
  func noNote() throws {
    var patch = good
    patch.bytes[patch.note + 12] = UInt8(ascii: "D")
    let fault = try #require(try fault(patch))
    #expect(fault.description.contains("embed it with DH_EMBED_DESCRIPTOR"))
    #expect(!fault.isDriver)
  }

  @Test("that comes twice is refused")
  func twice() throws {
    let path = try FixtureDriver.build(
      "twice",
      descriptor: FixtureDriver.descriptor(),
      source: "DH_EMBED_DESCRIPTOR(\"descriptor.json\")\n" + FixtureDriver.plainSource
    )
    #expect { try ELFNote.read(OpenFile(path)) } throws: { error in
      "\(error)" == "it carries 2 descriptors; a driver has exactly one"
    }
  }

  @Test(
    "of a draft asks for a new build, and of a form that is not known for a newer host",
    arguments: [
      (0x8000_0003 as UInt32, "built against draft 3 of the driver ABI", "build it again"),
      (2, "has the form 2, and this host knows 1", "needs a newer host"),
    ]
  )
  func draft(type: UInt32, what: String, advice: String) throws {
    var patch = good
    patch.set(type, at: patch.note + 8)
    let fault = try #require(try fault(patch))
    #expect(fault.description.contains(what))
    #expect(fault.description.contains(advice))
  }

  @Test(
    "is not looked for with hostile sizes and places",
    arguments: [
      UInt64.max, UInt64.max - 7, 1 << 63, 1 << 40, 1 << 21,
    ]
  )
  func hostileSizes(value: UInt64) throws {
    for header in good.headers {
      for field in [8, 32] {
        var patch = good
        patch.set(value, at: header.at + field)
        _ = try fault(patch)
      }
    }
    var patch = good
    patch.set(value, at: 32)
    #expect(try fault(patch) != nil)
    patch = good
    patch.set(UInt16(truncatingIfNeeded: value), at: 56)
    _ = try fault(patch)
  }

  @Test("survives any damage: a result or a reason, never a crash", .slow)
  func fuzz() async throws {
    // SplitMix64 with a fixed seed: a failure can be repeated.
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func random(_ bound: Int) -> Int {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
    let rounds = ProcessInfo.processInfo.environment["FUZZ_ROUNDS"].flatMap(Int.init) ?? 10_000
    let interesting: [UInt64] = [0, 1, 4, 8, 0xFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 63, .max]
    let tableEnd = good.headers.map { $0.at + 56 }.max()!
    let noteEnd = good.note + 40
    var reasons = 0
    let path = try good.write(in: folder)
    for round in 0..<rounds {
      // Other tests run on the same few threads.
      if round % 64 == 0 { await Task.yield() }
      var patch = good
      for _ in 0...random(3) {
        let place = random(3) == 0 ? good.note + random(noteEnd - good.note) : random(tableEnd)
        switch random(3) {
        case 0: patch.bytes[place] ^= 1 << random(8)
        case 1: patch.set(interesting[random(interesting.count)], at: place)
        default:
          patch.set(UInt32(truncatingIfNeeded: interesting[random(interesting.count)]), at: place)
        }
      }
      if random(8) == 0 { patch.bytes.removeLast(random(patch.bytes.count)) }
      // Plain writes into one file: 10,000 files of their own would take most of the time.
      #expect(truncate(path, 0) == 0)
      let file = try #require(FileHandle(forWritingAtPath: path))
      try file.write(contentsOf: patch.bytes)
      try file.close()
      if let fault = try fault(at: path) {
        #expect(!fault.description.isEmpty)
        reasons += 1
      }
    }
    // Most damage is found; some of it hits what nobody reads.
    #expect(reasons > rounds / 4)
  }
}
