/// The documents that schemas may refer to by their address; nothing is ever fetched.
package struct SchemaResources: Sendable {
  /// Reads a document of a folder by its path below that folder; nil if there is none.
  package typealias Reader = @Sendable (_ path: String) throws(HostError) -> Value?

  private struct Folder: Sendable {
    var prefix: String
    var read: Reader
  }

  private var documents: [ExactName: Value] = [:]
  private var folders: [Folder] = []

  /// No documents but those of JSON Schema itself, which are built in.
  package init() {}

  /// Makes a document known under an address; a later one under the same address replaces it.
  package mutating func add(_ document: Value, at uri: String) {
    documents[ExactName(URIReference(uri).document.description)] = document
  }

  /// Makes the documents of a folder known: what follows the prefix is the path below it.
  ///
  /// `http://example.com/schemas` as the prefix and `http://example.com/schemas/a/b.json` in a
  /// schema give `a/b.json`. A path never leads out of the folder. Of several prefixes that fit,
  /// the longest is asked first. The documents are read when a schema refers to them.
  package mutating func addFolder(at prefix: String, read: @escaping Reader) {
    let text = URIReference(prefix).document.description
    folders.append(
      Folder(prefix: text.utf8.last == UInt8(ascii: "/") ? text : text + "/", read: read)
    )
    folders.sort { $0.prefix.utf8.count > $1.prefix.utf8.count }
  }

  /// The document of an address without a fragment; nil if it is not known.
  func document(at uri: String) throws(HostError) -> Value? {
    if let document = documents[ExactName(uri)] { return document }
    for folder in folders where uri.utf8.starts(with: folder.prefix.utf8) {
      let rest = uri.utf8.dropFirst(folder.prefix.utf8.count)
      guard let path = SchemaResources.path(String(Substring(rest))) else { continue }
      if let document = try folder.read(path) { return document }
    }
    return nil
  }

  /// A relative path with its escapes replaced; nil for one that could lead elsewhere.
  private static func path(_ escaped: String) -> String? {
    guard let path = URIReference.percentDecoded(escaped), !path.utf8.contains(0) else {
      return nil
    }
    // By bytes, as the file system has it: a slash with an accent behind it is a slash.
    let segments = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let isPlain = segments.allSatisfy { segment in
      !segment.isEmpty && !segment.elementsEqual(".".utf8) && !segment.elementsEqual("..".utf8)
    }
    return isPlain ? path : nil
  }
}
