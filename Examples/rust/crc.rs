//! A driver in Rust, without a crate: no panic leaves it. Build it with ./build
mod driver_abi;

use driver_abi::*;
use std::ffi::{c_void, CStr};
use std::os::raw::c_char;
use std::panic;

#[used]
#[link_section = ".note.driver_host"]
static DESCRIPTOR: Note<{ include_bytes!("descriptor.json").len() }> = Note::new(*include_bytes!("descriptor.json"));

/// CRC-32 as in ISO 3309, bit by bit.
fn add(crc: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(crc, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

fn run(request: &Request) -> Result<(), Failure> {
    match request.action() {
        "compute" => compute(request),
        _ => Err(Failure::new(DH_ERROR_UNSUPPORTED, "the driver does not know this action")),
    }
}

fn compute(request: &Request) -> Result<(), Failure> {
    let call = request.call();
    let mut crc = !0;
    let mut count = 0;
    if call.is_wanted(0) {
        // A file, or whatever else the caller has connected to the channel.
        let mut buffer = vec![0; 64 << 10];
        loop {
            let length = call.read(0, &mut buffer)?;
            if length == 0 {
                break;
            }
            crc = add(crc, &buffer[..length]);
            count += length;
        }
    } else {
        let text = request.string("text").ok_or(Failure {
            code: DH_ERROR_INVALID_INPUT,
            pointer: "/text",
            message: "there is nothing to compute from: give text or file".to_string(),
        })?;
        for part in text.as_bytes().chunks(1 << 20) {
            call.check_stop()?;
            crc = add(crc, part);
        }
        count = text.len();
    }
    call.output_string("crc", &format!("{:08x}", !crc))?;
    call.output_integer("bytes", count as i64)
}

// MARK: - What the host calls

unsafe extern "C" fn create(
    _host: *const dh_host_v1,
    _loop: *mut c_void,
    instance: *mut *mut c_void,
    _report: dh_report_v1,
) -> dh_status {
    // Standard error is the user's. The hook is this library's own: its copy of std is linked statically.
    panic::set_hook(Box::new(|_| {}));
    *instance = std::ptr::null_mut(); // It keeps nothing between calls.
    DH_OK
}

unsafe extern "C" fn destroy(_instance: *mut c_void) {}

unsafe extern "C" fn start(_instance: *mut c_void, request: *const dh_request_v1) {
    let request = Request::new(request);
    request.call().finish(caught(|| run(&request)));
}

static DRIVER: dh_driver_v1 = dh_driver_v1 { create, destroy, start };

/// # Safety
/// Called by a host, with a text that is ended by NUL.
#[no_mangle]
pub unsafe extern "C" fn dh_driver_entry_v1(_host: *const dh_host_v1, id: *const c_char) -> *const c_void {
    if CStr::from_ptr(id).to_bytes_with_nul() == DH_DRIVER_V1 {
        return &DRIVER as *const dh_driver_v1 as *const c_void;
    }
    std::ptr::null()
}
