/// Reads records of the Arrow IPC streaming format, and of the file format from its front.
///
/// What is claimed is compared with what there is; memory is taken in proportion to bytes that have come.
struct ArrowStreamReader: RecordReader {
  let names: [String]

  /// How many values are given at once, over all columns: a column may need no bytes for its values.
  private static let valueLimit = 1 << 22
  /// How many bytes are given at once, of values that stand for many: each is written out for each record.
  private static let repeatedLimit = 1 << 26
  /// How many bytes are given at once, about, of values that stand for themselves.
  private static let bytesLimit = 1 << 22
  /// Dictionaries are held in memory, with a multiple of the bytes that they came in.
  private static let dictionaryLimit = 1 << 26
  /// How many values a dictionary may have without bytes for them: a column that is all null has such a one.
  private static let emptyDictionaryLimit = 1 << 10

  private let fields: [ArrowField]
  /// A column for each dictionary, which has its type.
  private let dictionaryFields: [Int64: ArrowField]
  private var messages: ArrowMessages
  private var dictionaries: [Int64: ArrowDictionary] = [:]
  private var batch: ArrowBatch?
  /// How many records of the batch have been given.
  private var given = 0
  /// How many records there were before the batch.
  private var before = 0

  /// A reader that knows the columns.
  ///
  /// - Parameters:
  ///   - source: Where the bytes come from.
  ///   - given: The names of the columns, instead of those in the stream.
  /// - Throws: Why they cannot be had, or why they are no Arrow stream whose columns can be read.
  init(_ source: any RecordSource, names given: [String]? = nil) throws(RecordFault) {
    let front = RecordPlace(record: 0)
    var messages = ArrowMessages(source)
    guard let message = try messages.next(at: front), message.kind == .schema else {
      throw .invalid(front, "the stream does not begin with its schema")
    }
    do throws(ArrowFault) {
      fields = try ArrowField.fields(of: message.header)
    } catch {
      throw .invalid(front, error.text)
    }
    names = given ?? fields.map(\.name)
    guard names.count == fields.count else {
      throw .invalid(
        front,
        "the number of columns is \(fields.count), but the number of names is \(names.count)"
      )
    }
    if let fault = RecordNames.fault(in: names) { throw .invalid(front, fault) }
    var users: [Int64: ArrowField] = [:]
    for field in fields {
      if let id = field.dictionary?.id { users[id] = field }
    }
    dictionaryFields = users
    self.messages = messages
  }

  mutating func next(_ limit: Int) throws(RecordFault) -> RecordBatch? {
    while true {
      if let batch, given < batch.count {
        return try goodRecords(of: batch, limit)
      }
      before += batch?.count ?? 0
      (batch, given) = (nil, 0)
      let place = RecordPlace(record: before + 1)
      guard let message = try messages.next(at: place) else { return nil }
      do throws(ArrowFault) {
        switch message.kind {
        case .schema: throw ArrowFault("there is a second schema: write one stream for each")
        case .dictionary: try addDictionary(message)
        case .batch: batch = try ArrowBatch(message.header, body: message.body, of: fields)
        }
      } catch {
        throw .invalid(RecordPlace(record: before + (error.record ?? 0) + 1), error.text)
      }
    }
  }

  /// The next records of a batch, up to the first one that is wrong.
  ///
  /// - Throws: What is wrong with the next one.
  private mutating func goodRecords(
    of batch: ArrowBatch,
    _ limit: Int
  ) throws(RecordFault) -> RecordBatch {
    var limit = limit
    while true {
      do throws(ArrowFault) {
        return try records(of: batch, limit)
      } catch {
        let good = (error.record ?? given) - given
        // Another column may be wrong in front of that.
        guard 1..<limit ~= good else {
          throw .invalid(RecordPlace(record: before + given + good + 1), error.text)
        }
        limit = good
      }
    }
  }

  /// The next records of a batch.
  private mutating func records(
    of batch: ArrowBatch,
    _ limit: Int
  ) throws(ArrowFault) -> RecordBatch {
    let count = min(limit, batch.count - given, try most(of: batch))
    let range = given..<given + max(1, count)
    var columns: [RecordColumn] = []
    columns.reserveCapacity(fields.count)
    for (field, array) in zip(fields, batch.arrays) {
      columns.append(try column(field, array, range))
    }
    given = range.upperBound
    return RecordBatch(count: range.count, columns: columns)
  }

  /// How many records are given at once at most, so that values which stand for many do not fill the memory.
  private func most(of batch: ArrowBatch) throws(ArrowFault) -> Int {
    var bytes = 0
    for (field, longest) in zip(fields, batch.longest) {
      bytes += field.dictionary.flatMap { dictionaries[$0.id]?.longest } ?? longest
    }
    // More than any body has: only one with the same values in many columns can ask for it.
    guard bytes <= 1 << 30 else { throw ArrowFault("the values of a record are too large") }
    return min(
      ArrowStreamReader.valueLimit / max(1, fields.count),
      ArrowStreamReader.bytesLimit / max(1, batch.size / batch.count),
      ArrowStreamReader.repeatedLimit / max(1, bytes)
    )
  }

  private func column(
    _ field: ArrowField,
    _ array: ArrowArray,
    _ range: Range<Int>
  ) throws(ArrowFault) -> RecordColumn {
    guard let id = field.dictionary?.id else { return try array.column(range) }
    // There may be none, as long as there is no value either.
    let known = dictionaries[id]
    let dictionary = if let known { known } else { try emptyDictionary(of: field) }
    do throws(ArrowDictionary.OutsideFault) {
      return try dictionary.column(array.places(range), array.isThere(range))
    } catch {
      let text =
        known == nil
        ? "has values in front of their dictionary: write the streaming format, not the file format"
        : "has a value outside of its dictionary"
      throw array.fault(text, range.lowerBound + error.index)
    }
  }

  private func emptyDictionary(of field: ArrowField) throws(ArrowFault) -> ArrowDictionary {
    let empty = ArrowArray(
      name: field.name,
      type: field.type,
      count: 0,
      body: [],
      validity: nil,
      buffers: [0..<0]
    )
    return ArrowDictionary(try empty.column(0..<0), count: 0)
  }

  /// Takes a dictionary, in place of the one that is there or behind it.
  private mutating func addDictionary(_ message: ArrowMessage) throws(ArrowFault) {
    let id = try message.header.integer(0, else: Int64(0))
    guard let data = try message.header.table(1) else {
      throw ArrowFault("a dictionary has no values")
    }
    // Nobody may refer to it: then it is not needed.
    guard let field = dictionaryFields[id] else { return }
    let values = ArrowField(name: field.name, type: field.type, dictionary: nil)
    let batch: ArrowBatch
    let column: RecordColumn
    let isDelta = try message.header.flag(2)
    do throws(ArrowFault) {
      batch = try ArrowBatch(
        data,
        body: message.body,
        of: [values],
        limit: ArrowStreamReader.emptyDictionaryLimit
      )
      let count = batch.count + (isDelta ? dictionaries[id]?.count ?? 0 : 0)
      guard count <= ArrowStreamReader.dictionaryLimit,
        // Views of the same bytes make a large dictionary of a small body.
        batch.viewedBytes <= (1 << 12) + 16 * message.body.count
      else {
        throw ArrowFault("the dictionary of the column `\(field.name)` is too large")
      }
      column = try batch.arrays[0].column(0..<batch.count)
    } catch {
      // The place is one in the dictionary, not a record.
      throw ArrowFault(error.text)
    }
    guard isDelta, dictionaries[id] != nil else {
      dictionaries[id] = ArrowDictionary(column, count: batch.count)
      return
    }
    dictionaries[id]?.append(column, count: batch.count)
  }
}
