import Glibc

/// Memory on pages of its own, each piece right before a page that nobody may touch.
///
/// Whoever reads beyond a piece, or reads it after `revoke`, is ended by a signal: see mprotect(2). For checking
/// drivers: a piece costs two pages and two system calls. Not thread-safe.
@safe
final class GuardedMemory {
  /// A piece with its pages, for `munmap`.
  @safe
  private struct Region: @unchecked Sendable {
    // `@unchecked` because only the system looks at the address.
    var start: UnsafeMutableRawPointer
    var size: Int
  }

  /// How many regions stay reserved: the system has 65,530 for a process (vm.max_map_count), and each of ours counts
  /// twice.
  private static let limit = 16_384
  /// What was revoked, the oldest first, from `next` on in a ring.
  private static let revoked = Lock<(regions: [Region], next: Int)>(([], 0))

  private var regions: [Region] = []
  private var isRevoked = false

  deinit { revoke() }

  /// A piece that is not initialized; nil where the system gives none.
  func allocate(_ byteCount: Int, alignment: Int) -> UnsafeMutableRawPointer? {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let room = (byteCount + alignment - 1) & ~(alignment - 1)
    let pages = (room + page - 1) / page * page
    let size = pages + page
    let flags = MAP_PRIVATE | MAP_ANONYMOUS
    guard let start = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, flags, -1, 0),
      unsafe start != MAP_FAILED
    else { return nil }
    guard unsafe mprotect(start + pages, page, PROT_NONE) == 0 else {
      unsafe munmap(start, size)
      return nil
    }
    regions.append(unsafe Region(start: start, size: size))
    return unsafe start + (pages - room)
  }

  /// Makes all pieces unreadable; their addresses stay nobody else's for long.
  func revoke() {
    guard !isRevoked else { return }
    isRevoked = true
    for region in regions {
      unsafe mprotect(region.start, region.size, PROT_NONE)
      // What was on the pages goes, too.
      unsafe madvise(region.start, region.size, MADV_DONTNEED)
    }
    let old = GuardedMemory.revoked.withLock { revoked -> [Region] in
      var old: [Region] = []
      for region in regions {
        if revoked.regions.count < GuardedMemory.limit {
          revoked.regions.append(region)
        } else {
          old.append(revoked.regions[revoked.next])
          revoked.regions[revoked.next] = region
          revoked.next = (revoked.next + 1) % GuardedMemory.limit
        }
      }
      return old
    }
    for region in old { unsafe munmap(region.start, region.size) }
    regions = []
  }
}
