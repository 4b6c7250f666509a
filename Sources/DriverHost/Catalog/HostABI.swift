import DriverABI

/// The driver ABI that this host speaks.
public enum HostABI {
  /// The interface by which it calls drivers: `dh.driver/1`.
  public static let driverInterface = DH_DRIVER_V1
  /// The interfaces that it offers to drivers.
  public static let interfaces = HostFunctions.interfaces
  /// The revision whose drivers it takes: "revision 1".
  public static let noteInWords = ELFNote.revisionInWords(ELFNote.type)

  /// What a header calls its revision, in words: "revision 1"; "draft 3" of one that was none yet.
  package static func revisionInWords(_ number: UInt32) -> String {
    ELFNote.revisionInWords(number)
  }
}
