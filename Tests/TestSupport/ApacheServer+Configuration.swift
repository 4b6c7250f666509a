extension ApacheServer {
  /// The text of apache.conf.
  ///
  /// See https://httpd.apache.org/docs/2.4/mod/directives.html for its words.
  static func configuration(_ options: Options, port: Int, folder: TemporaryFolder) -> String {
    let protected = options.realm == nil ? "basic|digest" : "basic|digest|negotiate"
    return """
      \(loading(options))
      ServerRoot "\(folder.path)"
      DefaultRuntimeDir "\(folder.path)"
      PidFile "\(folder.file("apache.pid"))"
      ServerName localhost
      Listen 127.0.0.1:\(port)
      # One process beside the one that watches it: little to start and to end.
      StartServers 1
      ServerLimit 1
      ThreadsPerChild 32
      MaxRequestWorkers 32
      MinSpareThreads 1
      MaxSpareThreads 32
      KeepAliveTimeout 60
      MaxKeepAliveRequests 0
      LimitRequestBody 0
      Protocols \(protocols(options))
      ErrorLog "\(folder.file(ServerProcess.logName))"
      LogFormat "%{remote}p\\t%u\\t%>s\\t%B\\t%{Authorization}i\\t%r" requests
      CustomLog "\(folder.file("access.log"))" requests
      TypesConfig /dev/null
      AddType application/json json
      AddType text/html html
      AddType text/plain txt
      \(encryption(options, folder: folder))
      AliasMatch "^/(?:open|\(protected))/(.+)$" "\(folder.file("files"))/$1"
      LuaMapHandler "^/(?:open|\(protected))/request$" "\(folder.file("handlers.lua"))" request
      LuaMapHandler "^/status/[2-5][0-9][0-9]$" "\(folder.file("handlers.lua"))" status
      <Location "/basic/">
        AuthType Basic
        AuthName "\(protectionSpace)"
        AuthBasicProvider file
        AuthUserFile "\(folder.file("basic"))"
        Require valid-user
      </Location>
      <Location "/digest/">
        AuthType Digest
        AuthName "\(protectionSpace)"
        AuthDigestProvider file
        AuthUserFile "\(folder.file("digest"))"
        Require valid-user
      </Location>
      \(negotiation(options, folder: folder))
      \(options.extra)

      """
  }

  private static func loading(_ options: Options) -> String {
    var names = [
      "mpm_event", "alias", "auth_basic", "auth_digest", "authn_core", "authn_file", "authz_core",
      "authz_user", "lua", "mime",
    ]
    if options.certificate != nil { names.append("ssl") }
    if options.http2 { names.append("http2") }
    if options.realm != nil { names.append("auth_gssapi") }
    return names.map { "LoadModule \($0)_module \(modules)/mod_\($0).so" }
      .joined(separator: "\n")
  }

  private static func protocols(_ options: Options) -> String {
    guard options.http2 else { return "http/1.1" }
    return (options.certificate == nil ? "h2c" : "h2") + " http/1.1"
  }

  private static func encryption(_ options: Options, folder: TemporaryFolder) -> String {
    guard options.certificate != nil else { return "" }
    var lines = [
      "SSLEngine on",
      "SSLProtocol -all \(options.tlsVersions)",
      "SSLCertificateFile \"\(folder.file("certificate.pem"))\"",
      "SSLCertificateKeyFile \"\(folder.file("key.pem"))\"",
      "SSLSessionCache none",
    ]
    if options.clientAuthority != nil {
      lines += [
        "SSLCACertificateFile \"\(folder.file("authority.pem"))\"", "SSLVerifyClient require",
      ]
    }
    return lines.joined(separator: "\n")
  }

  private static func negotiation(_ options: Options, folder: TemporaryFolder) -> String {
    guard options.realm != nil else { return "" }
    return """
      <Location "/negotiate/">
        AuthType GSSAPI
        AuthName "\(protectionSpace)"
        GssapiAllowedMech krb5
        GssapiCredStore "keytab:\(folder.file("keytab"))"
        Require valid-user
      </Location>
      """
  }

  /// What answers `/open/request` and the like, and `/status/CODE`.
  ///
  /// See https://httpd.apache.org/docs/2.4/mod/mod_lua.html for what a request has.
  static let handlers = #"""
    local function quoted(text)
      local escaped = (text or ""):gsub('[%c"\\]', function(character)
        return string.format("\\u%04x", character:byte())
      end)
      return '"' .. escaped .. '"'
    end

    function request(r)
      local body = r:requestbody() or ""
      local client = r.is_https and r:ssl_var_lookup("SSL_CLIENT_S_DN")
      r.content_type = "application/json"
      r:puts('{"method": ', quoted(r.method), ', "uri": ', quoted(r.unparsed_uri))
      r:puts(', "protocol": ', quoted(r.protocol), ', "user": ', quoted(r.user))
      r:puts(', "authType": ', quoted(r.ap_auth_type))
      r:puts(', "authorization": ', quoted(r.headers_in["Authorization"]))
      r:puts(', "client": ', quoted(client or ""), ', "body": ', tostring(#body), '}')
      return apache2.OK
    end

    function status(r)
      r.status = tonumber(r.uri:match("%d+$"))
      if r.status == 429 or r.status == 503 then r.headers_out["Retry-After"] = "1" end
      r.content_type = "application/json"
      r:puts('{"status": ', tostring(r.status), '}')
      return apache2.OK
    end

    """#
}
