/// A place in one of the documents that a compilation has to do with; `SchemaPlaces` knows where.
struct SchemaPlace: Hashable, Sendable {
  /// Counts the places in the order in which they were found.
  let number: Int
}

/// The places of schemas in their documents, each once.
///
/// A place knows the one around it and its own token. As a text of its own each would take memory
/// by the length of every name on the way to it.
struct SchemaPlaces: Sendable {
  private struct Document {
    /// What a location in it begins with: `#`, or the document's address and `#`.
    var display: String
    /// What a pointer into the caller's document begins with; nil for documents that are not his.
    var origin: JSONPointer?
  }

  private struct Entry {
    var document: Int
    var parent: Int
    var token: String
  }

  private struct Step: Hashable {
    var parent: Int
    var token: ExactName
  }

  private var documents: [Document] = []
  private var entries: [Entry] = []
  private var children: [Step: SchemaPlace] = [:]

  /// Adds a document; the place of its root.
  mutating func addDocument(display: String, origin: JSONPointer?) -> SchemaPlace {
    documents.append(Document(display: display, origin: origin))
    entries.append(Entry(document: documents.count - 1, parent: -1, token: ""))
    return SchemaPlace(number: entries.count - 1)
  }

  /// The place of a member or an item below another.
  mutating func child(_ token: String, of parent: SchemaPlace) -> SchemaPlace {
    let step = Step(parent: parent.number, token: ExactName(token))
    if let known = children[step] { return known }
    let place = SchemaPlace(number: entries.count)
    let document = entries[parent.number].document
    entries.append(Entry(document: document, parent: parent.number, token: token))
    children[step] = place
    return place
  }

  /// The same without what only finding a place again takes.
  func forReading() -> SchemaPlaces {
    var copy = self
    copy.children = [:]
    return copy
  }
}

// MARK: - For messages

extension SchemaPlaces {
  /// The way to a place from the root of its document.
  func tokens(of place: SchemaPlace) -> [String] {
    var tokens: [String] = []
    var number = place.number
    while entries[number].parent >= 0 {
      tokens.append(entries[number].token)
      number = entries[number].parent
    }
    return tokens.reversed()
  }

  /// The address of a place, or of a keyword there: `#/properties/port/minimum`.
  func location(of place: SchemaPlace, keyword: String? = nil) -> String {
    let pointer = JSONPointer(tokens(of: place) + [keyword].compactMap(\.self))
    return documents[entries[place.number].document].display + pointer.description
  }

  /// A place, or a keyword there, in the caller's document; empty if it is in another one.
  func pointer(to place: SchemaPlace, keyword: String? = nil) -> JSONPointer {
    guard let origin = documents[entries[place.number].document].origin else {
      return JSONPointer()
    }
    return JSONPointer(origin.tokens + tokens(of: place) + [keyword].compactMap(\.self))
  }

  /// Whether a place is in a document that the caller's users know.
  func isOfCaller(_ place: SchemaPlace) -> Bool {
    documents[entries[place.number].document].origin != nil
  }

  /// A fault of a schema at a place, in the caller's terms.
  func fault(at place: SchemaPlace, _ message: String, keyword: String? = nil) -> Fault {
    let location = location(of: place, keyword: keyword)
    return Fault(
      .schema,
      at: pointer(to: place, keyword: keyword),
      isOfCaller(place) ? message : "\(message) (in \(FaultText.line(location, upTo: 200)))",
      keyword: keyword,
      schemaLocation: location
    )
  }
}
