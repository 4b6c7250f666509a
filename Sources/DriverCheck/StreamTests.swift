internal import DriverHost

/// What is found out by the ways in which channels and rows are read.
extension CheckTest {
  static let streamTests: [CheckTest] = [channels, rows]

  private static let channels = CheckTest(
    name: "channels",
    title: "byte channels mean the same in pieces of any size, and may be left early",
    rules: ["CHAN-5", "CHAN-10", "CHAN-11", "CALL-1", "CALL-12", "PROC-7", "PROC-11"],
    place: .child { probe in
      let run = try await CallRun(probe, server: .own)
      run.reportSkipped()
      let actions = run.actions.filter { !$0.action.channels.isEmpty }
      if actions.isEmpty { probe.skip("none of its actions that can be tried has a channel") }
      for (action, inputs) in actions {
        let trial = ChannelTrial(run: run, action: action, inputs: inputs)
        probe.step("in a call of \(action.name) with all bytes at once")
        let whole = await trial.run(piece: 1 << 20)
        // What differs from call to call says nothing.
        let isSteady = await trial.run(piece: 1 << 20) == whole
        for piece in [1, 7, 4093, 65_537] {
          probe.step("in a call of \(action.name) with \(piece) bytes at a time")
          let parts = await trial.run(piece: piece)
          guard isSteady, whole.isGood, parts != whole else { continue }
          probe.report(
            CheckFinding(
              "CHAN-11",
              "\(action.name) \(parts.differs(from: whole)) where its input comes \(piece) bytes at a time: take what `read` brings, however little that is"
            )
          )
          break
        }
        probe.step("in a call of \(action.name) whose reader is slow")
        await trial.run(piece: 1 << 20, pause: .milliseconds(2))
        for channel in action.channels where channel.direction == .output {
          probe.step("in a call of \(action.name) whose channel \(channel.name) nobody reads")
          await trial.run(piece: 1 << 20, without: channel.name)
          for count in [0, 1, 3] {
            probe.step("in a call of \(action.name) whose channel \(channel.name) is left early")
            await trial.leave(channel, after: count)
          }
        }
        probe.step("in a call of \(action.name) whose source fails")
        await trial.fail()
      }
      await run.end()
    }
  )

  private static let rows = CheckTest(
    name: "rows",
    title: "rows are valid, may be let go of early, and outlive their call",
    rules: ["ROWS-1", "ROWS-4", "ROWS-5", "ROWS-8", "CALL-1", "PROC-7", "PROC-11"],
    rulesOfEnd: EndRules(crash: "ROWS-4"),
    place: .child { probe in
      let run = try await CallRun(probe, server: .own)
      run.reportSkipped()
      let actions = run.actions.filter { $0.action.outputKinds.contains(.rows) }
      let kept = KeptRows()
      for (action, inputs) in actions {
        probe.step("in a call of \(action.name) that reads all rows")
        await run.call(action, inputs) { $0.onRows = { try await kept.keep($0, upTo: 1000) } }
        for count in 0...2 {
          probe.step("in a call of \(action.name) whose rows are let go of after \(count) batches")
          await run.call(action, inputs) { $0.onRows = { try await kept.keep($0, upTo: count) } }
        }
        probe.step("in calls of \(action.name) that are cancelled in the middle of their rows")
        for delay in [0, 1, 10] {
          let task = Task {
            await run.call(action, inputs) { options in
              options.onRows = { rows in
                while try await rows.next() != nil { try await Task.sleep(for: .milliseconds(1)) }
              }
            }
          }
          try? await Task.sleep(for: .milliseconds(delay))
          task.cancel()
          _ = await task.value
        }
      }
      await run.end()
      if kept.isEmpty {
        probe.skip(
          actions.isEmpty ? "none of its actions that can be tried puts out rows" : "no rows came"
        )
      }
      probe.step("reading rows after their calls and sessions have ended")
      if let name = kept.changed {
        probe.report(
          CheckFinding(
            "ROWS-4",
            "the rows `\(name)` have changed after their call: an array owns its memory until its own release"
          )
        )
      }
      probe.step("releasing rows after their calls and sessions have ended")
      kept.letGo()
    }
  )
}

/// Batches that are kept beyond the calls that they came from, with what they held then.
final class KeptRows: Sendable {
  private struct Kept {
    var name: String
    var batch: RecordBatch
    var values: [ValueMap]
  }

  private let kept = Lock<[Kept]>([])

  var isEmpty: Bool { kept.withLock { $0.isEmpty } }

  /// Reads up to so many batches, and keeps them.
  func keep(_ rows: RowStream, upTo count: Int) async throws {
    var left = count
    while left > 0, let batch = try await rows.next() {
      left -= 1
      let entry = Kept(name: rows.name, batch: batch, values: KeptRows.values(batch))
      kept.withLock { if $0.count < 200 { $0.append(entry) } }
    }
  }

  /// The name of rows that are not what they were; nil where all are.
  var changed: String? {
    kept.withLock { $0.first { KeptRows.values($0.batch) != $0.values }?.name }
  }

  func letGo() { kept.withLock { $0 = [] } }

  /// The first rows of a batch, and its last ones.
  private static func values(_ batch: RecordBatch) -> [ValueMap] {
    let places = Array(0..<batch.rowCount)
    return (places.prefix(100) + places.suffix(10)).map { batch.row($0) }
  }
}
