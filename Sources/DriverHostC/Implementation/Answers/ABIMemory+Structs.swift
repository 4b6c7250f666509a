import CDriverHost
import DriverABI
import DriverHost

extension ABIMemory {
  /// How a call went, as the header has it.
  func result(_ result: ConnectionResult) -> UnsafePointer<dh_result_v1> {
    var made = unsafe dh_result_v1()
    unsafe made.execution = unsafe text(result.execution)
    unsafe made.driver = unsafe text(result.driver)
    unsafe made.driver_version = unsafe text(result.driverVersion)
    unsafe made.duration_ns = result.duration.nanoseconds
    unsafe made.attempts = UInt32(clamping: result.attempts)
    unsafe made.secrets = unsafe places(result.secretOutputs)
    unsafe made.secret_count = result.secretOutputs.count
    return unsafe single(made)
  }

  /// What went wrong, as the header has it.
  func failure(_ error: HostError) -> UnsafePointer<dh_failure_v1> {
    var made = unsafe dh_failure_v1()
    unsafe made.code = error.code.number
    unsafe made.flags = error.isRetryable ? DH_RETRYABLE : 0
    unsafe made.stage = error.stage.number
    unsafe made.status = error.status ?? 0
    unsafe made.attempts = UInt32(clamping: error.attempts)
    unsafe made.line = UInt32(clamping: error.location?.line ?? 0)
    unsafe made.column = UInt32(clamping: error.location?.column ?? 0)
    unsafe made.retry_after_ns = error.retryAfter?.nanoseconds ?? 0
    unsafe made.vendor_code = error.vendorCode ?? 0
    unsafe made.name = unsafe text(error.code.description)
    unsafe made.message = unsafe text(error.message)
    unsafe made.detail = unsafe text(error.detail)
    unsafe made.vendor_state = unsafe text(error.vendorState)
    unsafe made.pointer = unsafe text(error.pointer?.description)
    unsafe made.file = unsafe text(error.location?.file)
    unsafe made.execution = unsafe text(error.execution)
    unsafe made.faults = unsafe array(error.faults.map(fault))
    unsafe made.fault_count = error.faults.count
    if let details = error.details { unsafe made.details = unsafe tree(details) }
    unsafe made.secrets = unsafe places(error.secretOutputs)
    unsafe made.secret_count = error.secretOutputs.count
    return unsafe single(made)
  }

  private func fault(_ fault: Fault) -> dh_fault_v1 {
    var made = unsafe dh_fault_v1()
    unsafe made.kind = fault.kind.number
    unsafe made.line = UInt32(clamping: fault.location?.line ?? 0)
    unsafe made.column = UInt32(clamping: fault.location?.column ?? 0)
    unsafe made.pointer = unsafe text(fault.pointer.description)
    unsafe made.message = unsafe text(fault.message)
    unsafe made.expected = unsafe text(fault.expected)
    unsafe made.got = unsafe text(fault.got)
    unsafe made.nearest = unsafe text(fault.nearest)
    unsafe made.keyword = unsafe text(fault.keyword)
    unsafe made.schema_location = unsafe text(fault.schemaLocation)
    unsafe made.file = unsafe text(fault.location?.file)
    return unsafe made
  }

  private func places(_ pointers: [JSONPointer]) -> UnsafePointer<dh_text_v1>? {
    unsafe array(pointers.map { unsafe text($0.description) })
  }
}

extension HostError.Stage {
  /// The number that the header gives it.
  fileprivate var number: UInt32 {
    switch self {
    case .input: DH_STAGE_INPUT
    case .secret: DH_STAGE_SECRET
    case .driver: DH_STAGE_DRIVER
    case .call: DH_STAGE_CALL
    }
  }
}

extension Fault.Kind {
  /// The number that the header gives it.
  fileprivate var number: UInt32 {
    switch self {
    case .missing: DH_FAULT_MISSING
    case .invalid: DH_FAULT_INVALID
    case .extra: DH_FAULT_EXTRA
    case .schema: DH_FAULT_SCHEMA
    case .syntax: DH_FAULT_SYNTAX
    }
  }
}
