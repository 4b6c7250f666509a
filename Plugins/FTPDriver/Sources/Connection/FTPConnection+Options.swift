internal import CCurl
internal import CurlKit
internal import DriverKit
internal import FileKit

/// What libcurl is set to.
extension FTPConnection {
  /// Sets what stays for as long as the connection lives.
  func setAddress(_ authorities: [UInt8]?) throws(CurlError) {
    let easy = transfer
    try easy.easy.set(CURLOPT_PROTOCOLS_STR, "ftp,ftps")
    // What `..` means is for the server to say.
    try easy.easy.set(CURLOPT_PATH_AS_IS, 1)
    try easy.easy.set(CURLOPT_USERNAME, address.login.user)
    try easy.easy.set(CURLOPT_PASSWORD, address.login.password)
    try easy.easy.set(CURLOPT_FTP_ACCOUNT, address.login.account)
    if !resolve.isEmpty { try easy.easy.set(CURLOPT_RESOLVE, list: resolve) }
    // The addresses are ours to look up, also for a second connection.
    try easy.easy.set(CURLOPT_DNS_CACHE_TIMEOUT, -1)
    try easy.easy.set(CURLOPT_CONNECTTIMEOUT_MS, Int(min(address.connectTimeout, 1e6) * 1000))
    // Ours ends first: it knows what was waited for.
    let patience = Int(min(address.socketTimeout, 1e6)) + 5
    try easy.easy.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, patience)
    try easy.easy.set(CURLOPT_ACCEPTTIMEOUT_MS, patience * 1000)
    try easy.easy.set(CURLOPT_TCP_KEEPALIVE, address.keepAlive > 0 ? 1 : 0)
    if address.keepAlive > 0 {
      try easy.easy.set(CURLOPT_TCP_KEEPIDLE, address.keepAlive)
      try easy.easy.set(CURLOPT_TCP_KEEPINTVL, min(address.keepAlive, 15))
    }
    try easy.easy.set(CURLOPT_BUFFERSIZE, FTPConnection.bufferSize)
    try easy.easy.set(CURLOPT_UPLOAD_BUFFERSIZE, FTPConnection.bufferSize)
    try setData()
    try setProxy()
    try setTLS(authorities)
  }

  private func setData() throws(CurlError) {
    let data = address.data
    transfer.isActive = data.isActive
    if case .active(let place) = data.mode {
      try transfer.easy.set(CURLOPT_FTPPORT, place)
      try preparations.append(bytes: FTPConnection.nothing)
    }
    try transfer.easy.set(CURLOPT_FTP_USE_EPSV, data.isExtended ? 1 : 0)
    try transfer.easy.set(CURLOPT_FTP_USE_EPRT, data.isExtended ? 1 : 0)
    // A server could name another one's address, and have it connected to from here.
    try transfer.easy.set(CURLOPT_FTP_SKIP_PASV_IP, data.trustsAddress ? 0 : 1)
  }

  private func setProxy() throws(CurlError) {
    // Empty: none, whatever the environment of the process says that happens to run the host.
    try transfer.easy.set(CURLOPT_PROXY, address.proxy?.url ?? "")
    guard let proxy = address.proxy else { return }
    transfer.sockets.hearsFirst = address.tls.mode != .off
    // Never as a request for an ftp URL, which the proxy would carry out as it likes.
    try transfer.easy.set(CURLOPT_HTTPPROXYTUNNEL, 1)
    try transfer.easy.set(CURLOPT_PROXYUSERNAME, proxy.user)
    try transfer.easy.set(CURLOPT_PROXYPASSWORD, proxy.password)
    // What a proxy says before it is through is nothing of the server's.
    try transfer.easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
  }

  private func setTLS(_ authorities: [UInt8]?) throws(CurlError) {
    let (tls, easy) = (address.tls, transfer)
    let level =
      tls.mode == .off ? CURLUSESSL_NONE : tls.protectsData ? CURLUSESSL_ALL : CURLUSESSL_CONTROL
    try easy.easy.set(CURLOPT_USE_SSL, Int(level.rawValue))
    guard tls.mode != .off else { return }
    try easy.easy.set(CURLOPT_FTPSSLAUTH, Int(CURLFTPAUTH_TLS.rawValue))
    try easy.easy.set(CURLOPT_SSL_VERIFYPEER, tls.verifies ? 1 : 0)
    try easy.easy.set(CURLOPT_SSL_VERIFYHOST, tls.verifies ? 2 : 0)
    try easy.easy.set(CURLOPT_SSLVERSION, tls.wantsVersion3 ? ccurl_tls_1_3 : ccurl_tls_1_2)
    try easy.easy.set(CURLOPT_SSL_SESSIONID_CACHE, tls.reusesSessions ? 1 : 0)
    if tls.reusesSessions { try easy.keepFirstSession() }
    if !tls.pinnedKeys.isEmpty { try easy.easy.set(CURLOPT_PINNEDPUBLICKEY, tls.pinnedKeys) }
    if let text = authorities ?? tls.authorities.map({ Array($0.utf8) }) {
      try easy.easy.set(CURLOPT_CAINFO_BLOB, blob: text)
      try easy.easy.set(CURLOPT_CAPATH, nil)
    } else {
      let file = SystemAuthorities.areInFolder ? nil : CurlDefaults.authorityFile
      try easy.easy.set(CURLOPT_CAINFO, file)
      try easy.easy.set(CURLOPT_CAPATH, CurlDefaults.authorityFolder)
    }
    guard let identity = tls.identity else { return }
    try easy.easy.set(CURLOPT_SSLCERT_BLOB, blob: Array(identity.certificate.utf8))
    try easy.easy.set(CURLOPT_SSLKEY_BLOB, blob: Array(identity.privateKey.utf8))
    try easy.easy.set(CURLOPT_KEYPASSWD, identity.passphrase)
  }

  /// Has the certificates of the server kept.
  func wantsCertificates() { try? transfer.easy.set(CURLOPT_CERTINFO, 1) }

  // MARK: - Of one request

  /// Sets what one request needs, whatever the one before has needed.
  func set(_ request: FTPRequest) throws(CurlError) {
    let easy = transfer
    var commands = CurlList()
    var (path, method): ([UInt8], curl_ftpmethod) = ([UInt8(ascii: "/")], CURLFTPMETHOD_NOCWD)
    var (isUpload, appends, offset, command): (Bool, Bool, UInt64, String?) = (false, false, 0, nil)
    var hasBody = true
    // What is answered while it is sent, libcurl 7.88 hears too early where the server connects: EPRT is then followed by
    // nothing, and 150 taken for the end of the transfer (ftp_dophase_done and ftp_do_more in ftp.c). Behind another
    // command neither is looked for at once.
    let defers = address.data.isActive && request.work.movesData
    if defers { try commands.append(bytes: FTPConnection.nothing) }
    switch request.work {
    case .commands(let lines):
      hasBody = false
      if request.needsBinary, !isBinary {
        try commands.append(bytes: Array("*TYPE I".utf8))
        isBinary = true
      }
      for line in lines { try commands.append(bytes: line) }
    case .visit(let directory, let home):
      hasBody = false
      let word = Array("*CWD ".utf8)
      for place in [directory, home] { try commands.append(bytes: word + place) }
      // libcurl has to know where it is: it goes to no directory that it thinks it is in.
      (path, method) = (FTPConnection.folder(home), CURLFTPMETHOD_SINGLECWD)
    case .list(let directory, let listing, _):
      // The directory is gone to: in an argument of LIST, servers take signs for patterns and options.
      (path, method) = (FTPConnection.folder(directory), CURLFTPMETHOD_SINGLECWD)
      command = listing
      isBinary = false
    case .read(let file, let start, _):
      (path, offset) = (file, start)
      isBinary = true
    case .write(let file, let adds, _):
      (path, isUpload, appends) = (file, true, adds)
      isBinary = true
    }
    try easy.easy.set(CURLOPT_URL, url(path))
    try easy.easy.set(CURLOPT_FTP_FILEMETHOD, Int(method.rawValue))
    // In this order: each of them may change what the ones before have set.
    try easy.easy.set(CURLOPT_UPLOAD, isUpload ? 1 : 0)
    try easy.easy.set(CURLOPT_NOBODY, hasBody ? 0 : 1)
    try easy.easy.set(CURLOPT_APPEND, appends ? 1 : 0)
    try easy.easy.set(CURLOPT_CUSTOMREQUEST, command)
    try easy.easy.set(CURLOPT_RESUME_FROM_LARGE, offset: Int64(offset))
    // Without an offset the size is known already, and is not asked for once more.
    try easy.easy.set(CURLOPT_IGNORE_CONTENT_LENGTH, offset == 0 ? 1 : 0)
    if commands.isEmpty {
      try easy.easy.unset(CURLOPT_QUOTE)
    } else {
      try easy.easy.set(CURLOPT_QUOTE, list: commands)
    }
    if defers {
      try easy.easy.set(CURLOPT_PREQUOTE, list: preparations)
    } else {
      try easy.easy.unset(CURLOPT_PREQUOTE)
    }
    var followers = CurlList()
    for command in request.following?.commands ?? [] {
      try followers.append(bytes: [UInt8(ascii: "*")] + command)
    }
    if followers.isEmpty {
      try easy.easy.unset(CURLOPT_POSTQUOTE)
    } else {
      try easy.easy.set(CURLOPT_POSTQUOTE, list: followers)
    }
    followings = followers
    // The old list is let go of when libcurl does not have it any more.
    quotes = commands
  }

  /// A command that does nothing, and may be refused.
  private static let nothing = Array("*NOOP".utf8)

  private static func folder(_ path: [UInt8]) -> [UInt8] {
    path.last == UInt8(ascii: "/") ? path : path + [UInt8(ascii: "/")]
  }

  /// The URL of a path, each byte of which arrives as it is.
  private func url(_ path: [UInt8]) -> String {
    let scheme = address.tls.mode == .implicit ? "ftps" : "ftp"
    let isIPv6 = address.host.utf8.contains(UInt8(ascii: ":"))
    var text = "\(scheme)://\(isIPv6 ? "[\(address.host)]" : address.host):\(address.port)/"
    let digits = Array("0123456789ABCDEF")
    for (index, byte) in path.enumerated() {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."),
        // A slash at the beginning would be that of the URL, and the path a relative one.
        UInt8(ascii: "/") where index > 0:
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        text += "%"
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
      }
    }
    return text
  }
}
