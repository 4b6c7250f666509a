internal import CCurl
internal import CurlKit

/// Options of who asks.
extension RequestHandle {
  /// Each of these options, whatever they were: the credentials of one request are not those of the next one.
  func setAuthentication(
    _ wanted: Authentication
  ) throws(CurlError) {
    if wanted == authentication { return }
    if case .certificate = authentication {
      for option in [CURLOPT_SSLCERT_BLOB, CURLOPT_SSLKEY_BLOB] { try transfer.easy.unset(option) }
      try transfer.easy.set(CURLOPT_KEYPASSWD, nil)
    }
    if case .negotiate = authentication {
      try transfer.easy.set(CURLOPT_GSSAPI_DELEGATION, Int(CURLGSSAPI_DELEGATION_NONE))
    }
    // What is not wanted is taken back first: a handle serves one caller after another.
    var (user, password, token): (String?, String?, String?)
    switch wanted {
    case .none: break
    case .basic(let name, let secret):
      (user, password) = (name, secret)
      try transfer.easy.set(CURLOPT_HTTPAUTH, ccurl_auth_basic)
    case .digest(let name, let secret):
      (user, password) = (name, secret)
      try transfer.easy.set(CURLOPT_HTTPAUTH, ccurl_auth_digest)
    case .bearer(let text):
      token = text
      try transfer.easy.set(CURLOPT_HTTPAUTH, ccurl_auth_bearer)
    case .ntlm(let name, let secret):
      (user, password) = (name, secret)
      try transfer.easy.set(CURLOPT_HTTPAUTH, ccurl_auth_ntlm)
    case .negotiate(let service, let delegation):
      // The ticket says who it is; libcurl only wants to see that there is a user.
      (user, password) = ("", "")
      try transfer.easy.set(CURLOPT_HTTPAUTH, ccurl_auth_negotiate)
      try transfer.easy.set(CURLOPT_SERVICE_NAME, service)
      try transfer.easy.set(CURLOPT_GSSAPI_DELEGATION, RequestHandle.code(of: delegation))
    // Their headers are made for each request.
    case .aws, .grant: break
    case .certificate(let chain, let key, let passphrase):
      // libcurl tells kept connections and TLS sessions apart by the certificate, which is no secret, and not by the
      // key: with a mark of that behind it, which PEM passes over, who has not the key does not get into them.
      let mark = RequestHandle.mark(of: key, passphrase)
      try transfer.easy.set(CURLOPT_SSLCERT_BLOB, blob: Array("\(chain)\n\(mark)\n".utf8))
      try transfer.easy.set(CURLOPT_SSLKEY_BLOB, blob: Array(key.utf8))
      try transfer.easy.set(CURLOPT_KEYPASSWD, passphrase)
    }
    try transfer.easy.set(CURLOPT_USERNAME, user)
    try transfer.easy.set(CURLOPT_PASSWORD, password)
    try transfer.easy.set(CURLOPT_XOAUTH2_BEARER, token)
    authentication = wanted
  }

  private static func code(of delegation: Authentication.Delegation) -> Int {
    switch delegation {
    case .never: Int(CURLGSSAPI_DELEGATION_NONE)
    case .byPolicy: Int(CURLGSSAPI_DELEGATION_POLICY_FLAG)
    case .always: Int(CURLGSSAPI_DELEGATION_FLAG)
    }
  }

  /// What tells a key from others and cannot be led back to it: two hashes whose keys are random in each process.
  private static func mark(of key: String, _ passphrase: String?) -> String {
    let halves = (0..<2).map { salt in
      var hasher = Hasher()
      hasher.combine(salt)
      hasher.combine(key)
      hasher.combine(passphrase)
      return String(UInt(bitPattern: hasher.finalize()), radix: 16)
    }
    return halves.joined(separator: " ")
  }
}
