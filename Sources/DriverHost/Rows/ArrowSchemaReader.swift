import DriverABI

/// Reads the schema that a driver hands over, and copies it.
enum ArrowSchemaReader {
  /// Deeper types are refused, so that reading one never exhausts a stack.
  private static let depthLimit = 64

  /// The columns of a stream's schema, which must be a struct.
  static func columns(of schema: ArrowSchema) throws(HostError) -> [ArrowField] {
    let root = unsafe try field(unsafe schema, depth: 0)
    guard case .structure(let columns) = root.type else {
      throw refusal(
        "its schema is of the type \(root.type.description) instead of a struct of columns"
      )
    }
    return columns
  }

  private static func field(_ schema: ArrowSchema, depth: Int) throws(HostError) -> ArrowField {
    guard depth < depthLimit else {
      throw refusal("its types are nested deeper than \(depthLimit) levels")
    }
    guard let format = unsafe schema.format.map({ unsafe String(cString: $0) }) else {
      throw refusal("a field has no format")
    }
    let name = unsafe schema.name.map { unsafe String(cString: $0) } ?? ""
    guard unsafe schema.dictionary == nil else {
      throw refusal("the column `\(name)` is dictionary-encoded: send its values")
    }
    var children: [ArrowField] = []
    for index in 0..<max(0, Int(unsafe schema.n_children)) {
      guard let child = unsafe schema.children?[index] else {
        throw refusal("the column `\(name)` lacks the child \(index) that it counts")
      }
      unsafe children.append(try field(unsafe child.pointee, depth: depth + 1))
    }
    guard let type = ArrowType(format: format, children: children) else {
      throw refusal(
        "the column `\(name)` has the Arrow format `\(format)`, which rows may not have"
      )
    }
    return ArrowField(
      name: name,
      type: type,
      isNullable: unsafe schema.flags & Int64(ARROW_FLAG_NULLABLE) != 0
    )
  }

  /// An error that blames the driver.
  static func refusal(_ reason: String) -> HostError {
    HostError(
      .internal,
      stage: .call,
      "the driver handed over rows that the host cannot take: \(reason). Report this to the driver's vendor"
    )
  }
}
