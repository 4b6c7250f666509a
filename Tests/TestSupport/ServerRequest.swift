/// A request that came to a server of Tests/Python.
package struct ServerRequest: Sendable, Decodable, Equatable {
  /// A header, its name as it was written.
  package struct Header: Sendable, Decodable, Equatable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }

    package init(from decoder: any Decoder) throws {
      var pair = try decoder.unkeyedContainer()
      name = try pair.decode(String.self)
      value = try pair.decode(String.self)
    }
  }

  package var method: String
  package var path: String
  /// What stood behind the question mark, as it was sent.
  package var query: String
  package var headers: [Header]
  /// The body as text; bytes that are no UTF-8 are replaced.
  package var body: String
  /// The connection's serial number: equal numbers came over one connection.
  package var connection: Int

  /// The values of the headers of a name, of any case.
  package func values(of name: String) -> [String] {
    headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
  }

  /// The value of the first header of a name, of any case.
  package subscript(name: String) -> String? { values(of: name).first }
}
