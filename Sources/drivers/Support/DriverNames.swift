import DriverHost

/// The names that a new driver has in its files.
struct DriverNames {
  /// The connector type: `OPEN_WEATHER`.
  let type: String
  /// The part of file and module names: `OpenWeather`.
  let file: String
  /// The words of the title: `Open Weather`.
  let title: String
  /// The folder of the project: `open-weather-driver`.
  let folder: String
  /// Reverse DNS: `com.example.open-weather`.
  let id: String

  /// The names that follow from a type in any case, with `_` or `-` between its words.
  ///
  /// - Throws: What is wrong with the type or the id, both at once.
  init(_ name: String, id: String?) throws(HostError) {
    let words = name.split(whereSeparator: { $0 == "_" || $0 == "-" }).map { $0.lowercased() }
    type = words.map { $0.uppercased() }.joined(separator: "_")
    let capitalized = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }
    file = capitalized.joined()
    title = capitalized.joined(separator: " ")
    folder = words.joined(separator: "-") + "-driver"
    self.id = id ?? "com.example." + words.joined(separator: "-")
    var faults: [Fault] = []
    let isType = Descriptor.isTypeName(type)
    if !isType {
      faults.append(
        Fault(
          .invalid,
          "\(name) is no name for a connector type: letters, digits and _, a letter first, at most 64 of them, such as WEATHER"
        )
      )
    }
    if !Descriptor.isReverseDNS(self.id), isType || id != nil {
      faults.append(
        Fault(
          .invalid,
          "\(self.id) is no id: write a domain of yours from right to left, and the type, such as com.example.weather"
        )
      )
    }
    guard faults.isEmpty else { throw HostError(faults: faults, of: "the new driver") }
  }
}
