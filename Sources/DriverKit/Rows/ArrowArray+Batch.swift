internal import DriverABI

/// What an array of a column lets go of when it is released.
private final class ColumnOwner {
  let column: RowColumn

  init(_ column: RowColumn) { self.column = column }
}

extension ArrowArray {
  /// A batch as an array of structures, whose columns own their buffers: each may be moved away and outlive the others.
  init(_ batch: RowBatch, _ types: [RowType]) {
    unsafe self.init()
    unsafe length = Int64(batch.count)
    unsafe n_buffers = 1
    // Every row is there.
    unsafe buffers = .allocate(capacity: 1)
    unsafe buffers[0] = nil
    unsafe n_children = Int64(batch.columns.count)
    if !batch.columns.isEmpty {
      unsafe children = .allocate(capacity: batch.columns.count)
      for (index, column) in batch.columns.enumerated() {
        let child = UnsafeMutablePointer<ArrowArray>.allocate(capacity: 1)
        unsafe child.initialize(to: ArrowArray(column, types[index], count: batch.count))
        unsafe children[index] = unsafe child
      }
    }
    unsafe release = { array in unsafe ArrowArray.release(array) }
  }

  private init(_ column: RowColumn, _ type: RowType, count: Int) {
    unsafe self.init()
    unsafe length = Int64(count)
    unsafe null_count = Int64(column.nullCount ?? -1)
    unsafe n_buffers = type.offsetWidth == nil ? 2 : 3
    unsafe buffers = .allocate(capacity: 3)
    unsafe buffers[0] = unsafe UnsafeRawPointer(column.validity?.start)
    if type.offsetWidth == nil {
      unsafe buffers[1] = unsafe UnsafeRawPointer(column.values.start)
    } else {
      unsafe buffers[1] = unsafe UnsafeRawPointer(column.offsets?.start)
      unsafe buffers[2] = unsafe UnsafeRawPointer(column.values.start)
    }
    unsafe private_data = unsafe Unmanaged.passRetained(ColumnOwner(column)).toOpaque()
    unsafe release = { array in unsafe ArrowArray.release(array) }
  }

  private static func release(_ array: UnsafeMutablePointer<ArrowArray>?) {
    guard let array = unsafe array, unsafe array.pointee.release != nil else { return }
    unsafe array.pointee.buffers?.deallocate()
    if let children = unsafe array.pointee.children {
      for index in 0..<Int(unsafe array.pointee.n_children) {
        guard let child = unsafe children[index] else { continue }
        // One that a consumer has moved away has none any more.
        unsafe child.pointee.release?(child)
        unsafe child.deallocate()
      }
      unsafe children.deallocate()
    }
    if let owner = unsafe array.pointee.private_data {
      unsafe Unmanaged<ColumnOwner>.fromOpaque(owner).release()
    }
    unsafe array.pointee.private_data = nil
    unsafe array.pointee.release = nil
  }
}
