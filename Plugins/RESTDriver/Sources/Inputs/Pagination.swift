internal import DriverKit

/// How a list is asked for page by page: the input `pagination`.
struct Pagination {
  enum Method {
    /// A header names the next page (RFC 8288).
    case linkHeader
    /// The document holds the next page's URL.
    case nextURL(pointer: String)
    /// The document holds what is sent along to get the next page.
    case cursor(pointer: String, parameter: Parameter)
    /// The number of items before the page is sent along.
    case offset(parameter: Parameter, start: Int, limit: Size?)
    /// The page's number is sent along.
    case page(parameter: Parameter, start: Int, size: Size?)
  }

  /// What is sent along.
  struct Parameter {
    var name: String
    /// Whether it is a member of the body, not a part of the query.
    var isInBody: Bool
  }

  /// How many items a page is to have.
  struct Size {
    var parameter: String
    var count: Int
  }

  var method: Method
  /// Where the items stand in a page's document.
  var itemsPointer: String
  /// Where the document says how many items there are together; nil: it does not.
  var totalPointer: String?
  /// Where the document says whether there are more; nil: it does not.
  var morePointer: String?
  /// 0: no limit.
  var pageLimit: Int
  /// 0: no limit.
  var itemLimit: Int
  /// What lies between two pages, in milliseconds.
  var delay: Int

  /// Reads the input.
  ///
  /// - Throws: `.invalidInput` that names the input at fault.
  init(_ map: borrowing InputMap) throws(DriverError) {
    itemsPointer = try map.required("items_pointer").string()
    totalPointer = try map["total_pointer"]?.string()
    morePointer = try map["more_pointer"]?.string()
    pageLimit = try map.required("max_pages").int(in: 0...Int.max)
    itemLimit = try map.required("max_items").int(in: 0...Int.max)
    delay = Int((try map.required("delay").double() * 1000).rounded())
    let kind = try map.required("pagination_method").text()
    if kind.equals("link_header") {
      method = .linkHeader
    } else if kind.equals("next_url") {
      method = .nextURL(pointer: try map.required("next_pointer").string())
    } else if kind.equals("cursor") {
      method = .cursor(
        pointer: try map.required("cursor_pointer").string(),
        parameter: try Pagination.parameter(map, try map.required("cursor_parameter").string())
      )
    } else if kind.equals("offset") {
      var limit: Size?
      if let count = map["limit"] {
        let name = try map.required("limit_parameter").string()
        limit = Size(parameter: name, count: try count.int(in: 1...Int.max))
      }
      method = .offset(
        parameter: try Pagination.parameter(map, try map.required("offset_parameter").string()),
        start: try map.required("start").int(in: 0...Int.max),
        limit: limit
      )
    } else {
      var size: Size?
      if let count = map["size"] {
        let name = try map.required("size_parameter").string()
        size = Size(parameter: name, count: try count.int(in: 1...Int.max))
      }
      method = .page(
        parameter: try Pagination.parameter(map, try map.required("page_parameter").string()),
        start: try map.required("start").int(in: 0...Int.max),
        size: size
      )
    }
  }

  private static func parameter(
    _ map: borrowing InputMap,
    _ name: String
  ) throws(DriverError) -> Parameter {
    Parameter(name: name, isInBody: try map.required("in").text().equals("body"))
  }
}
