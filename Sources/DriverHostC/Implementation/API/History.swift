public import CDriverHost
public import DriverABI
import DriverHost

// swift-format-ignore: AlwaysUseLowerCamelCase
/// The executions that a query asks for.
@c @implementation
public func dh_host_executions_v1(
  _ host: dh_handle,
  _ query: UnsafePointer<dh_value_v1>?,
  _ document: UnsafeMutablePointer<dh_handle>,
  _ error: UnsafeMutablePointer<dh_handle>?
) -> dh_status {
  unsafe Engine.answer(error) { () throws(Refusal) in
    unsafe try Engine.check(document, "the place for the document")
    let history = try HandleTable.shared.host(host).host.history
    let asked = unsafe try Engine.value(query, "the query").map { (value) throws(Refusal) in
      try ExecutionQuery(value)
    }
    let found = try Engine.wait { () async throws(HostError) in
      try await history.executions(asked ?? ExecutionQuery())
    }
    return unsafe Engine.give(document: .list(found.map(Documents.execution)), document)
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// One execution by its id.
@c @implementation
public func dh_host_execution_v1(
  _ host: dh_handle,
  _ id: dh_text_v1,
  _ document: UnsafeMutablePointer<dh_handle>,
  _ error: UnsafeMutablePointer<dh_handle>?
) -> dh_status {
  unsafe Engine.answer(error) { () throws(Refusal) in
    unsafe try Engine.check(document, "the place for the document")
    let history = try HandleTable.shared.host(host).host.history
    let id = unsafe try Engine.name(id, "the id")
    let found = try Engine.wait { () async throws(HostError) in try await history.execution(id) }
    guard let found else {
      throw Refusal(
        HostError(.notFound, stage: .input, "no execution of the id \(id) is kept")
      )
    }
    return unsafe Engine.give(document: Documents.execution(found), document)
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// Forgets executions.
@c @implementation
public func dh_host_prune_v1(
  _ host: dh_handle,
  _ age: Int64,
  _ count: Int64,
  _ removed: UnsafeMutablePointer<UInt64>?,
  _ error: UnsafeMutablePointer<dh_handle>?
) -> dh_status {
  unsafe Engine.answer(error) { () throws(Refusal) in
    let history = try HandleTable.shared.host(host).host.history
    let retention = ExecutionRetention(
      age: age < 0 ? nil : .nanoseconds(age),
      count: count < 0 ? nil : Int(count)
    )
    let number = try Engine.wait { () async throws(HostError) in
      try await history.prune(retention)
    }
    unsafe removed?.pointee = UInt64(max(0, number))
    return Status.ok
  }
}
