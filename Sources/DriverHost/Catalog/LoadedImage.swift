import CLinux
import Glibc

/// A shared library as the dynamic loader has mapped it.
@safe
struct LoadedImage: @unchecked Sendable {
  // `@unchecked` because of the pointers into an image that is never unmapped or changed.

  /// One program header of the mapped image.
  private struct Segment {
    let type: UInt32
    let isReadable: Bool
    let isExecutable: Bool
    let memory: Range<UInt>
    let alignment: UInt
  }

  /// What `find` hands to the loader's walk.
  private struct Search {
    let base: UInt
    let dynamic: UInt
    var segments: [Segment]?
  }

  private let segments: [Segment]

  /// The image behind a handle of `dlopen`; nil if the loader does not list it.
  ///
  /// The corresponding C functions are `dlinfo` and `dl_iterate_phdr`.
  init?(handle: UnsafeMutableRawPointer) {
    var link: UnsafeMutablePointer<link_map>?
    let status = unsafe withUnsafeMutablePointer(to: &link) {
      unsafe dlinfo(handle, Int32(RTLD_DI_LINKMAP), $0)
    }
    guard status == 0, let link = unsafe link else { return nil }
    var search = unsafe Search(
      base: UInt(link.pointee.l_addr),
      dynamic: UInt(bitPattern: link.pointee.l_ld)
    )
    let callback:
      @convention(c) (
        UnsafeMutablePointer<dl_phdr_info>?, Int, UnsafeMutableRawPointer?
      ) -> Int32 = { info, _, context in
        guard let info = unsafe info, let context = unsafe context else { return 0 }
        return unsafe LoadedImage.visit(
          info.pointee,
          context.assumingMemoryBound(to: Search.self)
        )
      }
    _ = unsafe withUnsafeMutablePointer(to: &search) { unsafe dl_iterate_phdr(callback, $0) }
    guard let segments = search.segments else { return nil }
    self.segments = segments
  }

  /// Takes the segments of the image that is searched for: 1 ends the walk.
  ///
  /// Two images may have the same base address 0, but not the same dynamic section.
  private static func visit(
    _ info: dl_phdr_info,
    _ search: UnsafeMutablePointer<Search>
  ) -> Int32 {
    let base = UInt(unsafe info.dlpi_addr)
    guard unsafe base == search.pointee.base, let headers = unsafe info.dlpi_phdr else { return 0 }
    let count = Int(unsafe info.dlpi_phnum)
    let segments = (0..<count).compactMap { index in
      let header = unsafe headers[index]
      let start = base &+ UInt(header.p_vaddr)
      let (end, overflow) = start.addingReportingOverflow(UInt(header.p_memsz))
      return overflow
        ? nil
        : Segment(
          type: header.p_type,
          isReadable: header.p_flags & UInt32(PF_R) != 0,
          isExecutable: header.p_flags & UInt32(PF_X) != 0,
          memory: start..<end,
          alignment: UInt(header.p_align)
        )
    }
    let isSearched = segments.contains {
      unsafe $0.type == ELFImage.SegmentType.dynamic
        && $0.memory.lowerBound == search.pointee.dynamic
    }
    guard isSearched else { return 0 }
    unsafe search.pointee.segments = segments
    return 1
  }

  /// The notes of the mapped image.
  ///
  /// Only what lies in a mapped, readable part is looked at.
  var notes: NoteScan {
    var scan = NoteScan()
    for note in segments where note.type == ELFImage.SegmentType.note {
      guard note.memory.count <= Int(ELFNote.sizeLimit), isMapped(note.memory, where: \.isReadable),
        let start = unsafe UnsafeRawPointer(bitPattern: note.memory.lowerBound)
      else { continue }
      let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: note.memory.count))
      scan.add(bytes, alignment: note.alignment == 8 ? 8 : 4)
    }
    return scan
  }

  /// Whether an address lies in the code of this image.
  func containsCode(at address: UnsafeRawPointer) -> Bool {
    let address = UInt(bitPattern: address)
    return isMapped(address..<address + 1, where: \.isExecutable)
  }

  private func isMapped(_ memory: Range<UInt>, where condition: (Segment) -> Bool) -> Bool {
    segments.contains { segment in
      segment.type == ELFImage.SegmentType.load && condition(segment)
        && segment.memory.lowerBound <= memory.lowerBound
        && memory.upperBound <= segment.memory.upperBound
    }
  }
}
