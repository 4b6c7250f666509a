import ArgumentParser

/// How a connection's outputs are printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case json, table, ndjson, raw
}
