internal import DriverABI
internal import Glibc

/// Nothing to hold a value: the flag ARROW_FLAG_NULLABLE of the Arrow C data interface.
private let isNullable: Int64 = 2

extension ArrowSchema {
  /// The schema of rows: a structure whose members are the columns.
  init(_ fields: [RowField]) {
    unsafe self.init(
      format: "+s",
      name: "",
      flags: 0,
      children: fields.map { unsafe ArrowSchema($0) }
    )
  }

  private init(_ field: RowField) {
    unsafe self.init(
      format: field.type.format,
      name: field.name,
      flags: field.isNullable ? isNullable : 0,
      children: []
    )
  }

  private init(format: String, name: String, flags: Int64, children: [ArrowSchema]) {
    unsafe self.init()
    unsafe self.format = unsafe UnsafePointer(strdup(format))
    unsafe self.name = unsafe UnsafePointer(strdup(name))
    unsafe self.flags = flags
    unsafe n_children = Int64(children.count)
    if unsafe !children.isEmpty {
      unsafe self.children = .allocate(capacity: children.count)
      for index in unsafe children.indices {
        let child = UnsafeMutablePointer<ArrowSchema>.allocate(capacity: 1)
        unsafe child.initialize(to: children[index])
        unsafe self.children[index] = unsafe child
      }
    }
    unsafe release = { schema in unsafe ArrowSchema.release(schema) }
  }

  private static func release(_ schema: UnsafeMutablePointer<ArrowSchema>?) {
    guard let schema = unsafe schema, unsafe schema.pointee.release != nil else { return }
    unsafe free(UnsafeMutablePointer(mutating: schema.pointee.format))
    unsafe free(UnsafeMutablePointer(mutating: schema.pointee.name))
    if let children = unsafe schema.pointee.children {
      for index in 0..<Int(unsafe schema.pointee.n_children) {
        guard let child = unsafe children[index] else { continue }
        // One that a consumer has moved away has none any more.
        unsafe child.pointee.release?(child)
        unsafe child.deallocate()
      }
      unsafe children.deallocate()
    }
    unsafe schema.pointee.release = nil
  }
}
