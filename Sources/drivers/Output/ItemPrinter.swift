import DriverHost

/// Prints the items of a channel as lines of JSON while they come.
///
/// A task of its own reads them, since it still gets what had come before a call failed.
struct ItemPrinter {
  private let stream = ValueStream()
  private let task: Task<HostError?, Never>

  /// A printer, whose end `finish` waits for.
  init() {
    let stream = stream
    task = Task {
      do throws(HostError) {
        var items = stream.makeAsyncIterator()
        while let item = try await items.next() {
          let line = JSON.text(item.withDocumentsParsed) + "\n"
          try Console.send(Array(Console.json(line).utf8))
        }
        return nil
      } catch {
        return error
      }
    }
  }

  /// What the channel is connected to.
  var destination: ChannelDestination { .valueStream(stream) }

  /// Waits until all that has come is printed.
  ///
  /// - Returns: Why not all of it could be, which is also how the call failed where it did; nil: all is.
  func finish() async -> HostError? {
    await task.value
  }
}
