/// Why our part of a remote command could not do its work.
enum RemoteFault: String, Hashable, Sendable {
  /// The working directory cannot be entered.
  case workingDirectory = "cwd"
  /// The folder for the script cannot be made in the one for temporary files.
  case folder
  /// The script cannot be written there: the disk is full, for instance.
  case write
  /// stdin ended before all that was prepared for it had come.
  case cut
}
