import DriverHost

/// All handles of the process.
///
/// A handle is a place and its generation, so that one that was released is told from the one that
/// has its place now.
final class HandleTable: Sendable {
  /// The one table.
  static let shared = HandleTable()

  /// The handle of `ProcessState.forkError`, which has no place: no place's first generation is 0.
  static let forkedError: UInt64 = 1

  /// What a handle stands for.
  enum Thing: Sendable {
    case host(EngineHost)
    /// An execution or a fan-out.
    case work(Work)
    /// A result, an error or a document.
    case answer(Answer)

    var name: String {
      switch self {
      case .host: "a host"
      case .work(let work): work.id == nil ? "a fan-out" : "an execution"
      case .answer(let answer): answer.kind
      }
    }
  }

  private struct Place: Sendable {
    var generation: UInt32 = 1
    var thing: Thing?
  }

  private struct State: Sendable {
    var places: [Place] = []
    var free: [Int] = []
  }

  private let state = Lock(State())

  private init() {}

  /// A new handle.
  func add(_ thing: Thing) -> UInt64 {
    state.withLock { state in
      let index = state.free.popLast() ?? state.places.count
      if index == state.places.count { state.places.append(Place()) }
      state.places[index].thing = thing
      return UInt64(state.places[index].generation) << 32 | UInt64(index)
    }
  }

  /// What a handle stands for.
  func thing(_ handle: UInt64) throws(Refusal) -> Thing {
    let found = state.withLock { state in HandleTable.find(handle, in: state) }
    return try found.get()
  }

  /// Takes a handle back; what it stood for.
  func remove(_ handle: UInt64) throws(Refusal) -> Thing {
    let found = state.withLock { state in
      let found = HandleTable.find(handle, in: state)
      if case .success = found {
        let index = Int(handle & 0xFFFF_FFFF)
        state.places[index].thing = nil
        // A place whose generations are used up rests for ever, so that no handle is ever good again.
        if state.places[index].generation < UInt32.max {
          state.places[index].generation += 1
          state.free.append(index)
        }
      }
      return found
    }
    return try found.get()
  }

  private static func find(_ handle: UInt64, in state: State) -> Result<Thing, Refusal> {
    let index = Int(handle & 0xFFFF_FFFF)
    guard handle >> 32 != 0, state.places.indices.contains(index) else {
      return .failure(Refusal(argument: "\(handle) is no handle"))
    }
    let place = state.places[index]
    guard place.generation == UInt32(handle >> 32), let thing = place.thing else {
      return .failure(Refusal(Status.gone, "the handle \(handle) was released"))
    }
    return .success(thing)
  }

  /// A host by its handle.
  func host(_ handle: UInt64) throws(Refusal) -> EngineHost {
    let thing = try thing(handle)
    if case .host(let host) = thing { return host }
    throw HandleTable.isAnother(thing, "a host")
  }

  /// An execution or a fan-out by its handle.
  func work(_ handle: UInt64) throws(Refusal) -> Work {
    let thing = try thing(handle)
    if case .work(let work) = thing { return work }
    throw HandleTable.isAnother(thing, "an execution")
  }

  /// A result, an error or a document by its handle.
  func answer(_ handle: UInt64) throws(Refusal) -> Answer {
    let thing = try thing(handle)
    if case .answer(let answer) = thing { return answer }
    throw HandleTable.isAnother(thing, "a result, an error or a document")
  }

  private static func isAnother(_ thing: Thing, _ wanted: String) -> Refusal {
    Refusal(argument: "the handle is that of \(thing.name), where \(wanted) is wanted")
  }
}
