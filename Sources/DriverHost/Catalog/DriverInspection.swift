import DriverABI

/// What is wrong with the way in which a driver was linked, found without loading it.
package enum DriverInspection {
  /// Libraries that a driver may not need, by the beginning of their names, with the reason.
  ///
  /// A second copy of a Swift runtime in the process meets the host's own; a library of the host
  /// ties the driver to one host.
  private static let forbidden: [(prefix: String, cure: String)] = [
    ("libswift", "link the Swift runtime statically (-static-stdlib)"),
    ("lib_Foundation", "do without Foundation, or link it statically"),
    ("libFoundation", "do without Foundation, or link it statically"),
    ("libdispatch", "do without Dispatch, or link it statically"),
    ("libdriverhost", "a driver needs nothing of the host but driver_abi.h"),
  ]

  /// What was found, each with what to do; nothing where all is as it should be.
  package static func findings(in path: String) -> [String] {
    let dynamic: ELFDynamic
    do {
      dynamic = try ELFDynamic(of: ELFImage(OpenFile(path)))
    } catch {
      return ["its dynamic section cannot be read: \(error)"]
    }
    return libraries(dynamic) + searchPaths(dynamic) + exports(dynamic)
  }

  /// The loader of this program, which can list a library's libraries without running anything of
  /// them; nil in a program that has none.
  package static func loader() -> String? {
    guard let program = try? Folder.resolved("/proc/self/exe"),
      let image = try? ELFImage(OpenFile(program))
    else { return nil }
    for index in image.segments.indices {
      let segment = image.segments[index]
      guard segment.type == ELFImage.SegmentType.interpreter,
        let bytes = try? image.bytes(at: segment.offset, count: segment.size, what: "loader")
      else { continue }
      return LittleEndianBytes(bytes).text(at: 0)
    }
    return nil
  }

  /// The libraries that are missing, each with what to do, by what the loader lists:
  /// see ldd(1).
  package static func missingLibraries(inListing listing: String) -> [String] {
    listing.split(separator: "\n").compactMap { line in
      let words = line.split { $0 == " " || $0 == "\t" }
      guard words.count == 4, words[1...] == ["=>", "not", "found"] else { return nil }
      return LoadFailure.missingLibrary(String(words[0])).description
    }
  }

  private static func libraries(_ dynamic: ELFDynamic) -> [String] {
    dynamic.needed.compactMap { library in
      guard let rule = forbidden.first(where: { library.hasPrefix($0.prefix) }) else { return nil }
      return "it needs \(library), which does not go well with the host's own: \(rule.cure)"
    }
  }

  private static func searchPaths(_ dynamic: ELFDynamic) -> [String] {
    dynamic.searchPaths.compactMap { path in
      let isOwn = ["$ORIGIN", "${ORIGIN}"].contains { origin in
        path == origin || path.hasPrefix(origin + "/")
      }
      // A path that climbs out of the driver's folder is as much another's as an absolute one.
      if isOwn, !path.split(separator: "/").contains("..") { return nil }
      let place = path.isEmpty ? "the current folder (an empty part of its -rpath)" : path
      return
        "it has the loader look for libraries in \(place), outside its own folder: link it without "
        + "that -rpath, or with one below $ORIGIN"
    }
  }

  private static func exports(_ dynamic: ELFDynamic) -> [String] {
    let others = dynamic.exports.filter { $0 != DH_ENTRY_SYMBOL }
    guard !others.isEmpty else { return [] }
    let shown = others.prefix(3).joined(separator: ", ") + (others.count > 3 ? ", …" : "")
    let count = others.count == 1 ? "1 symbol" : "\(others.count) symbols"
    return [
      "it exports \(count) beside \(DH_ENTRY_SYMBOL) (\(shown)), which can meet another library's: "
        + "compile with -fvisibility=hidden, or link with a version script"
    ]
  }
}
