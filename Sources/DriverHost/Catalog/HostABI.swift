import DriverABI

/// The driver ABI that this host speaks.
public enum HostABI {
  /// The interface by which it calls drivers: `dh.driver/1`.
  public static let driverInterface = DH_DRIVER_V1
  /// The interfaces that it offers to drivers.
  public static let interfaces = HostFunctions.interfaces
  /// The layout that drivers must have been compiled with: "draft 1".
  public static let noteInWords = ELFNote.revisionInWords(ELFNote.type)

  /// What a header calls its revision, in words: "draft 1", "revision 1".
  package static func revisionInWords(_ number: UInt32) -> String {
    ELFNote.revisionInWords(number)
  }
}
