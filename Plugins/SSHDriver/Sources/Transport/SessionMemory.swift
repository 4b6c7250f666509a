internal import Glibc

/// The memory that the library has for one session, all of which goes with the session.
///
/// The library loses some: 1.10 and 1.11 what a server has said of its methods, once they are asked for again. Blocks
/// are those of malloc(3), whose addresses are noted, and have nothing before them: the library frees some that others
/// have made, such as a signature. On the loop.
@safe
final class SessionMemory {
  /// What a server may have the library do.
  enum Care {
    /// Nothing that it should not.
    case none
    /// Write behind a block, and keep more and more of them: nobody is logged in yet.
    case login
    /// The same, and ask for blocks that are longer than any packet.
    case questions
  }

  /// More than the library needs before somebody has logged in.
  static let blockLimit = 4096
  /// No packet is longer; the library refuses others.
  static let packetLimit = 40_000

  private var blocks: Set<UInt> = []

  deinit { freeAll() }

  /// How many blocks there are.
  var count: Int { blocks.count }

  /// Makes a block, or makes one longer or shorter.
  ///
  /// libssh2 1.10 copies as many bytes of a packet with questions as the packet says that the name in it has, without
  /// a look at whether there are so many. While one logs in each block therefore has a packet's length more than is
  /// asked for, and while there are questions none may be longer than a packet, which the name's copy would be.
  ///
  /// - Parameters:
  ///   - block: The block; nil: a new one.
  ///   - count: Its length.
  ///   - care: What is provided for.
  /// - Returns: The block, perhaps at another address; nil: there is none, and the old one stays.
  @unsafe
  func allocate(_ block: UnsafeMutableRawPointer?, _ count: Int, _ care: Care)
    -> UnsafeMutableRawPointer?
  {
    var size = max(1, count)
    if care != .none {
      guard care == .login || count <= SessionMemory.packetLimit, count < Int(Int32.max),
        blocks.count < SessionMemory.blockLimit
      else { return nil }
      size += SessionMemory.packetLimit
    }
    guard let made = unsafe realloc(block, size) else { return nil }
    if unsafe made != block {
      if let block = unsafe block { blocks.remove(UInt(bitPattern: block)) }
      blocks.insert(UInt(bitPattern: made))
    }
    return unsafe made
  }

  /// Frees a block, also one that another has made.
  @unsafe
  func free(_ block: UnsafeMutableRawPointer?) {
    guard let block = unsafe block else { return }
    blocks.remove(UInt(bitPattern: block))
    unsafe Glibc.free(block)
  }

  /// Frees what is left, once the session has gone.
  func freeAll() {
    for address in blocks { unsafe Glibc.free(UnsafeMutableRawPointer(bitPattern: address)) }
    blocks = []
  }
}
