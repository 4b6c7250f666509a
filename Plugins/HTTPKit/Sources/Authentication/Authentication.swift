/// How a server is told who asks.
package enum Authentication: Hashable {
  case none
  case basic(user: String, password: String)
  case digest(user: String, password: String)
  case bearer(token: String)
  /// The user's name may have a domain in front of it: `DOMAIN\\user`.
  case ntlm(user: String, password: String)
  /// By a ticket of the process's user.
  case negotiate(service: String, delegation: Delegation)
  /// By a bearer token that is asked for first.
  indirect case grant(OAuth2Grant)
  /// By a signature over the request.
  indirect case aws(AWSAccess)
  /// PEM: the certificate with those above it, and its key with what opens that; nil: it is open.
  indirect case certificate(chain: String, key: String, passphrase: String?)

  /// Whether a server may act for the user elsewhere (CURLOPT_GSSAPI_DELEGATION(3)).
  package enum Delegation: Hashable {
    case never
    /// Where the ticket's policy allows it.
    case byPolicy
    case always
  }

  /// About how many bytes it takes in a request's head.
  var size: Int {
    switch self {
    case .none, .certificate, .negotiate: 0
    case .basic(let user, let password), .digest(let user, let password),
      .ntlm(let user, let password):
      (user.utf8.count + password.utf8.count) * 4 / 3
    case .bearer(let token): token.utf8.count
    // Its token is not known yet.
    case .grant: 0
    case .aws(let access): access.size
    }
  }

  /// The grant that a token is asked for with; nil: none is.
  var grant: OAuth2Grant? { if case .grant(let grant) = self { grant } else { nil } }
}
