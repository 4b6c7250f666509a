public import CDriverHost
public import DriverABI
import DriverHost

// swift-format-ignore: AlwaysUseLowerCamelCase
/// Runs one call and waits for its end.
@c @implementation
public func dh_host_connect_v1(
  _ host: dh_handle,
  _ target: UnsafePointer<dh_target_v1>,
  _ inputs: UnsafePointer<dh_value_v1>?,
  _ options: UnsafePointer<dh_call_options_v1>?,
  _ result: UnsafeMutablePointer<dh_handle>?,
  _ error: UnsafeMutablePointer<dh_handle>?
) -> dh_status {
  unsafe Engine.answer(error) { () throws(Refusal) in
    let engine = try HandleTable.shared.host(host)
    let target = unsafe try Engine.target(target)
    let inputs = unsafe try Engine.inputs(inputs)
    let setup = unsafe try CallSetup(options, target, engine, pulledOn: nil)
    let (host, callOptions, gate) = (engine.host, setup.options, setup.gate)
    let made = try Engine.wait { () async throws(HostError) -> ConnectionResult in
      do throws(HostError) {
        let made = try await host.connect(to: target, inputs, options: callOptions)
        await gate?.close()
        return made
      } catch {
        await gate?.close()
        throw error
      }
    }
    if let result = unsafe result { unsafe Engine.give(Answer(.result(made)), result) }
    return Status.ok
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// Makes an execution.
@c @implementation
public func dh_execution_create_v1(
  _ host: dh_handle,
  _ target: UnsafePointer<dh_target_v1>,
  _ inputs: UnsafePointer<dh_value_v1>?,
  _ options: UnsafePointer<dh_call_options_v1>?,
  _ execution: UnsafeMutablePointer<dh_handle>,
  _ error: UnsafeMutablePointer<dh_handle>?
) -> dh_status {
  unsafe Engine.answer(error) { () throws(Refusal) in
    unsafe try Engine.check(execution, "the place for the execution")
    let engine = try HandleTable.shared.host(host)
    let target = unsafe try Engine.target(target)
    let inputs = unsafe try Engine.inputs(inputs)
    let executor = CallExecutor.take()
    let setup: CallSetup
    do throws(Refusal) {
      setup = unsafe try CallSetup(options, target, engine, pulledOn: executor)
    } catch {
      CallExecutor.put(executor)
      throw error
    }
    let made = engine.host.execution(of: target, inputs, options: setup.options)
    let work = Work(
      ExecutionTask(execution: made),
      executor,
      gate: setup.gate,
      rows: setup.rows
    )
    unsafe execution.pointee = HandleTable.shared.add(.work(work))
    return Status.ok
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// Makes one call for each of some items.
@c @implementation
public func dh_host_connect_many_v1(
  _ host: dh_handle,
  _ target: UnsafePointer<dh_target_v1>,
  _ inputs: UnsafePointer<dh_value_v1>?,
  _ items: UnsafePointer<dh_value_v1>,
  _ options: UnsafePointer<dh_call_options_v1>?,
  _ fanOut: UnsafePointer<dh_fan_out_v1>?,
  _ handle: UnsafeMutablePointer<dh_handle>,
  _ error: UnsafeMutablePointer<dh_handle>?
) -> dh_status {
  unsafe Engine.answer(error) { () throws(Refusal) in
    unsafe try Engine.check(items, "the items")
    unsafe try Engine.check(handle, "the place for the handle")
    let engine = try HandleTable.shared.host(host)
    let target = unsafe try Engine.target(target)
    let inputs = unsafe try Engine.inputs(inputs)
    let items = unsafe try FanOutReading.items(items)
    var setup = unsafe try CallSetup(options, target, engine, pulledOn: nil)
    if let refusal = FanOut.refusal(of: setup.options) { throw Refusal(argument: refusal.message) }
    let given = unsafe fanOut?.pointee ?? dh_fan_out_v1()
    unsafe try Engine.check(given.flags, known: DH_FAN_OUT_FAILS_FAST, "the fan-out's options")
    _ = unsafe try Engine.further(given.further, known: [], "the fan-out's options")
    let task = unsafe FanOutTask(
      engine.host,
      target,
      inputs,
      items: items,
      FanOut(
        parallel: given.parallel == 0 ? 16 : Int(given.parallel),
        failsFast: given.flags & DH_FAN_OUT_FAILS_FAST != 0
      ),
      setup.options,
      onItem: FanOutReading.listener(given, setup.makeGate())
    )
    let work = Work(task, CallExecutor.take(), gate: setup.gate, rows: nil)
    // First, so that `item` may cancel by it.
    unsafe handle.pointee = HandleTable.shared.add(.work(work))
    work.start()
    return Status.ok
  }
}

/// Reads what a fan-out is given.
private enum FanOutReading {
  static func items(_ items: UnsafePointer<dh_value_v1>) throws(Refusal) -> [ValueMap] {
    guard case .list(let list)? = unsafe try Engine.value(items, "the items") else {
      throw Refusal(argument: "the items are no list")
    }
    var maps: [ValueMap] = []
    maps.reserveCapacity(list.count)
    for (index, item) in list.enumerated() {
      guard case .map(let map) = item else {
        throw Refusal(argument: "item \(index) is \(item.kindInWords), not a map")
      }
      maps.append(map)
    }
    return maps
  }

  static func listener(
    _ given: dh_fan_out_v1,
    _ gate: CallGate
  ) -> (@Sendable (FanOut.Item) -> Void)? {
    guard let callback = unsafe Callback(given.item, given.context, gate) else { return nil }
    return { item in
      var handles: (result: dh_handle, error: dh_handle) = (0, 0)
      switch item.outcome {
      case .success(let result): unsafe Engine.give(Answer(.result(result)), &handles.result)
      case .failure(let error): unsafe Engine.give(Answer(.failure(error)), &handles.error)
      }
      unsafe callback.run { unsafe $0($1, item.index, handles.result, handles.error) }
      for handle in [handles.result, handles.error] where handle != 0 {
        // The callback may have released it.
        _ = try? HandleTable.shared.remove(handle)
      }
    }
  }
}
