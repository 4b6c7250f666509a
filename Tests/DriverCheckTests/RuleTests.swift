import DriverCheck
import TestSupport
import Testing

@Suite("The rules of the ABI")
struct RuleTests {
  @Test("are those of the page, each with an id of its own")
  func table() {
    #expect(Rule.all.count > 100)
    #expect(Set(Rule.all.map(\.id)).count == Rule.all.count)
    #expect(Rule.all.first { $0.id == "CALL-1" }?.isDrivers == true)
    #expect(Rule.all.first { $0.id == "CALL-2" }?.isDrivers == false)
    #expect(Rule.all.allSatisfy { !$0.text.isEmpty && !$0.reason.isEmpty })
  }

  @Test("that drivers must keep have a test, or a reason why there can be none")
  func coverage() {
    let tested = Set(CheckTest.all.flatMap(\.rules))
    for rule in Rule.all where rule.isDrivers {
      #expect(tested.contains(rule.id) != (Rule.untested[rule.id] != nil), "\(rule.id)")
    }
    for id in Rule.untested.keys { #expect(Rule.all.contains { $0.id == id && $0.isDrivers }) }
  }

  @Test("that the tests name are there")
  func names() {
    let known = Set(Rule.all.map(\.id))
    for test in CheckTest.all {
      #expect(known.isSuperset(of: test.rules), "\(test.name)")
    }
    #expect(Set(CheckTest.all.map(\.name)).count == CheckTest.all.count)
  }
}
