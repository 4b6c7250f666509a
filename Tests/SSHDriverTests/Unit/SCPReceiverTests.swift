import DriverKit
import Testing
import TransferKit

@testable import SSHDriver

@Suite("Receiving a file from scp")
struct SCPReceiverTests {
  private let sink = MemorySink(1000, DriverError(.tooLarge, "it is too long"))

  private func receive(_ bytes: [UInt8], by size: Int) throws(DriverError) -> (
    receiver: SCPReceiver, said: [UInt8]
  ) {
    let receiver = SCPReceiver(sink, "host") { _ in }
    var said: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      _ = try receiver.take(bytes[start..<min(start + size, bytes.count)])
      while let answer = try receiver.next(), !answer.isEmpty { said += answer }
    }
    return (receiver, said)
  }

  @Test("takes its bytes and answers, wherever the pieces end", arguments: 1...48)
  func pieces(size: Int) throws {
    let bytes = Array("T1700000000 0 0 0\nC0640 5 x\n".utf8) + [1, 0, 0x0A, 2, 0x43] + [0]
    let (receiver, said) = try receive(bytes, by: size)
    #expect(receiver.isDone && receiver.facts?.mode == 0o640)
    #expect(receiver.facts?.modified == 1_700_000_000)
    #expect(sink.bytes == [1, 0, 0x0A, 2, 0x43] && said == [0, 0, 0, 0])
    #expect(try receiver.next() == nil)
  }

  @Test("is over when the server says why it does not send it", arguments: 1...8)
  func refusal(size: Int) throws {
    let first = try receive(Array("\u{1}scp: x: No such file or directory\n".utf8), by: size)
    #expect(first.receiver.refusal == "scp: x: No such file or directory")
    #expect(!first.receiver.isDone)
    let late = try receive(Array("C0644 2 x\nab\u{1}x: Input/output error\n".utf8), by: size)
    #expect(late.receiver.refusal == "x: Input/output error" && !late.receiver.isDone)
    let folder = try receive(Array("D0755 0 x\n".utf8), by: size)
    #expect(folder.receiver.refusal == "Is a directory")
  }

  @Test(
    "takes nothing that was not asked for",
    arguments: [
      "C0644 1 x\na\0C0644 1 y\nb\0", "C0644 1 x\na\0E\n", "E\n", "C0644 1 x\nab", "Welcome\n",
      "C0644 1 x\naC0644 1 y\nb", "C" + String(repeating: "0", count: 20_000),
    ]
  )
  func nonsense(text: String) {
    for size in [1, 7, 100_000] {
      let error = #expect(throws: DriverError.self) { try receive(Array(text.utf8), by: size) }
      #expect(error?.code == .protocolViolation, "\(error?.message ?? "")")
    }
  }
}
