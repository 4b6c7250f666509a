internal import CurlKit
internal import DriverKit

/// Transfers that were ended here.
extension Exchange {
  func explanation(of cut: Cut) -> Explanation {
    switch cut {
    case .silence: timeout(.read, "an answer")
    case .tooLarge:
      Explanation(
        .tooLarge,
        "the answer of \(server) is longer than max_response_bytes (\(request.responseLimit))",
        cure: "raise it, or send the body to a file",
        pointer: "/max_response_bytes"
      )
    case .largeHead: largeHead
    case .noMemory: Explanation(.tooLarge, "there is no memory left for the answer")
    case .unanswered:
      Explanation(
        .protocolViolation,
        "\(server) closed a connection that it had kept open, without an answer to \(request.method)",
        cure: "look there whether it was carried out before it is sent again"
      )
    // Whoever cuts for that takes the answer there is.
    case .answered: Explanation(.internal, "\(server) has answered, and the answer was lost")
    case .failed(let error): Explanation(error)
    }
  }

  /// libcurl has limits of its own, and one code for all of them.
  var full: Explanation {
    if handle?.head.isComplete != true { return largeHead }
    if destination == .streamed {
      return Explanation(
        .tooLarge,
        "the body of \(server) expands to more than 64 MiB at once, while its reader is slow",
        cure: "set compression to false, or read faster",
        pointer: "/compression"
      )
    }
    return Explanation(.tooLarge, "there is no memory left for the answer")
  }

  var largeHead: Explanation {
    Explanation(
      .tooLarge,
      "the headers of \(server) are too long: one is over 100 KiB, or all are over 300 KiB together",
      cure: "look into what the server puts there, such as cookies"
    )
  }
}
