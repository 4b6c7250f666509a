import Foundation

/// A program that answers the questions of OpenSSH's clients and of sudo: SSH_ASKPASS.
struct AskPass: Sendable {
  /// What a client needs in its environment to ask it.
  let environment: [String: String?]

  /// Writes the program into a folder.
  init(_ answer: String, in folder: TemporaryFolder) throws {
    let file = try folder.write(answer + "\n", to: "answer")
    let path = try folder.write("#!/bin/sh\nexec cat '\(file)'\n", to: "askpass", mode: 0o700)
    environment = ["SSH_ASKPASS": path, "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": nil]
  }
}
