import Foundation

/// A server for clients of many APIs, on a free port of 127.0.0.1.
///
/// Lists are of `Options.items` items: `{"id": 1, "name": "item 1"}` and so on. Pages are counted
/// from 1.
///
/// | path | answer |
/// |---|---|
/// | `/link?page=&form=` | an array, Link with rel=next among others; see below |
/// | `/next-url?page=&form=` | `{"data": [], "paging": {"next": URL or null}}` |
/// | `/cursor?cursor=&end=` | `{"items": [], "next_cursor": TEXT}`; at its end see below |
/// | `POST /cursor` | the same for `{"cursor": TEXT, "limit": N}`, both of which may be left out |
/// | `/offset?offset=` | an array, and X-Total-Count |
/// | `/offset-total?offset=` | `{"results": [], "total": N, "offset": N, "limit": N}` |
/// | `/page?page=&per_page=` | an array, X-Page, and X-Next-Page if there is one |
/// | `/loop` | a page whose next one is itself |
/// | `/foreign?to=URL` | a page whose next one is there |
/// | `/broken?page=` | pages, of which the third answers 500 |
/// | `/items`, `/items/ID` | an array, an item; POST 201, DELETE 204; also under `/old` |
/// | `/events?chunk=` | events of all kinds in chunks of 3 bytes: see `expectedEvents` |
/// | `/drip-events` | an event each 100 ms, without end |
/// | `/range/SIZE` | `bytes(SIZE)`, with a strong ETag; Range and If-Range; see below |
/// | `/cookies` | JSON of the cookies that came |
/// | `/cookies/set?NAME=VALUE`, `/cookies/delete?NAME=` | sets and ends cookies |
/// | `/cookies/raw?line=TEXT` | the text as Set-Cookie |
/// | `/echo`, `/echo/…` | JSON of method, path, query, headers, connection, body or body_base64 |
/// | `/ratelimit?kind=&times=&seconds=` | 429 for the first requests; see below |
/// | `/openapi.json` | OpenAPI 3.1 of `/items` and `/echo` |
/// | `/nested/openapi.yaml` | OpenAPI 3.0 with the server `../` |
/// | `/old/swagger.json` | Swagger 2.0 with the base path `/old` |
/// | `/lie?kind=` | a broken answer; see below |
///
/// - `limit` sets the size of pages, for `/page` it is `per_page`.
/// - `/loop`, `/foreign` and `/broken` tell the next page by Link and as `/next-url` does.
/// - `/cursor` ends with null, with `end=empty` with an empty text, with `end=missing` with none.
/// - `form` is `absolute`, `relative` (a path) or `query` (`?page=2`); for `/link` also `unquoted`
///   (`rel=next`), `several` (`rel="last NEXT"`) and `lines` (a header for each link).
/// - `/range` with `cut=N` closes the connection after N bytes of each answer's body; with
///   `changing=1` each answer has another ETag, with `weak=1` the ETag is weak.
/// - `/ratelimit` answers 429 for the first requests of the same query, `times` (1 or more, or
///   `always`), and says `seconds` (1) by its `kind`: `retry-after`, `retry-after-date`,
///   `ratelimit-reset`, `x-ratelimit-reset` (seconds since 1970), `ratelimit` (the newer draft), or
///   `none`.
/// - `/lie` is `long` or `short` (a Content-Length that is), `chunk` (broken off inside one),
///   `unended` (no last chunk), `chunk-size` (no number), `head` (half a head), or `nothing`.
package final class PagingServer: ScriptServer {
  /// What can be chosen.
  package struct Options: ScriptServerOptions {
    /// How many there are in each list.
    package var items = 23
    /// How many are on a page that asks for no other size.
    package var pageSize = 5

    package init() {}
  }

  /// An event as a client must give it out.
  package struct Event: Sendable, Decodable, Equatable {
    package var type: String
    package var data: String
    /// The last event id at that time.
    package var id: String

    package init(type: String, data: String, id: String) {
      self.type = type
      self.data = data
      self.id = id
    }
  }

  package let options: Options
  package let server: PythonServer

  /// Starts a server and waits until it answers.
  package init(_ options: Options) async throws {
    self.options = options
    server = try await PythonServer(
      "paging_server",
      folder: TemporaryFolder(),
      options: ["--items", "\(options.items)", "--page-size", "\(options.pageSize)"]
    )
  }

  /// The body of `/range/SIZE`.
  package static func bytes(_ size: Int) -> [UInt8] {
    (0..<size).map { index in
      let place = index % 65_536
      return UInt8((place * 7 + place / 256 * 13) % 256)
    }
  }

  /// What a client must make of `/events`.
  package func expectedEvents() throws -> [Event] {
    try JSONDecoder().decode([Event].self, from: server.get("/events/expected"))
  }
}
