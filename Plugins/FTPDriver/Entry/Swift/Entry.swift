public import DriverABI
import DriverKit
import FTPDriver

private let entry = unsafe DriverEntry {
  unsafe DriverEntry.create(FTPDriver.self, $0, $1, $2, $3)
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// The one symbol that the driver exports.
@c @implementation
public func dh_driver_entry_v1(
  _ host: UnsafePointer<dh_host_v1>,
  _ id: UnsafePointer<CChar>
) -> UnsafeRawPointer? {
  unsafe entry.answer(id)
}
