internal import FileKit

/// Why the answer to a question is none.
enum AnswerFault: Error, Sendable, Hashable {
  /// The reply does not say that it is done.
  case noAnswer(FTPReply)
  /// It is not written as the answer to that command is.
  case form(FTPReply)
  /// A checksum of another file than was asked for.
  case otherFile(FTPReply)
  /// A checksum that is made otherwise than was asked for.
  case otherAlgorithm(FTPReply, FileChecksum.Algorithm)
}

extension AnswerFault: CustomStringConvertible {
  /// What is wrong, for people.
  var description: String {
    switch self {
    case .noAnswer(let reply): "the server does not tell: it says \(reply)"
    case .form(let reply): "the server's answer is in no form that is known: it says \(reply)"
    case .otherFile(let reply): "the server tells of another file: it says \(reply)"
    case .otherAlgorithm(let reply, let algorithm):
      "the server has made another checksum than \(algorithm.rawValue): it says \(reply)"
    }
  }
}
