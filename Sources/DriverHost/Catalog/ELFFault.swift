/// Why a file is not taken for a driver, as far as its ELF structure goes.
enum ELFFault: Error, Hashable {
  case unreadable(SystemError)
  case empty
  case notELF
  case notSixtyFourBit
  case otherByteOrder
  /// Names of architectures; whether the file has a descriptor all the same.
  case otherArchitecture(built: String, here: String, isDriver: Bool)
  /// What the file is instead, in words.
  case notSharedLibrary(String)
  case truncated(what: String, needs: UInt64, size: UInt64)
  case tooManySegments(Int)
  /// The names in its dynamic section have more bytes together than any library's.
  case namesTooLarge(limit: UInt64)
  case otherSegmentSize(UInt16)
  case noNote
  /// It has a descriptor, and what is to be mapped ends beyond the file.
  case cutOff(needs: UInt64, size: UInt64)
  case truncatedNote(needs: UInt64, has: UInt64)
  case severalNotes(Int)
  case otherRevision(UInt32)
  case notesTooLarge(UInt64, limit: UInt64)

  /// Whether the file carries a descriptor, so that it was meant as a driver.
  ///
  /// Beside the executable lie libraries that are none: they are no findings.
  var isDriver: Bool {
    switch self {
    case .cutOff, .truncatedNote, .severalNotes, .otherRevision, .notesTooLarge: true
    case .otherArchitecture(_, _, let isDriver): isDriver
    default: false
    }
  }
}

extension ELFFault: CustomStringConvertible {
  /// What is wrong and what to do, without a full stop.
  var description: String {
    switch self {
    case .unreadable(let error): "it cannot be read: \(error)"
    case .empty: "it is empty"
    case .notELF: "it is no shared library (no ELF file)"
    case .notSixtyFourBit: "it is a 32-bit library; this host takes 64-bit ones"
    case .otherByteOrder: "it is a big-endian library; this host takes little-endian ones"
    case .otherArchitecture(let built, let here, _):
      "it is built for \(built), this machine is \(here): get or build the driver for \(here)"
    case .notSharedLibrary(let kind): "it is \(kind), not a shared library: link it with -shared"
    case .truncated(let what, let needs, let size):
      "it is cut off: its \(what) would end at byte \(needs), the file has \(size); copy it again"
    case .tooManySegments(let count):
      "it is damaged: \(count) program headers are more than a library has"
    case .namesTooLarge(let limit):
      "it is damaged: the names in its dynamic section have over \(limit) bytes together"
    case .otherSegmentSize(let size):
      "it is damaged: its program headers are said to have \(size) bytes each"
    case .noNote:
      "it carries no descriptor (ELF note \(ELFNote.name)): embed it with DH_EMBED_DESCRIPTOR"
    case .cutOff(let needs, let size):
      "it is cut off: it should have \(needs) bytes at least and has \(size); copy it again"
    case .truncatedNote(let needs, let has):
      "its descriptor is cut off: \(needs) bytes are announced, \(has) are there; build it again"
    case .severalNotes(let count): "it carries \(count) descriptors; a driver has exactly one"
    case .otherRevision(let type) where ELFNote.isDraft(type):
      "it was built against \(ELFNote.revisionInWords(type)) of the driver ABI, and this host takes what is final: "
        + "build it again with this host's driver_abi.h"
    case .otherRevision(let type):
      "its descriptor has the form \(type), and this host knows \(ELFNote.type): it needs a newer host"
    case .notesTooLarge(let size, let limit):
      "its notes, the descriptor included, have \(size) bytes; at most \(limit) are read"
    }
  }
}
