import DriverABI
import Testing

@testable import DriverHost

@Suite("Reading a driver's values")
struct ValueReaderTests {
  private func rule(_ value: dh_value_v1) -> String? {
    var reader = ValueReader()
    do {
      _ = try reader.read(value)
      return nil
    } catch {
      return error.rule
    }
  }

  @Test("refuses a member whose name counts bytes and has no address", arguments: [1, 5, Int.max])
  func nameWithoutAddress(length: Int) {
    var member = dh_member_v1()
    member.name.len = length
    let found = withUnsafePointer(to: member) { member in
      rule(dh_value_v1(kind: DH_MAP, flags: 0, count: 1, as: .init(members: member)))
    }
    #expect(found == "VAL-10")
  }

  @Test("takes a name without an address that is empty")
  func emptyName() {
    let found = withUnsafePointer(to: dh_member_v1()) { member in
      rule(dh_value_v1(kind: DH_MAP, flags: 0, count: 1, as: .init(members: member)))
    }
    #expect(found == nil)
  }

  @Test("refuses what counts something and has no address", arguments: 4...9 as ClosedRange<UInt32>)
  func nothingThere(kind: UInt32) {
    let found = rule(dh_value_v1(kind: kind, flags: 0, count: 1, as: .init(text: nil)))
    #expect(found == "VAL-10")
  }
}
