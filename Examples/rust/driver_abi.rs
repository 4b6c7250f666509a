//! `driver_abi.h` for Rust: the declarations of revision 1, and a few functions that take the raw pointers out of sight.
//! What each function promises stands in the header.
#![allow(non_camel_case_types, dead_code)]

use std::ffi::c_void;
use std::os::raw::c_char;

pub type dh_status = i32;
pub const DH_OK: dh_status = 0;
pub const DH_AGAIN: dh_status = -1;
pub const DH_STOPPED: dh_status = -2;
pub const DH_GONE: dh_status = -3;
pub const DH_INVALID: dh_status = -4;
pub const DH_UNWANTED: dh_status = -5;
pub const DH_REFUSED: dh_status = -6;
pub const DH_LIMIT: dh_status = -7;
pub const DH_FAILED: dh_status = -8;
pub const DH_UNABLE: dh_status = -9;

pub const DH_STOP_CANCELLED: dh_status = 1;
pub const DH_STOP_DEADLINE: dh_status = 2;

pub const DH_NULL: u32 = 0;
pub const DH_BOOL: u32 = 1;
pub const DH_INT: u32 = 2;
pub const DH_DOUBLE: u32 = 3;
pub const DH_DECIMAL: u32 = 4;
pub const DH_STRING: u32 = 5;
pub const DH_BYTES: u32 = 6;
pub const DH_LIST: u32 = 7;
pub const DH_MAP: u32 = 8;
pub const DH_JSON: u32 = 9;

/// A flag of values.
pub const DH_SECRET: u32 = 1;

pub const DH_ERROR_INVALID_INPUT: u32 = 1;
pub const DH_ERROR_UNAUTHENTICATED: u32 = 2;
pub const DH_ERROR_FORBIDDEN: u32 = 3;
pub const DH_ERROR_NOT_FOUND: u32 = 4;
pub const DH_ERROR_CONFLICT: u32 = 5;
pub const DH_ERROR_RATE_LIMITED: u32 = 6;
pub const DH_ERROR_TIMED_OUT: u32 = 7;
pub const DH_ERROR_CANCELLED: u32 = 8;
pub const DH_ERROR_UNAVAILABLE: u32 = 9;
pub const DH_ERROR_DNS: u32 = 10;
pub const DH_ERROR_TLS: u32 = 11;
pub const DH_ERROR_HOST_KEY: u32 = 12;
pub const DH_ERROR_PROTOCOL: u32 = 13;
pub const DH_ERROR_REMOTE_FAILURE: u32 = 14;
pub const DH_ERROR_TOO_LARGE: u32 = 15;
pub const DH_ERROR_UNSUPPORTED: u32 = 16;
pub const DH_ERROR_INTERNAL: u32 = 17;
pub const DH_ERROR_LOST: u32 = 18;

/// Flags of errors.
pub const DH_RETRYABLE: u32 = 1;
pub const DH_SESSION_BROKEN: u32 = 2;

pub const DH_LOG_TRACE: u32 = 0;
pub const DH_LOG_DEBUG: u32 = 1;
pub const DH_LOG_INFO: u32 = 2;
pub const DH_LOG_WARNING: u32 = 3;
pub const DH_LOG_ERROR: u32 = 4;

pub const DH_READABLE: u32 = 1;
pub const DH_WRITABLE: u32 = 2;
pub const DH_HANGUP: u32 = 4;

pub const DH_ANY_FAMILY: u32 = 0;
pub const DH_IPV4: u32 = 4;
pub const DH_IPV6: u32 = 6;

/// What a descriptor's note says that it is.
pub const DH_NOTE_TYPE: u32 = 1;

// MARK: - The declarations

#[repr(C)]
#[derive(Clone, Copy)]
pub struct dh_text_v1 {
    pub ptr: *const c_char,
    pub len: usize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub union dh_value_as_v1 {
    pub integer: i64,
    pub number: f64,
    pub text: *const c_char,
    pub items: *const dh_value_v1,
    pub members: *const dh_member_v1,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct dh_value_v1 {
    pub kind: u32,
    pub flags: u32,
    pub count: usize,
    pub r#as: dh_value_as_v1,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct dh_member_v1 {
    pub name: dh_text_v1,
    pub value: dh_value_v1,
}

#[repr(C)]
pub struct dh_error_v1 {
    pub code: u32,
    pub flags: u32,
    pub status: i32,
    pub retry_after_ms: u32,
    pub vendor_code: i64,
    pub vendor_state: dh_text_v1,
    pub pointer: dh_text_v1,
    pub message: dh_text_v1,
    pub detail: dh_text_v1,
    pub details: *const dh_value_v1,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct dh_call_v1 {
    pub calls: *const dh_calls_v1, // `fn` in the header
    pub id: u64,
}

pub type dh_fn_v1 = Option<unsafe extern "C" fn(*mut c_void)>;

#[repr(C)]
pub struct dh_calls_v1 {
    pub stopped: unsafe extern "C" fn(dh_call_v1) -> dh_status,
    pub stop_fd: unsafe extern "C" fn(dh_call_v1) -> i32,
    pub on_stop: unsafe extern "C" fn(dh_call_v1, dh_fn_v1, *mut c_void) -> dh_status,
    pub log: unsafe extern "C" fn(dh_call_v1, u32, dh_text_v1),
    pub progress: unsafe extern "C" fn(dh_call_v1, u64, u64, dh_text_v1),
    pub output: unsafe extern "C" fn(dh_call_v1, dh_text_v1, *const dh_value_v1) -> dh_status,
    pub send: unsafe extern "C" fn(dh_call_v1, u32, *const dh_value_v1) -> dh_status,
    pub wanted: unsafe extern "C" fn(dh_call_v1, u32) -> dh_status,
    pub write: unsafe extern "C" fn(dh_call_v1, u32, *const c_void, usize) -> dh_status,
    pub read: unsafe extern "C" fn(dh_call_v1, u32, *mut c_void, usize) -> i64,
    pub length: unsafe extern "C" fn(dh_call_v1, u32) -> i64,
    pub seek: unsafe extern "C" fn(dh_call_v1, u32, i64) -> dh_status,
    pub on_ready: unsafe extern "C" fn(dh_call_v1, u32, dh_fn_v1, *mut c_void) -> dh_status,
    pub rows: unsafe extern "C" fn(dh_call_v1, dh_text_v1, *mut ArrowArrayStream) -> dh_status,
    pub opened: unsafe extern "C" fn(dh_call_v1, *mut c_void) -> dh_status,
    pub done: unsafe extern "C" fn(dh_call_v1, *const dh_error_v1) -> dh_status,
}

#[repr(C)]
pub struct dh_report_v1 {
    pub report: unsafe extern "C" fn(*mut c_void, *const dh_error_v1), // `fn` in the header
    pub context: *mut c_void,
}

#[repr(C)]
pub struct dh_host_v1 {
    pub name: dh_text_v1,
    pub version: dh_text_v1,
    pub log: unsafe extern "C" fn(*const dh_host_v1, u32, dh_text_v1),
    pub once: unsafe extern "C" fn(
        *const dh_host_v1,
        *const c_char,
        unsafe extern "C" fn(*mut c_void) -> dh_status,
        *mut c_void,
    ) -> dh_status,
    pub interface: unsafe extern "C" fn(*const dh_host_v1, *const c_char) -> *const c_void,
}

#[repr(C)]
pub struct dh_request_v1 {
    pub call: dh_call_v1,
    pub session: *mut c_void,
    pub action: dh_text_v1,
    pub inputs: *const dh_value_v1,
    pub deadline_ns: i64,
    pub execution: dh_text_v1,
    pub connector: dh_text_v1,
    pub context: *const dh_value_v1,
    pub attempt: u32,
    pub flags: u32,
}

#[repr(C)]
pub struct dh_driver_v1 {
    pub create: unsafe extern "C" fn(*const dh_host_v1, *mut c_void, *mut *mut c_void, dh_report_v1) -> dh_status,
    pub destroy: unsafe extern "C" fn(*mut c_void),
    pub start: unsafe extern "C" fn(*mut c_void, *const dh_request_v1),
}

#[repr(C)]
pub struct dh_reactor_v1 {
    pub watch: unsafe extern "C" fn(*mut c_void, i32, u32, dh_event_fn_v1, *mut c_void) -> i64,
    pub change: unsafe extern "C" fn(*mut c_void, i64, u32) -> dh_status,
    pub unwatch: unsafe extern "C" fn(*mut c_void, i64) -> dh_status,
    pub timer: unsafe extern "C" fn(*mut c_void, u64, dh_fn_v1, *mut c_void) -> i64,
    pub cancel: unsafe extern "C" fn(*mut c_void, i64) -> dh_status,
    pub post: unsafe extern "C" fn(*mut c_void, dh_fn_v1, *mut c_void) -> dh_status,
}

pub type dh_event_fn_v1 = Option<unsafe extern "C" fn(*mut c_void, u32)>;

pub type dh_resolved_fn_v1 = Option<unsafe extern "C" fn(*mut c_void, *const dh_error_v1, *const dh_text_v1, usize)>;

#[repr(C)]
pub struct dh_resolve_v1 {
    pub resolve: unsafe extern "C" fn(*mut c_void, dh_text_v1, u32, dh_resolved_fn_v1, *mut c_void) -> i64,
    pub cancel: unsafe extern "C" fn(*mut c_void, i64) -> dh_status,
}

/// `struct ArrowArrayStream` of the Arrow C stream interface.
#[repr(C)]
pub struct ArrowArrayStream {
    pub get_schema: Option<unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowSchema) -> i32>,
    pub get_next: Option<unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowArray) -> i32>,
    pub get_last_error: Option<unsafe extern "C" fn(*mut ArrowArrayStream) -> *const c_char>,
    pub release: Option<unsafe extern "C" fn(*mut ArrowArrayStream)>,
    pub private_data: *mut c_void,
}

/// `struct ArrowSchema` of the Arrow C data interface.
#[repr(C)]
pub struct ArrowSchema {
    pub format: *const c_char,
    pub name: *const c_char,
    pub metadata: *const c_char,
    pub flags: i64,
    pub n_children: i64,
    pub children: *mut *mut ArrowSchema,
    pub dictionary: *mut ArrowSchema,
    pub release: Option<unsafe extern "C" fn(*mut ArrowSchema)>,
    pub private_data: *mut c_void,
}

/// `struct ArrowArray` of the Arrow C data interface.
#[repr(C)]
pub struct ArrowArray {
    pub length: i64,
    pub null_count: i64,
    pub offset: i64,
    pub n_buffers: i64,
    pub n_children: i64,
    pub buffers: *mut *const c_void,
    pub children: *mut *mut ArrowArray,
    pub dictionary: *mut ArrowArray,
    pub release: Option<unsafe extern "C" fn(*mut ArrowArray)>,
    pub private_data: *mut c_void,
}

/// Interface ids, with the NUL that the host's `interface` wants.
pub const DH_DRIVER_V1: &[u8] = b"dh.driver/1\0";
pub const DH_REACTOR_V1: &[u8] = b"dh.reactor/1\0";
pub const DH_RESOLVE_V1: &[u8] = b"dh.resolve/1\0";

// What the header's own assertions say: another number means that this file and the header disagree.
const _: () = assert!(std::mem::size_of::<dh_value_v1>() == 24);
const _: () = assert!(std::mem::size_of::<dh_error_v1>() == 96);
const _: () = assert!(std::mem::size_of::<dh_calls_v1>() == 16 * 8);
const _: () = assert!(std::mem::size_of::<dh_host_v1>() == 56);
const _: () = assert!(std::mem::size_of::<dh_request_v1>() == 104);
const _: () = assert!(std::mem::size_of::<dh_reactor_v1>() == 6 * 8);
const _: () = assert!(std::mem::size_of::<dh_resolve_v1>() == 2 * 8);
const _: () = assert!(std::mem::size_of::<ArrowArrayStream>() == 40);
const _: () = assert!(std::mem::size_of::<ArrowSchema>() == 72);
const _: () = assert!(std::mem::size_of::<ArrowArray>() == 80);

// MARK: - The descriptor

/// The ELF note that a host reads. Its place is `#[link_section = ".note.driver_host"]`.
#[repr(C, align(4))]
pub struct Note<const SIZE: usize> {
    name_size: u32,
    size: u32,
    kind: u32,
    name: [u8; 12],
    descriptor: [u8; SIZE],
}

impl<const SIZE: usize> Note<SIZE> {
    pub const fn new(descriptor: [u8; SIZE]) -> Self {
        Note { name_size: 12, size: SIZE as u32, kind: DH_NOTE_TYPE, name: *b"driver_host\0", descriptor }
    }
}

// MARK: - A call, without raw pointers

/// How a call fails.
pub struct Failure {
    pub code: u32,
    /// The JSON pointer of the input at fault; empty where there is none.
    pub pointer: &'static str,
    pub message: String,
}

impl Failure {
    pub fn new(code: u32, message: impl Into<String>) -> Self {
        Failure { code, pointer: "", message: message.into() }
    }
}

pub fn text(text: &str) -> dh_text_v1 {
    dh_text_v1 { ptr: text.as_ptr().cast(), len: text.len() }
}

/// A call: a value, which may be kept and used from any thread. After its end nothing that it does has an effect.
#[derive(Clone, Copy)]
pub struct Call(pub dh_call_v1);

// All functions of a call are thread-safe, and the table is valid until the process ends.
unsafe impl Send for Call {}
unsafe impl Sync for Call {}

impl Call {
    fn calls(&self) -> &'static dh_calls_v1 {
        unsafe { &*self.0.calls }
    }

    /// Fails when the call is asked to stop: a long loop looks now and then.
    pub fn check_stop(&self) -> Result<(), Failure> {
        match unsafe { (self.calls().stopped)(self.0) } {
            DH_OK => Ok(()),
            DH_STOP_DEADLINE => Err(Failure::new(DH_ERROR_TIMED_OUT, "the call's time was up")),
            _ => Err(Failure::new(DH_ERROR_CANCELLED, "the call was cancelled")),
        }
    }

    /// Is anything connected to an input channel, or does anybody read an output channel?
    pub fn is_wanted(&self, channel: u32) -> bool {
        unsafe { (self.calls().wanted)(self.0, channel) > 0 }
    }

    /// Takes bytes from an input channel, and waits for some in a blocking driver: how many, 0 at the end.
    pub fn read(&self, channel: u32, buffer: &mut [u8]) -> Result<usize, Failure> {
        let count = unsafe { (self.calls().read)(self.0, channel, buffer.as_mut_ptr().cast(), buffer.len()) };
        if count >= 0 {
            return Ok(count as usize);
        }
        self.check_stop()?;
        Err(Failure::new(DH_ERROR_INTERNAL, format!("the host gave no bytes ({})", count)))
    }

    fn output(&self, name: &str, value: dh_value_v1) -> Result<(), Failure> {
        match unsafe { (self.calls().output)(self.0, text(name), &value) } {
            DH_OK => Ok(()),
            DH_LIMIT => Err(Failure::new(DH_ERROR_TOO_LARGE, "the outputs are over the host's limit")),
            status => Err(Failure::new(DH_ERROR_INTERNAL, format!("the host did not take an output ({})", status))),
        }
    }

    pub fn output_string(&self, name: &str, string: &str) -> Result<(), Failure> {
        let value = dh_value_as_v1 { text: string.as_ptr().cast() };
        self.output(name, dh_value_v1 { kind: DH_STRING, flags: 0, count: string.len(), r#as: value })
    }

    pub fn output_integer(&self, name: &str, integer: i64) -> Result<(), Failure> {
        self.output(name, dh_value_v1 { kind: DH_INT, flags: 0, count: 0, r#as: dh_value_as_v1 { integer } })
    }

    /// Ends the call. From here on none of its inputs is there.
    pub fn finish(&self, result: Result<(), Failure>) {
        let failure = match result {
            Ok(()) => {
                unsafe { (self.calls().done)(self.0, std::ptr::null()) };
                return;
            }
            Err(failure) => failure,
        };
        let error = dh_error_v1 {
            code: failure.code,
            flags: 0,
            status: 0,
            retry_after_ms: 0,
            vendor_code: 0,
            vendor_state: text(""),
            pointer: text(failure.pointer),
            message: text(&failure.message),
            detail: text(""),
            details: std::ptr::null(),
        };
        unsafe { (self.calls().done)(self.0, &error) };
    }
}

/// What was asked. Its inputs are lent until the call's end.
pub struct Request<'a> {
    raw: &'a dh_request_v1,
}

impl<'a> Request<'a> {
    /// # Safety
    /// `raw` is what the host gave to `start`, which has not returned, and the call has not ended.
    pub unsafe fn new(raw: *const dh_request_v1) -> Self {
        Request { raw: &*raw }
    }

    pub fn call(&self) -> Call {
        Call(self.raw.call)
    }

    pub fn action(&self) -> &'a str {
        std::str::from_utf8(unsafe { bytes_of(self.raw.action) }).unwrap_or("")
    }

    /// The input `name`; None if there is none, or it is null.
    fn member(&self, name: &str) -> Option<&'a dh_value_v1> {
        unsafe {
            let inputs = &*self.raw.inputs;
            if inputs.kind != DH_MAP || inputs.count == 0 {
                return None;
            }
            let members = std::slice::from_raw_parts(inputs.r#as.members, inputs.count);
            members
                .iter()
                .find(|member| bytes_of(member.name) == name.as_bytes() && member.value.kind != DH_NULL)
                .map(|member| &member.value)
        }
    }

    /// The text of an input, which the host has checked to be UTF-8.
    pub fn string(&self, name: &str) -> Option<&'a str> {
        let value = self.member(name).filter(|value| value.kind == DH_STRING)?;
        let bytes = unsafe { bytes_of(dh_text_v1 { ptr: value.r#as.text, len: value.count }) };
        std::str::from_utf8(bytes).ok()
    }

    pub fn integer(&self, name: &str) -> Option<i64> {
        self.member(name).filter(|value| value.kind == DH_INT).map(|value| unsafe { value.r#as.integer })
    }

    /// A number, whole or not.
    pub fn number(&self, name: &str) -> Option<f64> {
        let value = self.member(name)?;
        match value.kind {
            DH_INT => Some(unsafe { value.r#as.integer } as f64),
            DH_DOUBLE => Some(unsafe { value.r#as.number }),
            // A JSON number that neither of the two holds exactly, as its text.
            DH_DECIMAL => {
                let bytes = unsafe { bytes_of(dh_text_v1 { ptr: value.r#as.text, len: value.count }) };
                std::str::from_utf8(bytes).ok()?.parse().ok()
            }
            _ => None,
        }
    }
}

/// Runs the body of a function that the host calls, and makes a panic in it a failure: none may leave the driver.
pub fn caught(body: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).unwrap_or_else(|payload| {
        let said = payload.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("without a word");
        Err(Failure::new(DH_ERROR_INTERNAL, format!("the driver panicked: {}", said)))
    })
}

/// # Safety
/// The text's bytes are there for as long as the result is used.
pub unsafe fn bytes_of<'a>(text: dh_text_v1) -> &'a [u8] {
    if text.len == 0 {
        return &[];
    }
    std::slice::from_raw_parts(text.ptr.cast(), text.len)
}
