import Glibc
import Testing

@testable import SSHDriver

@Suite("The memory of a session")
struct SessionMemoryTests {
  private let memory = SessionMemory()

  @Test("is counted, keeps what is in it when it grows, and is freed at the end")
  func blocks() throws {
    let first = try #require(unsafe memory.allocate(nil, 16, .none))
    unsafe first.storeBytes(of: 0x0123_4567, as: UInt32.self)
    let grown = try #require(unsafe memory.allocate(first, 1 << 20, .none))
    #expect(unsafe grown.load(as: UInt32.self) == 0x0123_4567)
    #expect(memory.count == 1)
    let empty = try #require(unsafe memory.allocate(nil, 0, .none))
    #expect(UInt(bitPattern: empty) % 16 == 0 && memory.count == 2)
    unsafe memory.free(empty)
    unsafe memory.free(nil)
    #expect(memory.count == 1)
    memory.freeAll()
    #expect(memory.count == 0)
  }

  @Test("may be freed where somebody else has made it")
  func foreign() throws {
    _ = try #require(unsafe memory.allocate(nil, 1, .none))
    unsafe memory.free(malloc(1))
    #expect(memory.count == 1)
  }

  @Test("has a packet's length to spare while one logs in")
  func spare() throws {
    for care in [SessionMemory.Care.login, .questions] {
      let block = try #require(unsafe memory.allocate(nil, 100, care))
      // The address sanitizer would tell.
      unsafe memset(block, 1, 100 + SessionMemory.packetLimit)
      unsafe memory.free(block)
    }
    #expect(memory.count == 0)
  }

  @Test("is refused where a server wants too much of it before it has let somebody in")
  func limits() throws {
    let long = SessionMemory.packetLimit + 1
    #expect(unsafe memory.allocate(nil, long, .questions) == nil)
    #expect(unsafe memory.allocate(nil, Int(Int32.max), .login) == nil)
    #expect(unsafe memory.allocate(nil, long, .login) != nil)
    for _ in 1..<SessionMemory.blockLimit { unsafe _ = memory.allocate(nil, 1, .none) }
    #expect(unsafe memory.allocate(nil, 1, .login) == nil)
    #expect(unsafe memory.allocate(nil, 1, .none) != nil)
    #expect(memory.count == SessionMemory.blockLimit + 1)
  }
}
