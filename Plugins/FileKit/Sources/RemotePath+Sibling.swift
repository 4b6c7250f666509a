extension RemotePath {
  /// The path of another file in the same directory.
  ///
  /// - Parameter name: Its name.
  /// - Returns: The path.
  package func sibling(_ name: [UInt8]) -> RemotePath {
    (parent ?? RemotePath("")).appending(RemotePath(name))
  }
}
