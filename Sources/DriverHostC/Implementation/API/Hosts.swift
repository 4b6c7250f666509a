public import CDriverHost
public import DriverABI
import DriverHost

// swift-format-ignore: AlwaysUseLowerCamelCase
/// Makes a host.
@c @implementation
public func dh_host_open_v1(
  _ options: UnsafePointer<dh_host_options_v1>?,
  _ host: UnsafeMutablePointer<dh_handle>,
  _ error: UnsafeMutablePointer<dh_handle>?
) -> dh_status {
  unsafe Engine.answer(error) { () throws(Refusal) in
    unsafe try Engine.check(host, "the place for the host")
    let gate = CallGate()
    do throws(Refusal) {
      let configuration = unsafe try HostConfiguration(
        options?.pointee ?? dh_host_options_v1(),
        gate
      )
      ProcessState.hostIsOpened()
      unsafe KeptLibrary.keep(libraryOf: HostConfiguration.library)
      let made = try Engine.host { () throws(HostError) in try Host(configuration) }
      let engine = EngineHost(made, outputLimit: configuration.outputLimit, logGate: gate)
      unsafe host.pointee = HandleTable.shared.add(.host(engine))
      return Status.ok
    } catch {
      // What was opened until then may still have something to log, and nobody would take that back.
      gate.closeAndWait()
      throw error
    }
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// Ends what a host has running.
@c @implementation
public func dh_host_close_v1(
  _ host: dh_handle,
  _ report: UnsafeMutablePointer<dh_handle>?,
  _ error: UnsafeMutablePointer<dh_handle>?
) -> dh_status {
  unsafe Engine.answer(error) { () throws(Refusal) in
    let host = try HandleTable.shared.host(host).host
    let ended = CallExecutor.run { await host.close() }
    unsafe Engine.give(Answer(.document(Documents.report(ended))), report)
    return Status.ok
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// Loads a driver.
@c @implementation
public func dh_host_load_v1(
  _ host: dh_handle,
  _ type: dh_text_v1,
  _ error: UnsafeMutablePointer<dh_handle>?
) -> dh_status {
  unsafe Engine.answer(error) { () throws(Refusal) in
    let host = try HandleTable.shared.host(host).host
    let type = unsafe try Engine.name(type, "the type")
    try Engine.wait { () async throws(HostError) in try await host.load(type: type) }
    return Status.ok
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// How a host fares.
@c @implementation
public func dh_host_statistics_v1(
  _ host: dh_handle,
  _ document: UnsafeMutablePointer<dh_handle>,
  _ error: UnsafeMutablePointer<dh_handle>?
) -> dh_status {
  unsafe Engine.answer(error) { () throws(Refusal) in
    unsafe try Engine.check(document, "the place for the document")
    let host = try HandleTable.shared.host(host).host
    return unsafe Engine.give(document: Documents.statistics(host.statistics), document)
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// The drivers that there are.
@c @implementation
public func dh_host_drivers_v1(
  _ host: dh_handle,
  _ document: UnsafeMutablePointer<dh_handle>,
  _ error: UnsafeMutablePointer<dh_handle>?
) -> dh_status {
  unsafe Engine.answer(error) { () throws(Refusal) in
    unsafe try Engine.check(document, "the place for the document")
    let host = try HandleTable.shared.host(host).host
    return unsafe Engine.give(document: Documents.drivers(host.catalog), document)
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// One driver's descriptor.
@c @implementation
public func dh_host_descriptor_v1(
  _ host: dh_handle,
  _ type: dh_text_v1,
  _ document: UnsafeMutablePointer<dh_handle>,
  _ error: UnsafeMutablePointer<dh_handle>?
) -> dh_status {
  unsafe Engine.answer(error) { () throws(Refusal) in
    unsafe try Engine.check(document, "the place for the document")
    let host = try HandleTable.shared.host(host).host
    let type = unsafe try Engine.name(type, "the type")
    let driver = try Engine.host { () throws(HostError) in try host.catalog.driver(for: type) }
    return unsafe Engine.give(document: .map(driver.descriptor.markedDocument), document)
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// The schema of one action's inputs.
@c @implementation
public func dh_host_schema_v1(
  _ host: dh_handle,
  _ type: dh_text_v1,
  _ action: dh_text_v1,
  _ document: UnsafeMutablePointer<dh_handle>,
  _ error: UnsafeMutablePointer<dh_handle>?
) -> dh_status {
  unsafe Engine.answer(error) { () throws(Refusal) in
    unsafe try Engine.check(document, "the place for the document")
    let host = try HandleTable.shared.host(host).host
    let type = unsafe try Engine.name(type, "the type")
    let action = unsafe try Engine.optional(action, "the action")
    let schema = try Engine.host { () throws(HostError) in
      let descriptor = try host.catalog.driver(for: type).descriptor
      return descriptor.inputSchema(of: try descriptor.existingAction(action))
    }
    return unsafe Engine.give(document: schema, document)
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// The names of the workspace's connectors.
@c @implementation
public func dh_host_connectors_v1(
  _ host: dh_handle,
  _ document: UnsafeMutablePointer<dh_handle>,
  _ error: UnsafeMutablePointer<dh_handle>?
) -> dh_status {
  unsafe Engine.answer(error) { () throws(Refusal) in
    unsafe try Engine.check(document, "the place for the document")
    let workspace = try HandleTable.shared.host(host).host.workspace
    let names = try Engine.host { () throws(HostError) in try workspace?.connectors.names() ?? [] }
    return unsafe Engine.give(document: .list(names.map(Value.string)), document)
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// The names of the workspace's vault configurations.
@c @implementation
public func dh_host_vaults_v1(
  _ host: dh_handle,
  _ document: UnsafeMutablePointer<dh_handle>,
  _ error: UnsafeMutablePointer<dh_handle>?
) -> dh_status {
  unsafe Engine.answer(error) { () throws(Refusal) in
    unsafe try Engine.check(document, "the place for the document")
    let workspace = try HandleTable.shared.host(host).host.workspace
    let names = try Engine.host { () throws(HostError) in try workspace?.vaults.names() ?? [] }
    return unsafe Engine.give(document: .list(names.map(Value.string)), document)
  }
}
