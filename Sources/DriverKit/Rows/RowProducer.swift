/// Where the rows of a call come from.
///
/// The host asks for one batch after another, each when the one before has been taken, on threads of its own and on
/// one at a time. A producer may wait for its server as a blocking driver does; `call.onStop` wakes it.
public protocol RowProducer: AnyObject, Sendable {
  /// The next rows; nil: there are no more.
  ///
  /// - Throws: Why there are none. Nothing is asked for afterwards.
  func next() throws(DriverError) -> RowBatch?

  /// Is told once that nobody wants rows any more, at their end, after an error or before.
  ///
  /// The call goes on: this ends it, by `succeed` or `fail`, or hands over the next rows, now or later. Unless it does
  /// something else, the call ends with that error, or well.
  ///
  /// - Parameters:
  ///   - call: The call.
  ///   - error: What `next` has thrown; nil: nothing.
  func close(_ call: Call, _ error: DriverError?)
}

extension RowProducer {
  /// Ends the call.
  public func close(_ call: Call, _ error: DriverError?) { call.end(error) }
}

extension Call {
  /// Ends the call with an error, or successfully where there is none.
  ///
  /// - Returns: False if it had ended, or was given up before.
  @discardableResult
  public func end(_ error: DriverError?) -> Bool { error.map(fail) ?? succeed() }

  /// Hands rows over under a name, and goes on until they have been read.
  ///
  /// The call then ends later, by the producer's `close`.
  ///
  /// - Parameters:
  ///   - name: The output's name.
  ///   - fields: The columns.
  ///   - producer: Where the rows come from. It is let go of once it was closed.
  /// - Throws: `.cancelled` when the call is to stop, `.unsupported` where rows are not wanted; the producer is then not
  ///   closed.
  public func rows(
    _ name: String,
    _ fields: [RowField],
    from producer: some RowProducer
  ) throws(DriverError) {
    let stream = ExportedStream(self, fields, producer)
    try stream.hand(over: name)
  }
}
