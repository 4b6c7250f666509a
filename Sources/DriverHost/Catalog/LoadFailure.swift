/// Why the dynamic loader did not take a library.
///
/// glibc gives one sentence and no code, so the sentence is looked at; one that is not known is
/// handed on as it is.
enum LoadFailure: Error, Hashable {
  /// A library that it needs is not installed.
  case missingLibrary(String)
  /// A library is there and older than the one it was built with.
  case missingVersion(String, of: String)
  /// No library that it needs has a symbol.
  case missingSymbol(String)
  case other(String)

  /// Reads the loader's sentence on a file.
  ///
  /// The corresponding C function is `dlerror`.
  init(loaderText text: String, path: String) {
    let words = text.split(separator: ": ", maxSplits: 2).map(String.init)
    let name = words.first ?? ""
    if words.count > 1, words[1].hasPrefix("cannot open shared object file"), name != path {
      self = .missingLibrary(name)
    } else if words.count > 1, words[1].hasPrefix("version `"),
      let end = words[1].firstIndex(of: "'")
    {
      let start = words[1].index(words[1].startIndex, offsetBy: "version `".count)
      self = .missingVersion(String(words[1][start..<end]), of: Folder.name(of: name))
    } else if words.count > 2, words[1] == "undefined symbol" {
      let symbol = words[2].prefix { $0 != " " && $0 != "," }
      self = .missingSymbol(String(symbol))
    } else {
      self = .other(text)
    }
  }
}

extension LoadFailure: CustomStringConvertible {
  /// What is wrong and what to do, without a full stop.
  var description: String {
    switch self {
    case .missingLibrary(let library):
      "it needs the library \(library), which is not installed" + LoadFailure.advice(on: library)
    case .missingVersion(let version, let library):
      "it needs \(version) of \(library), and the one installed is older: build it on this system, or "
        + "get the build for this one"
    case .missingSymbol(let symbol):
      "it uses `\(symbol)`, which no library that it names has: link it with the library that has it"
    case .other(let text): "the loader refuses it: \(text)"
    }
  }

  /// Which package has a library, after Debian's naming of packages.
  ///
  /// libfoo.so.1 is in libfoo1, libfoo2.so.1 in libfoo2-1 (Debian Policy, 8.1). Empty where the
  /// name does not follow it.
  static func advice(on library: String) -> String {
    guard let range = library.utf8Range(of: ".so.") else { return "" }
    let stem = library[..<range.lowerBound]
    let version = library[range.upperBound...]
    let isGood = [stem, version].allSatisfy { part in
      !part.isEmpty
        && part.utf8.allSatisfy { byte in
          switch byte {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "_"), UInt8(ascii: "+"):
            true
          default: false
          }
        }
    }
    guard isGood, let last = stem.utf8.last else { return "" }
    let separator = UInt8(ascii: "0")...UInt8(ascii: "9") ~= last ? "-" : ""
    let package = "\(stem)\(separator)\(version)".lowercased()
    let name = String(package.map { $0 == "_" ? "-" : $0 })
    return ": on Debian that is usually apt-get install \(name)"
  }
}

extension String {
  /// Where a text stands first in this one.
  fileprivate func utf8Range(of text: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].utf8.starts(with: text.utf8) {
        return start..<utf8.index(start, offsetBy: text.utf8.count)
      }
      start = utf8.index(after: start)
    }
    return nil
  }
}
