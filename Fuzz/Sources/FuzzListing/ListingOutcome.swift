@testable import FTPDriver
@testable import FileKit
import FuzzSupport

/// What reading a listing has come to.
struct ListingOutcome: Equatable {
  /// The form of its lines, where one has told it.
  let form: ListingParser.Form?
  private let items: [ListingParser.Item]

  /// What a parser has made of a listing.
  init(_ items: [ListingParser.Item], _ parser: ListingParser) {
    self.items = items
    form = parser.form
    require(parser.entries == entries.count, "\(parser.entries) entries, and they are \(items)")
    require(parser.faults == faults.count, "\(parser.faults) faults, and they are \(items)")
    require(form != nil || entries.isEmpty, "there are entries, and nobody knows the form")
  }

  /// The files in it.
  var entries: [FileEntry] {
    items.compactMap { if case .entry(let entry) = $0 { entry } else { nil } }
  }

  private var faults: [ListingFault] {
    items.compactMap { if case .fault(let fault) = $0 { fault } else { nil } }
  }

  /// No entry leads elsewhere, and what is wrong has a reason and a line.
  ///
  /// - Parameter bytes: What was read.
  func check(_ bytes: [UInt8]) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    require(items.count <= lines.count, "\(items.count) files in \(lines.count) lines")
    for entry in entries {
      let start = ListingInput.directory.bytes + [UInt8(ascii: "/")]
      require(entry.path.bytes.starts(with: start), "\(entry.path) is not in the directory")
      let name = Array(entry.path.bytes.dropFirst(start.count))
      require(
        !name.isEmpty && !name.contains(0) && !name.contains(UInt8(ascii: "/"))
          && ![Array(".".utf8), Array("..".utf8)].contains(name),
        "\(entry.path) has no name of a file"
      )
      require(entry.path.parent == ListingInput.directory, "\(entry.path) is in another directory")
      ListingOutcome.check(facts: entry)
    }
    var last = 0
    for fault in faults {
      require(last + 1...lines.count ~= fault.number, "\(fault) is at no line, or behind its own")
      last = fault.number
      require(lines[last - 1].starts(with: fault.line), "\(fault) has another line")
      require(fault.line.count <= 200, "\(fault) has too much of its line")
    }
    // To write them takes long, and there may be thousands.
    for fault in faults.prefix(8) {
      require(!"\(fault.reason)".isEmpty, "refused without a reason")
      require(
        "\(fault)".unicodeScalars.allSatisfy { $0.value >= 0x20 },
        "\(fault) has control characters in it"
      )
    }
  }

  /// What is known of a file is what a file can have.
  static func check(facts entry: FileEntry) {
    require(entry.size ?? 0 >= 0, "a size of \(entry.size ?? 0)")
    require(entry.permissions ?? 0 <= 0o7777, "permissions of \(entry.permissions ?? 0)")
    require(entry.linkTarget?.bytes.isEmpty != true, "a link to nowhere")
    require(
      entry.linkTarget == nil || entry.kind == .symlink,
      "\(entry.kind) leads to \(entry.linkTarget?.text ?? "")"
    )
    guard let modified = entry.modified else { return }
    let digits = Array(ProtocolTime.text(modified.seconds).utf8)
    require(
      ProtocolTime.time(digits[...])?.seconds == modified.seconds,
      "\(modified) is written as \(String(decoding: digits, as: UTF8.self))"
    )
  }
}
