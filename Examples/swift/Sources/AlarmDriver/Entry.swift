public import DriverABI
import DriverKit

private let entry = DriverEntry { DriverEntry.create(AlarmDriver.self, $0, $1, $2, $3) }

/// The one symbol that the driver exports.
@c @implementation
public func dh_driver_entry_v1(
  _ host: UnsafePointer<dh_host_v1>,
  _ id: UnsafePointer<CChar>
) -> UnsafeRawPointer? {
  entry.answer(id)
}
