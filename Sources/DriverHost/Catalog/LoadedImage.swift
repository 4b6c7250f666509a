import CLoader

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

  private let segments: [Segment]

  /// The image behind a handle of `dlopen`; nil if the loader does not list it.
  ///
  /// The corresponding C function is `dl_iterate_phdr`.
  init?(handle: UnsafeMutableRawPointer) {
    var image = unsafe cloader_image()
    guard unsafe cloader_find(handle, &image) == 1, let headers = unsafe image.headers else {
      return nil
    }
    let base = unsafe UInt(image.base)
    segments = unsafe UnsafeBufferPointer(start: headers, count: image.count).compactMap { header in
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
