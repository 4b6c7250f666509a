import Foundation
import TestSupport
import Testing

@Suite("The documents")
struct DocsTests {
  /// All Markdown files of the repository.
  static let pages: [String] = {
    let folders = ["", "Docs/", "Examples/", "Plugins/", "Tests/"]
    let manager = FileManager.default
    let nested = folders.dropFirst().flatMap { folder in
      ((try? manager.subpathsOfDirectory(atPath: ThisPackage.folder + "/" + folder)) ?? [])
        .map { folder + $0 }
    }
    let top = (try? manager.contentsOfDirectory(atPath: ThisPackage.folder)) ?? []
    return (top + nested).filter { $0.hasSuffix(".md") && !$0.contains(".build/") }.sorted()
  }()

  private static func text(_ path: String) throws -> String {
    try String(contentsOfFile: ThisPackage.folder + "/" + path, encoding: .utf8)
  }

  @Test("are found")
  func areFound() {
    #expect(Self.pages.contains("README.md"))
    #expect(Self.pages.contains("Docs/ABI.md"))
  }

  @Test("link to files that are there", arguments: pages)
  func links(page: String) throws {
    let folder = URL(filePath: ThisPackage.folder + "/" + page).deletingLastPathComponent()
    for match in try Self.text(page).matches(of: /\]\(([^)#:]+)(#[^)]*)?\)/) {
      let target = folder.appending(path: String(match.1)).path(percentEncoded: false)
      #expect(FileManager.default.fileExists(atPath: target), "\(page) links to \(match.1)")
    }
  }

  @Test(
    "show code that is compiled elsewhere",
    arguments: [
      ("c", "Examples/c/hello.c", 0), ("json", "Examples/c/descriptor.json", 0),
      ("swift", "Tests/DocsTests/ReadmeExample.swift", 1),
    ]
  )
  func readmeBlocks(language: String, file: String, skippedLines: Int) throws {
    let readme = try Self.text("README.md")
    let block = readme.components(separatedBy: "```\(language)\n").dropFirst().first?
      .components(separatedBy: "\n```").first
    let code = try Self.text(file).split(separator: "\n", omittingEmptySubsequences: false)
      .dropFirst(skippedLines).joined(separator: "\n").trimmingCharacters(in: .newlines)
    #expect(block == code)
  }

  @Test("show in Swift how to embed the host with code that runs")
  func embeddingBlock() throws {
    let block = try Self.text("Docs/Embedding.md").components(separatedBy: "```swift\n").dropFirst()
      .first?.components(separatedBy: "\n```").first
    let code = try Self.text("Tests/DocsTests/EmbeddingExample.swift")
      .split(separator: "\n", omittingEmptySubsequences: false)
      .dropFirst().joined(separator: "\n").trimmingCharacters(in: .newlines)
    #expect(block == code)
  }

  @Test(
    "teach with code that the examples and templates have, which are built",
    arguments: ["c", "cpp", "rust", "swift", "json"]
  )
  func lessons(language: String) throws {
    let built = try ["Examples/", "Sources/CTemplates/files/"].flatMap { folder in
      try FileManager.default.subpathsOfDirectory(atPath: ThisPackage.folder + "/" + folder)
        .filter { !$0.contains(".build/") && $0.contains(".") }
        .compactMap { try? Self.text(folder + $0) }
    }
    let blocks = try Self.text("Docs/WritingADriver.md").components(separatedBy: "```\(language)\n")
      .dropFirst().compactMap { $0.components(separatedBy: "\n```").first }
    #expect(!blocks.isEmpty)
    // Parts of a block stand apart in their file.
    for part in blocks.flatMap({ $0.components(separatedBy: "\n}\n\n") }) {
      #expect(built.contains { $0.contains(part) }, "\(part)")
    }
  }

  @Test("give each rule of the ABI an id of its own, in order")
  func ruleIDs() throws {
    var last: [Substring: Int] = [:]
    var count = 0
    for match in try Self.text("Docs/ABI.md").matches(of: /(?m)^\| ([A-Z]+)-([0-9]+) \| (.*)$/) {
      let number = try #require(Int(match.2))
      #expect(number > last[match.1] ?? 0, "\(match.1)-\(number)")
      last[match.1] = number
      count += 1
      let cells = match.3.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      #expect(cells.count == 3, "\(match.1)-\(number) has who, rule and reason")
      #expect(["D", "H", "both"].contains(cells[0]), "\(match.1)-\(number)")
    }
    #expect(count > 60)
  }

  @Test("refer only to rules that exist", arguments: pages)
  func ruleReferences(page: String) throws {
    let standard = try Self.text("Docs/ABI.md")
    let known = Set(standard.matches(of: /(?m)^\| ([A-Z]+-[0-9]+) \|/).map { String($0.1) })
    let families = Set(known.map { $0.prefix { $0 != "-" } })
    for match in try Self.text(page).matches(of: /\b([A-Z]+)-[0-9]+\b/)
    where families.contains(match.1) {
      #expect(known.contains(String(match.0)), "\(page) names \(match.0)")
    }
  }

  @Test("number the decisions without a gap, as their titles do")
  func decisions() throws {
    let folder = "Docs/decisions/"
    let pages = Self.pages.filter { $0.hasPrefix(folder) }
    for (index, page) in pages.enumerated() {
      let number = index + 1
      let digits = String(repeating: "0", count: 4 - "\(number)".count) + "\(number)"
      #expect(page.hasPrefix("\(folder)\(digits)-"))
      #expect(try Self.text(page).hasPrefix("# \(number). "), "\(page)")
    }
  }

  @Test("name every script, and scripts that are there")
  func scripts() throws {
    let readme = try Self.text("README.md")
    for match in readme.matches(of: /`(Scripts\/[a-z]+)/) {
      let path = ThisPackage.folder + "/" + match.1
      #expect(FileManager.default.isExecutableFile(atPath: path), "\(match.1)")
    }
  }
}
