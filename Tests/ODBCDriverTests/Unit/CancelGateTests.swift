import Synchronization
import Testing

@testable import ODBCDriver

@Suite("A gate for cancels")
struct CancelGateTests {
  @Test("lets nothing begin once a cancel is wanted, and cancels nothing that does not go on")
  func outside() {
    let gate = CancelGate()
    #expect(gate.enter())
    gate.leave()
    var count = 0
    gate.cancel { count += 1 }
    #expect(count == 0 && !gate.enter())
  }

  @Test("cancels again and again until what goes on comes out, and only then lets it go on")
  func inside() throws {
    let gate = CancelGate()
    let cancels = Atomic<Int>(0)
    #expect(gate.enter())
    let worker = try #require(
      Worker {
        // The third one has an effect.
        while cancels.load(ordering: .acquiring) < 3 {}
        gate.leave()
      }
    )
    gate.cancel { cancels.add(1, ordering: .acquiringAndReleasing) }
    worker.join()
    #expect(cancels.load(ordering: .acquiring) >= 3 && !gate.enter())
  }

  @Test("ends whoever goes in and out again and again, at any moment")
  func race() throws {
    for _ in 0..<200 {
      let gate = CancelGate()
      let rounds = Atomic<Int>(0)
      let worker = try #require(
        Worker {
          while gate.enter() {
            rounds.add(1, ordering: .relaxed)
            gate.leave()
          }
        }
      )
      gate.cancel {}
      worker.join()
      let before = rounds.load(ordering: .relaxed)
      #expect(!gate.enter() && rounds.load(ordering: .relaxed) == before)
    }
  }
}
