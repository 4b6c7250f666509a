internal import DriverKit

/// Names for the columns of a result, which a row as a map has once each.
enum ResultNames {
  /// Adds a number to each name that came before, such as a_2.
  ///
  /// A name that no other column has stays.
  static func unique(_ fields: [RowField]) -> [RowField] {
    var taken: Set<String> = []
    let given = Set(fields.map(\.name))
    return fields.map { field in
      guard !taken.insert(field.name).inserted else { return field }
      var unique = field
      var number = 2
      repeat {
        unique.name = "\(field.name)_\(number)"
        number += 1
      } while given.contains(unique.name) || !taken.insert(unique.name).inserted
      return unique
    }
  }
}
