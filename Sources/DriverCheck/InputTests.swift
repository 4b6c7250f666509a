internal import DriverHost

/// What is found out by inputs that nobody would give.
extension CheckTest {
  static let inputTests: [CheckTest] = [
    CheckTest(
      name: "inputs",
      title: "inputs at the extremes of its schema do not harm it, and others never reach it",
      rules: rulesOfCalls.filter { $0 != "SESS-7" } + ["CALL-8"],
      limit: 30,
      place: .child { probe in
        let run = try await CallRun(probe, server: .refuses)
        run.reportSkipped()
        let actions = run.actions
        for (action, inputs) in actions {
          var maker = InputMaker(
            seed: probe.settings.seed,
            seeds: run.inputs.variants(for: action.name) + [inputs],
            fields: run.inputs.fields(of: action.name)
          )
          let share = MonotonicTime.now.advanced(by: .milliseconds(1500 / actions.count))
          var count = 0
          while MonotonicTime.now < share, count < 2000 {
            count += 1
            let made = run.inputs.redirected(maker.next(), action.name)
            let isValid = run.inputs.isValid(made, action.name)
            probe.step(
              "in call \(count) of \(action.name) with made-up inputs (--seed \(probe.settings.seed)): \(InputMaker.shown(made, isSecret: run.inputs.complete(made, action.name)?.secrets ?? []))"
            )
            let error = await run.call(action, made, timeout: .milliseconds(200))
            // Its host is this one, so this is no driver's fault; it is seen all the same.
            // A busy machine may come to the call's end before anybody has looked at them.
            if !isValid, error?.stage != .input, error?.code != .timedOut {
              probe.report(
                CheckFinding(
                  "CALL-8",
                  "the host gave inputs to \(action.name) that its schema does not allow: report this"
                )
              )
            }
          }
        }
        await run.end()
      }
    )
  ]
}
