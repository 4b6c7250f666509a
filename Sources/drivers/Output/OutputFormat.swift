import ArgumentParser
import DriverHost

/// How a connection's outputs are printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case json, table, ndjson, csv, arrow
  case arrowStream = "arrow-stream"
  case raw

  /// What rows become, where a format is one of rows and nothing else is printed beside them.
  var rowFormat: RowFormat? {
    switch self {
    case .ndjson: .ndjson
    case .csv: .csv
    case .arrow: .arrowFile
    case .arrowStream: .arrowStream
    case .json, .table, .raw: nil
    }
  }
}
