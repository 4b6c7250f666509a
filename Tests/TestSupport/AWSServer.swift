/// A server that verifies the AWS Signature Version 4 of each request, on a free port of 127.0.0.1.
///
/// botocore's own signer, of s3 for the service s3, signs what came once more.
///
/// | path | answer |
/// |---|---|
/// | any, signed well | 200, JSON of what came, of the scope, and of what was signed |
/// | any other | 403, JSON of a code and a message; see below |
///
/// Where the signatures differ, the answer has botocore's `canonical_request`, `string_to_sign` and
/// `signed_headers`. All X-Amz headers must be signed, and so must the body; the service s3 takes
/// UNSIGNED-PAYLOAD too. botocore signs no User-Agent, and neither may a client.
package final class AWSServer: ScriptServer {
  /// What can be chosen.
  package struct Options: ScriptServerOptions {
    package var accessKey = "AKIDEXAMPLE"
    package var secretKey = "wJalr/XUtnFEMI+bPxRfiCY"
    /// What the client must send and sign; nil: it may send none.
    package var sessionToken: String?
    /// The only region that is taken; nil: any.
    package var region: String?
    /// The only service that is taken; nil: any.
    package var service: String?

    package init() {}
  }

  package let options: Options
  package let server: PythonServer

  /// Starts a server and waits until it answers.
  package init(_ options: Options) async throws {
    self.options = options
    var words = ["--access-key", options.accessKey, "--secret-key", options.secretKey]
    if let token = options.sessionToken { words += ["--session-token", token] }
    if let region = options.region { words += ["--region", region] }
    if let service = options.service { words += ["--service", service] }
    server = try await PythonServer("aws_server", folder: TemporaryFolder(), options: words)
  }
}
