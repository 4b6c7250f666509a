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
    linkFaults(in: path).map(\.text)
  }

  /// A rule of the ABI that a driver's file breaks.
  package struct RuleFault: Sendable, Hashable {
    /// The rule's id.
    package var rule: String
    /// What is wrong and what to do, without a full stop.
    package var text: String

    init(_ rule: String, _ text: String) {
      self.rule = rule
      self.text = text
    }
  }

  /// What is wrong with the file and its descriptor, all at once.
  package static func fileFaults(in path: String) -> [RuleFault] {
    let note: ELFNote
    do {
      let trail = try LinkTrail(path)
      // What is no regular file is not opened: it could be a device.
      guard trail.status.kind == .regular else {
        return [RuleFault("LIB-1", "it is no regular file")]
      }
      note = try ELFNote.read(OpenFile(trail.path))
    } catch let fault as ELFFault {
      return [RuleFault(fault.rule, fault.description)]
    } catch {
      return [RuleFault("LIB-1", "it cannot be read: \(error)")]
    }
    do throws(HostError) {
      _ = try Descriptor(JSON.parse(note.descriptor, file: "descriptor"))
      return []
    } catch {
      if error.faults.isEmpty { return [RuleFault("DESC-2", error.message)] }
      return error.faults.map { RuleFault($0.rule ?? "DESC-2", $0.description) }
    }
  }

  /// What is wrong with the way in which it was linked.
  package static func linkFaults(in path: String) -> [RuleFault] {
    do {
      let image = try ELFImage(OpenFile(path))
      return try linkFaults(of: image)
    } catch {
      return [RuleFault("LIB-1", "its dynamic section cannot be read: \(error)")]
    }
  }

  /// What is wrong with the way in which an image was linked.
  static func linkFaults(of image: borrowing ELFImage) throws(ELFFault) -> [RuleFault] {
    let dynamic = try ELFDynamic(of: image)
    return libraries(dynamic) + searchPaths(dynamic) + exports(dynamic) + memory(image, dynamic)
      + endings(dynamic)
  }

  /// Functions that make a library ready for the whole process; their calls of it run through `once`.
  private static let beginnings: Set<String> = [
    "NSS_Init", "NSS_NoDB_Init", "curl_global_init", "curl_global_init_mem", "gnutls_global_init",
    "libssh2_init", "mysql_server_init", "ssh_init", "xmlInitParser",
  ]

  /// Functions that end a library for the whole process, whoever else is using it.
  private static let endings: Set<String> = [
    "NSS_Shutdown", "OPENSSL_cleanup", "curl_global_cleanup",
    "gnutls_global_deinit", "libssh2_exit", "mysql_server_end", "sqlite3_shutdown", "ssh_finalize",
    "xmlCleanupParser",
  ]

  /// What is wrong where a driver cannot be entered; nil where it can, as far as its file tells.
  package static func missingEntry(in path: String) -> RuleFault? {
    guard let image = try? ELFImage(OpenFile(path)), let dynamic = try? ELFDynamic(of: image),
      !dynamic.exports.contains(DH_ENTRY_SYMBOL)
    else { return nil }
    return RuleFault(
      "LIB-2",
      "it does not export \(DH_ENTRY_SYMBOL): write it with DH_DRIVER_ENTRY, and keep it visible"
    )
  }

  /// The functions that a driver takes from other libraries to make those ready for the whole process.
  package static func beginnings(in path: String) -> [String] {
    guard let image = try? ELFImage(OpenFile(path)), let dynamic = try? ELFDynamic(of: image) else {
      return []
    }
    return dynamic.imports.filter { beginnings.contains($0) }
  }

  private static func endings(_ dynamic: ELFDynamic) -> [RuleFault] {
    let used = dynamic.imports.filter { endings.contains($0) }
    guard !used.isEmpty else { return [] }
    return [
      RuleFault(
        "PROC-5",
        "it calls \(used.joined(separator: ", ")), which ends a library that others in the process may be using: leave it running"
      )
    ]
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

  /// A library that a driver is linked with.
  package struct LinkedFile: Sendable, Hashable {
    /// As the driver asks for it: its SONAME.
    package var name: String
    /// The file that the loader takes for it, with links followed: its name tells more of the version.
    package var path: String
  }

  /// The libraries that a driver is linked with, but those of the C library and of compilers, by what the loader lists.
  ///
  /// What those libraries need themselves is left out.
  package static func linkedFiles(of path: String, inListing listing: String) -> [LinkedFile] {
    guard let image = try? ELFImage(OpenFile(path)), let dynamic = try? ELFDynamic(of: image) else {
      return []
    }
    var files: [String: String] = [:]
    for line in listing.split(separator: "\n") {
      // NAME => PATH (ADDRESS), and a path may have spaces.
      guard let arrow = line.firstRange(of: " => "), let end = line.lastIndex(of: "("),
        arrow.upperBound < end
      else { continue }
      let name = line[..<arrow.lowerBound].drop { $0 == "\t" || $0 == " " }
      let file = String(line[arrow.upperBound..<end].dropLast())
      files[String(name)] = (try? Folder.resolved(file)) ?? file
    }
    return dynamic.needed.compactMap { name in
      guard !everywhere.contains(where: name.hasPrefix) else { return nil }
      // One that is asked for by a path is listed without an arrow.
      let own = name.utf8.contains(UInt8(ascii: "/")) ? (try? Folder.resolved(name)) ?? name : nil
      return (files[name] ?? own).map { LinkedFile(name: name, path: $0) }
    }
  }

  /// Libraries that nearly every program has, by the beginning of their names.
  private static let everywhere = [
    "ld-", "libatomic.so", "libc.so", "libdl.so", "libgcc_s.so", "libm.so", "libpthread.so",
    "librt.so", "libstdc++.so",
  ]

  private static func libraries(_ dynamic: ELFDynamic) -> [RuleFault] {
    dynamic.needed.compactMap { library in
      guard let rule = forbidden.first(where: { library.hasPrefix($0.prefix) }) else { return nil }
      return RuleFault(
        "LIB-3",
        "it needs \(library), which does not go well with the host's own: \(rule.cure)"
      )
    }
  }

  private static func searchPaths(_ dynamic: ELFDynamic) -> [RuleFault] {
    dynamic.searchPaths.compactMap { path in
      let isOwn = ["$ORIGIN", "${ORIGIN}"].contains { origin in
        path == origin || path.hasPrefix(origin + "/")
      }
      // A path that climbs out of the driver's folder is as much another's as an absolute one.
      if isOwn, !path.split(separator: "/").contains("..") { return nil }
      let place = path.isEmpty ? "the current folder (an empty part of its -rpath)" : path
      return RuleFault(
        "LIB-4",
        "it has the loader look for libraries in \(place), outside its own folder: link it without "
          + "that -rpath, or with one below $ORIGIN"
      )
    }
  }

  /// What some linkers export of every library by themselves, whatever the visibility; nobody looks them up.
  private static let ofLinkers: Set<String> = ["__bss_start", "_edata", "_end", "_fini", "_init"]

  private static func exports(_ dynamic: ELFDynamic) -> [RuleFault] {
    let others = dynamic.exports.filter { $0 != DH_ENTRY_SYMBOL && !ofLinkers.contains($0) }
    guard !others.isEmpty else { return [] }
    let shown = others.prefix(3).joined(separator: ", ") + (others.count > 3 ? ", …" : "")
    let count = others.count == 1 ? "1 symbol" : "\(others.count) symbols"
    return [
      RuleFault(
        "LIB-2",
        "it exports \(count) beside \(DH_ENTRY_SYMBOL) (\(shown)), which can meet another library's: "
          + "compile with -fvisibility=hidden, or link with a version script"
      )
    ]
  }

  private static func memory(
    _ image: borrowing ELFImage,
    _ dynamic: ELFDynamic
  ) -> [RuleFault] {
    var faults: [RuleFault] = []
    let stack = image.segments.first { $0.type == ELFImage.SegmentType.stack }
    // PF_X; without a word about it the loader takes the worst for granted.
    if stack == nil || (stack?.flags ?? 0) & 1 != 0 {
      faults.append(
        RuleFault(
          "LIB-8",
          "it asks for a stack that can be executed, most likely by an assembler file without "
            + ".note.GNU-stack: link with -z noexecstack"
        )
      )
    }
    if dynamic.hasTextRelocations {
      faults.append(
        RuleFault(
          "LIB-8",
          "it has text relocations, for which the loader makes its code writable: compile all of it with -fPIC"
        )
      )
    }
    return faults
  }
}

extension ELFFault {
  /// The rule of the ABI that such a file breaks.
  fileprivate var rule: String {
    switch self {
    case .noNote, .truncatedNote, .severalNotes, .otherRevision, .notesTooLarge, .cutOff: "DESC-1"
    default: "LIB-1"
    }
  }
}
