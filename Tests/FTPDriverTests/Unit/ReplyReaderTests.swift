import FileKit
import Testing

@testable import FTPDriver

@Suite("Reading replies")
struct ReplyReaderTests {
  /// The replies in some lines; nil where a line is none of a reply.
  private func replies(_ lines: [String]) -> [FTPReply?] {
    var reader = ReplyReader()
    var found: [FTPReply?] = []
    for line in lines {
      let bytes = Array(line.utf8)
      do {
        if let reply = try reader.read(bytes.span) { found.append(reply) }
      } catch {
        found.append(nil)
      }
    }
    return found
  }

  private func texts(_ reply: FTPReply) -> [String] {
    reply.lines.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("takes one line, with any end", arguments: ["\r\n", "\n", "", "\r\r\n"])
  func single(end: String) {
    #expect(replies(["220 hello \(end)"]) == [FTPReply(220, "hello ")])
    #expect(replies(["200\(end)"]) == [FTPReply(200, "")])
    #expect(
      replies(["200 \(end)", "331 more\(end)"]) == [FTPReply(200, ""), FTPReply(331, "more")]
    )
  }

  @Test("takes many lines up to the one that ends them")
  func many() throws {
    let found = replies([
      "211-Features:\r\n", " MDTM\r\n", "212 not the end\r\n", "\r\n", "211\tneither\r\n",
      "211-SIZE\r\n", "2111 nor this\r\n", "21\r\n", "211 End\r\n", "200 next\r\n",
    ])
    let reply = try #require(found.first ?? nil)
    #expect(
      texts(reply) == [
        "Features:", " MDTM", "212 not the end", "", "211\tneither", "SIZE", "2111 nor this", "21",
        "End",
      ]
    )
    #expect(reply.inner.count == 7 && reply.last == Array("End".utf8) && reply.kind == .done)
    #expect(found.count == 2 && found[1] == FTPReply(200, "next"))
  }

  @Test("takes an end without a text")
  func bareEnd() {
    let found = replies(["230-welcome\r\n", "230\r\n"])
    #expect(found == [FTPReply(230, lines: [Array("welcome".utf8), []])])
  }

  @Test(
    "refuses what is no reply, and goes on",
    arguments: [
      "", "hello", "20 x", "2000 x", "099 x", "700 x", "2x0 x", "200x", " 200 x", "200\tx",
    ]
  )
  func noReply(line: String) {
    #expect(replies(["\(line)\r\n", "200 ok\r\n"]) == [nil, FTPReply(200, "ok")])
  }

  @Test("says what answers instead of an FTP server")
  func stranger() {
    let ssh = NoReply(line: Array("SSH-2.0-OpenSSH_9.2".utf8))
    #expect("\(ssh)".hasPrefix("an SSH server answers: "))
    let http = NoReply(line: Array("HTTP/1.1 400\u{7} Bad".utf8))
    #expect("\(http)".hasPrefix("the server does not speak FTP: it says HTTP/1.1 400\\u{7} Bad. "))
  }

  @Test(
    "keeps the beginning of a reply that does not end, and its last line",
    arguments: [0, 1, 1000]
  )
  func endless(length: Int) throws {
    var reader = ReplyReader()
    let first = Array("220-begin\r\n".utf8)
    #expect(try reader.read(first.span) == nil && !reader.isBetweenReplies)
    let line = [UInt8](repeating: UInt8(ascii: "x"), count: length)
    for _ in 0..<10_000 { #expect(try reader.read(line.span) == nil) }
    let last = Array("220 \(String(repeating: "y", count: 5000))".utf8)
    let reply = try #require(try reader.read(last.span))
    let kept = reply.lines.reduce(0) { $0 + $1.count }
    #expect(kept <= ReplyReader.limit + 1024 && reply.lines.count <= ReplyReader.limit / 32 + 1)
    #expect(kept + reply.omitted == 5 + length * 10_000 + 5000)
    #expect(reply.last.count >= 1024 && reply.last.allSatisfy { $0 == UInt8(ascii: "y") })
    #expect(reader.isBetweenReplies)
  }

  @Test("cuts a line that is longer than a reply may be")
  func longLine() throws {
    var reader = ReplyReader()
    let line = Array("500 ".utf8) + [UInt8](repeating: 0x41, count: 100_000)
    let reply = try #require(try reader.read(line.span))
    #expect(reply.last.count + reply.omitted == 100_000 && reply.last.count < ReplyReader.limit)
  }

  @Test("has a text for people")
  func text() {
    let reply = FTPReply(
      230,
      lines: ["  Hello\t", "", "\u{1B}[31mred", "a\u{202E}b"].map { Array($0.utf8) }
    )
    #expect("\(reply)" == "230 Hello \\u{1B}[31mred a\\u{202E}b")
    #expect(FTPReply(200, " \t").text == "no reason is told")
    #expect(FTPReply(500, lines: [[0xE4, 0x0D, 0x41]]).text == "\\xE4\\rA")
    let long = FTPReply(500, String(repeating: "\u{E4}", count: 1000)).text
    #expect(long == String(repeating: "\u{E4}", count: 300) + "…")
    let odd = FTPReply(500, "a" + String(repeating: "\u{E4}", count: 1000)).text
    #expect(odd == "a" + String(repeating: "\u{E4}", count: 299) + "…")
    #expect(FTPReply(500, lines: [Array("x".utf8)], omitted: 1).text == "x…")
  }

  @Test("survives any bytes, and so does what reads its replies")
  func anyBytes() {
    var random = SplitMix(state: 4_217)
    let words = [
      "211", "213", "257", "550", "-", " ", "\"", "/a", "type=dir;", ": ", "MD5", "0-9", "*", ";",
    ]
    let command = ChecksumCommand.hash(.md5, name: "MD5", isChosen: true)
    var replies = 0
    for _ in 0..<5000 {
      var reader = ReplyReader()
      for _ in 0..<4 {
        var line: [UInt8] = []
        for _ in 0..<(random.next() % 12) {
          if random.next() % 4 == 0 {
            line.append(UInt8(truncatingIfNeeded: random.next()))
          } else {
            line += words[Int(random.next() % UInt64(words.count))].utf8
          }
        }
        guard let reply = try? reader.read(line.span) else { continue }
        replies += 1
        let texts = [
          reply.text, "\(ReplyFault(.list, reply: reply, usesTLS: true))",
          FTPFeatures(reply).lines.joined(),
        ]
        #expect(texts.allSatisfy { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 } })
        let path = try? FTPAnswer.path(reply)
        #expect(path?.isEmpty != true)
        #expect((try? command.checksum(reply, path: [])) == nil)
        _ = try? FTPAnswer.file(reply)
      }
    }
    #expect(replies > 500)
  }

  @Test("can be read in the server's encoding")
  func encodings() throws {
    let reply = FTPReply(550, lines: [[0x66, 0xFC, 0x72], [0x81]], omitted: 3)
    let latin = reply.decoded(try NameEncoding("windows-1252"))
    #expect(latin == FTPReply(550, lines: [Array("für".utf8), [0x81]], omitted: 3))
    #expect(latin.text == "für \\x81…" && reply.decoded(.utf8) == reply)
  }

  @Test("knows the kind of each")
  func kinds() {
    let kinds = [150, 226, 331, 421, 550, 631].map { FTPReply($0, "").kind }
    #expect(kinds == [.begun, .done, .more, .notNow, .refused, .protected])
  }
}
