import FileKit
import Testing

@testable import FTPDriver

@Suite("What a server can do")
struct FTPFeaturesTests {
  private func features(_ lines: [String]) throws -> FTPFeatures {
    var reader = ReplyReader()
    for line in lines {
      let bytes = Array("\(line)\r\n".utf8)
      if let reply = try reader.read(bytes.span) { return FTPFeatures(reply) }
    }
    throw NoReply(line: [])
  }

  @Test("is what proftpd tells")
  func proftpd() throws {
    let features = try features([
      "211-Features:", " AUTH TLS", " CCC", " CLNT", " EPRT", " EPSV",
      " HASH CRC32;MD5;SHA-1*;SHA-256;SHA-512", " HOST", " LANG en-US*;fr-FR", " MDTM",
      " MFF modify;UNIX.group;UNIX.mode;", " MFMT",
      " MLST modify*;perm*;size*;type*;unique*;UNIX.group;UNIX.mode*;", " PBSZ", " PROT",
      " RANG STREAM",
      " REST STREAM", " SITE COPY", " SITE MKDIR", " SIZE", " TVFS", " UTF8", " XCRC", " XMD5",
      " XSHA256",
      "211 End",
    ])
    #expect(features.hasMLSD && features.hasUTF8 && features.hasTLS)
    #expect(
      features.has("TVFS") && features.has("HOST") && !features.has("MD5") && !features.has("End")
    )
    #expect(features.facts.count == 7)
    #expect(features.facts.filter { !$0.isOn }.map(\.name) == ["UNIX.group"])
    #expect(features.hashes.map(\.name) == ["CRC32", "MD5", "SHA-1", "SHA-256", "SHA-512"])
    #expect(features.hashes.filter(\.isOn).map(\.name) == ["SHA-1"])
    #expect(
      features.checksums.prefix(3) == [
        .hash(.sha256, name: "SHA-256", isChosen: false), .plain(.sha256, verb: "XSHA256"),
        .hash(.sha512, name: "SHA-512", isChosen: false),
      ]
    )
    #expect(
      features.checksums.last == .plain(.crc32, verb: "XCRC") && features.checksums.count == 8
    )
    #expect(
      features.lines[5] == "HASH CRC32;MD5;SHA-1*;SHA-256;SHA-512" && features.lines.count == 24
    )
  }

  @Test("is what other servers tell in their own way")
  func others() throws {
    let vsftpd = try features([
      "211-Features:", " AUTH TLS", " EPRT", " EPSV", " MDTM", " PASV", " PBSZ", " PROT",
      " REST STREAM", " SIZE", " TVFS", "211 End",
    ])
    #expect(!vsftpd.hasMLSD && !vsftpd.hasUTF8 && vsftpd.hasTLS && vsftpd.checksums.isEmpty)
    let servU = try features([
      "211-Extension supported", "211-utf8", "211-AUTH SSL;TLS-C;TLS-P;",
      "211-SITE PSWD;SET;chmod;UTIME",
      "211-rest  stream ", "211-", "211-x\u{1B}y", "211 End (for details use HELP)",
    ])
    #expect(servU.hasUTF8 && servU.hasTLS)
    #expect(servU.lines.last == "X\\u{1B}Y")
    #expect(try features(["211 no features"]) == .none && features(["500 what?"]) == .none)
    #expect(try features(["211-x", "211 end"]).all.isEmpty)
  }

  @Test("is read by its letters of ASCII, whatever others are in it")
  func letters() throws {
    // In large letters of Unicode the first would be MLST, and the second PASSIVE.
    let features = try features([
      "211-x", " ml\u{17F}t type*;", " pa\u{DF}ive", " auth tl\u{17F}", "211 End",
    ])
    #expect(!features.hasMLSD && features.facts.isEmpty)
    #expect(features.all.map(\.name) == ["ML\u{17F}T", "PA\u{DF}IVE", "AUTH"])
    #expect(!features.hasTLS)
  }

  @Test(
    "is a checksum of the file that was asked for",
    arguments: [
      (
        .hash(.md5, name: "MD5", isChosen: true),
        "213 MD5 0-49 0CC175B9C0F1B6A831C399E269772661 a b.txt"
      ),
      (
        .hash(.md5, name: "MD5", isChosen: true),
        "213 md5 0-49 0cc175b9c0f1b6a831c399e269772661 /d/a b.txt"
      ),
      (
        .hash(.md5, name: "MD5", isChosen: true),
        "213 MD5 0-49 0cc175b9c0f1b6a831c399e269772661 /home/d/a b.txt"
      ),
      (.hash(.md5, name: "MD5", isChosen: true), "213 MD5 0-49 0cc175b9c0f1b6a831c399e269772661"),
      (.plain(.md5, verb: "XMD5"), "250 0CC175B9C0F1B6A831C399E269772661"),
      (.plain(.md5, verb: "XMD5"), "250 MD5 0cc175b9c0f1b6a831c399e269772661 done"),
      (.plain(.md5, verb: "MD5"), "251 \"/d/a b.txt\" 0CC175B9C0F1B6A831C399E269772661"),
      (.plain(.md5, verb: "MD5"), "251 a b.txt 0CC175B9C0F1B6A831C399E269772661"),
    ] as [(ChecksumCommand, String)]
  )
  func checksums(command: ChecksumCommand, line: String) throws {
    let reply = FTPReply(Int(line.prefix(3)) ?? 0, String(line.dropFirst(4)))
    let checksum = try command.checksum(reply, path: Array("/d/a b.txt".utf8))
    #expect(
      checksum.hexadecimal == "0cc175b9c0f1b6a831c399e269772661" && checksum.algorithm == .md5
    )
  }

  @Test("is a CRC with its zeros")
  func crc() throws {
    let command = ChecksumCommand.plain(.crc32, verb: "XCRC")
    #expect(try command.checksum(FTPReply(250, "00ABCDEF"), path: []).hexadecimal == "00abcdef")
    #expect(try command.checksum(FTPReply(250, "ABCDEF"), path: []).hexadecimal == "00abcdef")
    let lines = FTPReply(250, lines: [Array("Computing".utf8), Array("0000000A".utf8)])
    #expect(try command.checksum(lines, path: []).hexadecimal == "0000000a")
  }

  @Test("is no checksum of another file, part or kind")
  func noChecksums() {
    let sum = "0cc175b9c0f1b6a831c399e269772661"
    let path = Array("/d/a".utf8)
    let hash = ChecksumCommand.hash(.md5, name: "MD5", isChosen: false)
    let samples: [(ChecksumCommand, FTPReply, (FTPReply) -> AnswerFault)] = [
      (hash, FTPReply(213, "MD5 0-9 \(sum) b"), AnswerFault.otherFile),
      (hash, FTPReply(213, "MD5 0-9 \(sum) /x/a"), AnswerFault.otherFile),
      (hash, FTPReply(213, "MD5 0-9 \(sum) aa"), AnswerFault.otherFile),
      (hash, FTPReply(213, "SHA-1 0-9 \(sum) a"), { .otherAlgorithm($0, .md5) }),
      (hash, FTPReply(213, "MD5 5-9 \(sum) a"), AnswerFault.form),
      (hash, FTPReply(213, "MD5 0-9 \(sum)0 a"), AnswerFault.form),
      (hash, FTPReply(213, sum), AnswerFault.form),
      (hash, FTPReply(550, "MD5 0-9 \(sum) a"), AnswerFault.noAnswer),
      (.plain(.md5, verb: "MD5"), FTPReply(251, "b \(sum)"), AnswerFault.otherFile),
      (.plain(.md5, verb: "XMD5"), FTPReply(250, "ok"), AnswerFault.form),
      (.plain(.crc32, verb: "XCRC"), FTPReply(250, "000000000"), AnswerFault.form),
      (.plain(.crc32, verb: "XCRC"), FTPReply(250, "12 34"), AnswerFault.form),
      (.plain(.md5, verb: "XMD5"), FTPReply(150, sum), AnswerFault.noAnswer),
    ]
    for (command, reply, fault) in samples {
      #expect(throws: fault(reply)) { try command.checksum(reply, path: path) }
    }
  }

  @Test("is told in answers of one line")
  func answers() throws {
    #expect(try FTPAnswer.size(FTPReply(213, " 9223372036854775807 ")) == .max)
    #expect(throws: AnswerFault.self) { try FTPAnswer.size(FTPReply(213, "9223372036854775808")) }
    #expect(throws: AnswerFault.self) { try FTPAnswer.size(FTPReply(213, "")) }
    #expect(throws: AnswerFault.noAnswer(FTPReply(550, "5"))) {
      try FTPAnswer.size(FTPReply(550, "5"))
    }
    let time = try FTPAnswer.time(FTPReply(213, "20241127083412.123"))
    #expect(time == FileTime(seconds: 1_732_696_452))
    #expect(throws: AnswerFault.self) { try FTPAnswer.time(FTPReply(213, "20241127")) }
    #expect(FTPAnswer.system(FTPReply(215, "UNIX Type: L8")) == .unix)
    #expect(FTPAnswer.system(FTPReply(215, "Windows_NT")) == .windows)
    #expect(FTPAnswer.system(FTPReply(215, "MVS")) == .other)
    #expect(FTPAnswer.system(FTPReply(500, "UNIX")) == .other)
  }

  @Test(
    "has a path in quotes",
    arguments: [
      (#""/" is the current directory"#, "/"), (#""/a""b" x"#, #"/a"b"#), (#"OK: "/a b""#, "/a b"),
      (#""/a""""#, #"/a""#), (#""/a"#, nil), (#""/a"""#, nil), ("/a", nil), (#""""#, nil),
      ("", nil),
    ] as [(String, String?)]
  )
  func paths(text: String, path: String?) {
    let found = try? FTPAnswer.path(FTPReply(257, text))
    #expect(found == path.map { Array($0.utf8) })
    #expect(throws: AnswerFault.self) { try FTPAnswer.path(FTPReply(250, text)) }
  }

  @Test("is told of one file by MLST")
  func mlst() throws {
    let lines = ["Begin", " type=file;size=3; /d/a b", "End"].map { Array($0.utf8) }
    let file = try FTPAnswer.file(FTPReply(250, lines: lines))
    #expect(file.name == Array("/d/a b".utf8) && file.size == 3)
    #expect(try FTPAnswer.file(FTPReply(250, lines: Array(lines[1...]))).size == 3)
    #expect(try FTPAnswer.file(FTPReply(250, "type=dir; /d")).kind == .directory)
    #expect(throws: AnswerFault.self) { try FTPAnswer.file(FTPReply(250, "End")) }
    #expect(throws: AnswerFault.self) { try FTPAnswer.file(FTPReply(550, lines: lines)) }
  }
}
