import ArgumentParser
import DriverHistory
import DriverHost
import Glibc

/// The option of every command that makes executions.
struct HistoryOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Keep no record of the executions, which `drivers executions` lists otherwise."
    )
  )
  var noHistory = false
}

/// The history of a workspace's executions, in its state folder.
struct HistoryFile {
  private let workspace: Workspace

  init(of workspace: Workspace) { self.workspace = workspace }

  /// Where it is.
  var path: String { "\(workspace.stateFolder)/history.sqlite" }

  /// Opens it to record executions.
  ///
  /// What it costs when it cannot be opened is one warning: a connection is worth more than its record.
  ///
  /// - Parameter log: Takes what the history has to say of its troubles.
  /// - Returns: The history; one in memory where the file cannot be used.
  func recording(
    log: @escaping @Sendable (LogLevel, String) -> Void
  ) -> any ExecutionHistory {
    do throws(HostError) {
      var options = SQLiteHistory.Options()
      // Whoever runs one connection does not wait for the disk three times more.
      options.checkpointsOnClose = false
      let history = try SQLiteHistory(path: path, options: options, log: log)
      ignore()
      return history
    } catch {
      Console.warn("executions are not recorded: \(error.message); --no-history spares this line")
      return MemoryHistory(limit: 1)
    }
  }

  /// Makes its folder, for another program that opens it.
  ///
  /// - Returns: Its path; nil where there can be no such file, which costs one warning.
  func prepared() -> String? {
    do throws(HostError) {
      _ = try SQLiteHistory(path: path)
      ignore()
      return path
    } catch {
      Console.warn("executions are not recorded: \(error.message); --no-history spares this line")
      return nil
    }
  }

  /// Opens it to change it.
  func writing() throws(HostError) -> (any ExecutionHistory)? {
    guard exists else { return nil }
    return try SQLiteHistory(path: path)
  }

  /// Opens it to look at it; nil where nothing was ever recorded.
  func reading() throws(HostError) -> (any ExecutionHistory)? {
    guard exists else { return nil }
    return try SQLiteHistory(reading: path)
  }

  private var exists: Bool { unsafe access(path, F_OK) == 0 }

  /// Keeps it out of the repository that a workspace most often is: it belongs to this machine.
  private func ignore() {
    guard !workspace.isUsers else { return }
    let file = unsafe open(
      "\(workspace.stateFolder)/.gitignore",
      O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
      0o644
    )
    // It is there already, most of the time.
    guard file >= 0 else { return }
    _ = unsafe Glibc.write(file, "*\n", 2)
    close(file)
  }
}
