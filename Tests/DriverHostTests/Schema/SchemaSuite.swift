import Foundation
import Testing

@testable import DriverHost

/// The public test suite of JSON Schema, in the folder that `JSON_SCHEMA_SUITE` names.
///
/// It is the folder `json` of the source archive of PyPI's `jsonschema`.
enum SchemaSuite {
  static let folder = ProcessInfo.processInfo.environment["JSON_SCHEMA_SUITE"]

  /// One case: a schema, a value and whether that is valid.
  struct Case {
    var file: String
    var group: String
    var test: String
    var schema: Value
    var data: Value
    var isValid: Bool

    var name: String { "\(file): \(group): \(test)" }
  }

  /// The cases of all files of a folder below `tests/draft2020-12`.
  static func cases(in subfolder: String) throws -> [Case] {
    let path = try #require(folder) + "/tests/draft2020-12/" + subfolder
    let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    return try names.filter { $0.hasSuffix(".json") }.flatMap { name in
      let groups = try JSON.parse(String(contentsOfFile: path + "/" + name, encoding: .utf8))
      return (groups.listValue ?? []).flatMap { group in
        (group["tests"].listValue ?? []).map { test in
          Case(
            file: subfolder + name,
            group: group["description"].stringValue ?? "",
            test: test["description"].stringValue ?? "",
            schema: group["schema"],
            data: test["data"],
            isValid: test["valid"].boolValue ?? false
          )
        }
      }
    }
  }

  /// The suite's documents that its schemas refer to.
  static func resources() throws -> SchemaResources {
    let remotes = try #require(folder) + "/remotes/"
    var resources = SchemaResources()
    resources.addFolder(at: "http://localhost:1234") { path throws(HostError) in
      guard let text = try? String(contentsOfFile: remotes + path, encoding: .utf8) else {
        return nil
      }
      return try JSON.parse(text)
    }
    return resources
  }

  /// The cases that come out wrong, each with what happened.
  static func failures(
    of cases: [Case],
    assertsFormats: Bool
  ) throws -> [(name: String, reason: String)] {
    let resources = try resources()
    var compiled: (schema: Value, result: Result<JSONSchema, HostError>)?
    return cases.compactMap { item in
      if compiled?.schema != item.schema {
        do throws(HostError) {
          let schema = try JSONSchema(
            item.schema,
            resources: resources,
            assertsFormats: assertsFormats
          )
          compiled = (item.schema, .success(schema))
        } catch {
          compiled = (item.schema, .failure(error))
        }
      }
      switch compiled?.result {
      case .success(let schema):
        let isValid = schema.isValid(item.data)
        let faults = schema.faults(in: item.data)
        if isValid != item.isValid { return (item.name, isValid ? "accepted" : "\(faults)") }
        return isValid == faults.isEmpty ? nil : (item.name, "both answers differ: \(faults)")
      case .failure(let error): return (item.name, error.description)
      case nil: return (item.name, "not compiled")
      }
    }
  }
}
