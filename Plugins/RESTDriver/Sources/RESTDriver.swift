internal import CCurl
internal import CurlKit
public import DriverKit
internal import Glibc
internal import HTTPKit

/// The driver of the connector type REST: HTTP on libcurl's multi interface and the host's loop.
///
/// One instance lives on each loop, and thousands of requests on each instance.
public final class RESTDriver: NonblockingDriver {
  private let client: HTTPClient

  /// Makes an instance for a loop.
  public init(_ context: DriverContext, loop: Loop) throws(DriverError) {
    try context.once("libcurl") { () throws(DriverError) in
      let code = curl_global_init(Int(CURL_GLOBAL_ALL))
      guard code == CURLE_OK else {
        throw DriverError(
          .unavailable,
          "libcurl cannot be initialized: \(CurlError(code).text)",
          detail: "curl_global_init answered \(code.rawValue)"
        )
      }
    }
    do throws(CurlError) {
      client = try HTTPClient(
        loop,
        userAgent: "\(context.hostName)/\(context.hostVersion)",
        connections: Self.connections
      )
    } catch {
      throw DriverError(
        .unavailable,
        "libcurl cannot be used: \(error.text)",
        detail: "CURLcode \(error.code.rawValue)"
      )
    }
  }

  /// Begins a request or a test.
  public func start(_ call: Call) {
    do throws(DriverError) {
      let isTest: Bool
      switch call.action {
      case "request": isTest = false
      case "test": isTest = true
      default: throw DriverError(.unsupported, "the driver does not know this action")
      }
      let upload = isTest ? nil : try RequestBody.upload(of: call)
      let inputs = try RESTInputs(
        call.inputs,
        memory: client.memory,
        upload: upload,
        isTest: isTest
      )
      if isTest {
        ConnectionTest(client, inputs.request, for: call, expected: inputs.expected).begin()
      } else {
        RequestCall(client, call, inputs).begin()
      }
    } catch {
      call.fail(error)
    }
  }

  /// How many connections are kept open for the next request: half of the descriptors that the process
  /// may have, since others need some too.
  private static var connections: Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return 256
    }
    return max(64, min(Int(clamping: limit.rlim_cur) / 2, 10_000))
  }
}
