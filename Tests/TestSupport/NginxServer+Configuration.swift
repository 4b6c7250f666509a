extension NginxServer {
  /// The text of nginx.conf.
  ///
  /// See https://nginx.org/en/docs/dirindex.html for its words.
  static func configuration(_ options: Options, port: Int, folder: TemporaryFolder) -> String {
    // One process and no daemon: nothing is left behind when it is killed.
    """
    daemon off;
    master_process off;
    worker_rlimit_nofile 16384;
    pid \(folder.file("nginx.pid"));
    error_log stderr info;
    events {
      worker_connections 8192;
    }
    http {
      client_body_temp_path \(folder.file("temp/body"));
      proxy_temp_path \(folder.file("temp/proxy"));
      fastcgi_temp_path \(folder.file("temp/fastcgi"));
      uwsgi_temp_path \(folder.file("temp/uwsgi"));
      scgi_temp_path \(folder.file("temp/scgi"));
      client_max_body_size 0;
      keepalive_requests 1000000;
      types {
        application/json json;
        text/html html;
        text/plain txt;
      }
      default_type application/octet-stream;
      log_format requests escape=json '{"method":"$request_method","uri":"$request_uri",'
        '"status":$status,"protocol":"$server_protocol","authorization":"$http_authorization",'
        '"cookie":"$http_cookie","userAgent":"$http_user_agent","connection":$connection,'
        '"bytes":$body_bytes_sent}';
      access_log \(folder.file("access.log")) requests;
      server {
        listen 127.0.0.1:\(port) \(listenOptions(options));
        server_name localhost;
        root \(folder.file("files"));
    \(encryption(options, folder: folder))
        location /files/ { alias \(folder.file("files"))/; }
        location /slow/ {
          alias \(folder.file("files"))/;
          limit_rate \(options.bytesPerSecond);
        }
        location /gzip/ {
          alias \(folder.file("files"))/;
          gzip on;
          gzip_min_length 1;
          gzip_types *;
        }
        location /protected/ {
          alias \(folder.file("files"))/;
          auth_basic "the tests";
          auth_basic_user_file \(folder.file("htpasswd"));
        }
        location = /json {
          default_type application/json;
          return 200 '{"greeting": "hello", "numbers": [1, 2.5, -3], "nothing": null}';
        }
        location = /request {
          default_type application/json;
          return 200 '{"method": "$request_method", "uri": "$request_uri", "host": "$http_host", \
    "authorization": "$http_authorization", "cookie": "$http_cookie", \
    "protocol": "$server_protocol", "client": "$ssl_client_s_dn"}';
        }
        location = /upload { return 201 'taken'; }
        location /dav/ {
          alias \(folder.file("dav"))/;
          dav_methods PUT;
        }
        location = /small { client_max_body_size 1k; proxy_pass http://127.0.0.1:9; }
        location ~ ^/redirect-dav/(.*)$ { return 307 /dav/$1; }
        location = /loop { return 302 /loop; }
        location = /redirect-to { return 302 $arg_url; }
        location = /repeated {
          add_header X-Repeated first;
          add_header X-Repeated second;
          add_header Set-Cookie "a=1; Path=/";
          add_header Set-Cookie "b=2; Path=/; HttpOnly";
          return 200 'repeated';
        }
    \(redirects())
    \(statusLocations())
    \(options.extra)
      }
    }

    """
  }

  private static func listenOptions(_ options: Options) -> String {
    (options.certificate == nil ? "" : "ssl ") + (options.http2 ? "http2" : "")
  }

  private static func encryption(_ options: Options, folder: TemporaryFolder) -> String {
    guard let certificate = options.certificate else { return "" }
    var lines = [
      "ssl_certificate \(certificate.chainPath);",
      "ssl_certificate_key \(certificate.keyPath);",
      "ssl_protocols \(options.tlsVersions);",
    ]
    if let authority = options.clientAuthority {
      lines += ["ssl_client_certificate \(authority.path);", "ssl_verify_client on;"]
    }
    return lines.map { "    " + $0 }.joined(separator: "\n")
  }

  private static func redirects() -> String {
    let last = "    location = /redirect/0 { return 302 /json; }"
    let steps = (1...20).map {
      "    location = /redirect/\($0) { return 302 \($0 == 1 ? "/json" : "/redirect/\($0 - 1)"); }"
    }
    return ([last] + steps).joined(separator: "\n")
  }

  private static func statusLocations() -> String {
    statuses.map { status in
      let header =
        status == 429 || status == 503 ? "add_header Retry-After 1 always; " : ""
      return "    location = /status/\(status) { default_type application/json; \(header)"
        + "return \(status) '{\"status\": \(status)}'; }"
    }.joined(separator: "\n")
  }
}
