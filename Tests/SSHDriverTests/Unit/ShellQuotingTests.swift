import Testing

@testable import SSHDriver

@Suite("Quoting for a shell")
struct ShellQuotingTests {
  static let words = [
    "a", "", " ", "it's", "''", "\\", "\\'", "$HOME", "`id`", "!x", "a\nb\n", "é😀", "-n", "*", "~",
    "\u{1}\u{7F}\t", "\"", "=ls", "{a,b}", "#", "a;b|c&d", "%s", "\\0101",
  ]

  @Test("gives each word back as it was", arguments: words)
  func word(word: String) throws {
    let quoted = try ShellQuoting.quoted([word, "end"], as: "args")
    let run = try ShellRun("printf '%s|' " + quoted, input: [])
    #expect(run.wait() == 0)
    #expect(String(decoding: run.stdout, as: UTF8.self) == word + "|end|")
  }

  @Test("leaves plain words as they are")
  func plain() throws {
    #expect(try ShellQuoting.quoted("/usr/bin/env", as: "x") == "/usr/bin/env")
    #expect(try ShellQuoting.quoted("a b", as: "x") == "'a b'")
    #expect(try ShellQuoting.quoted("a'b", as: "x") == "'a'\\''b'")
    #expect(try ShellQuoting.assignment("A_1", "x y", as: "env") == "A_1='x y'")
  }

  @Test("leaves the home directory of a path")
  func paths() throws {
    #expect(try ShellQuoting.quotedPath("~", as: "cwd") == "\"$HOME\"")
    #expect(try ShellQuoting.quotedPath("~/a b", as: "cwd") == "\"$HOME\"/'a b'")
    #expect(try ShellQuoting.quotedPath("~/", as: "cwd") == "\"$HOME\"/")
    #expect(try ShellQuoting.quotedPath("~x", as: "cwd") == "'~x'")
    #expect(throws: ShellFault(kind: .empty, subject: "cwd")) {
      try ShellQuoting.quotedPath("", as: "cwd")
    }
  }

  @Test("refuses what no shell can hold, and does not show it")
  func faults() throws {
    let zero = try #require(throws: ShellFault.self) {
      try ShellQuoting.quoted("s3cret\0", as: "args")
    }
    #expect(zero.kind == .zeroByte && !zero.description.contains("s3cret"))
    let long = String(repeating: "x", count: ShellQuoting.argumentLimit)
    #expect(try ShellQuoting.quoted(long, as: "args") == long)
    #expect(throws: ShellFault(kind: .tooLong, subject: "args")) {
      try ShellQuoting.quoted(long + "x", as: "args")
    }
    #expect(throws: ShellFault(kind: .tooLong, subject: "env")) {
      try ShellQuoting.assignment("A", long, as: "env")
    }
  }

  @Test(
    "takes for names of variables what POSIX does",
    arguments: [
      ("A", true), ("_a1", true), ("", false), ("1a", false), ("a-b", false), ("é", false),
      ("a=b", false), ("a b", false), ("A\n", false),
    ]
  )
  func names(name: String, isName: Bool) {
    #expect(ShellQuoting.isName(name) == isName)
  }

  @Test("refuses names that shells keep", arguments: ["UID", "PPID", "SHELLOPTS", "_"])
  func reserved(name: String) {
    #expect(throws: ShellFault(kind: .reserved, subject: "env")) {
      try ShellQuoting.assignment(name, "1", as: "env")
    }
  }

  @Test("writes a program for any login shell", arguments: ShellRun.shells)
  func loginShells(shell: [String]) throws {
    let all = ShellQuotingTests.words
    let program = "printf '%s|' " + (try ShellQuoting.quoted(all, as: "args")) + "; exit 3"
    let line = ShellQuoting.loginLine(program)
    #expect(line.utf8.allSatisfy { 0x20...0x7E ~= $0 })
    let run = try ShellRun(line, shell: shell, input: [])
    #expect(run.wait() == 3)
    #expect(String(decoding: run.stdout, as: UTF8.self) == all.map { $0 + "|" }.joined())
  }
}

@Suite("Splitting an interpreter into words")
struct ShellWordsTests {
  @Test(
    "goes by blanks, quotes and backslashes",
    arguments: [
      ("/usr/bin/env bash -e", ["/usr/bin/env", "bash", "-e"]), ("  a\t\nb ", ["a", "b"]),
      ("'a b' \"c d\" e\\ f", ["a b", "c d", "e f"]), ("a'b'\"c\"d", ["abcd"]),
      ("'' \"\"", ["", ""]), ("\"a\\\"b\\\\c\\d\"", ["a\"b\\c\\d"]), ("'a\\'", ["a\\"]),
      ("$x *;", ["$x", "*;"]), ("é😀 ü", ["é😀", "ü"]),
    ]
  )
  func words(text: String, words: [String]) throws {
    #expect(try ShellWords.split(text, as: "interpreter") == words)
  }

  @Test("needs quotes to be closed, and a word", arguments: ["'a", "\"a", "a\\", "", "  "])
  func faults(text: String) {
    #expect(throws: ShellFault.self) { try ShellWords.split(text, as: "interpreter") }
  }
}
