//! The driver for the connector type @TYPE@. Its calls may wait: the host runs each on a thread of its own. No panic
//! leaves it.
mod driver_abi;

use driver_abi::*;
use std::ffi::{c_void, CStr};
use std::os::raw::c_char;

#[used]
#[link_section = ".note.driver_host"]
static DESCRIPTOR: Note<{ include_bytes!("descriptor.json").len() }> = Note::new(*include_bytes!("descriptor.json"));

/// The host has held the inputs against the descriptor: what they may be is not checked here.
fn run(request: &Request) -> Result<(), Failure> {
    match request.action() {
        "say" => say(request),
        _ => Err(Failure::new(DH_ERROR_UNSUPPORTED, "the driver does not know this action")),
    }
}

fn say(request: &Request) -> Result<(), Failure> {
    let call = request.call();
    let text = request.string("text").unwrap_or("");
    let mut said = String::new();
    for index in 0..request.integer("times").unwrap_or(1) {
        call.check_stop()?;
        if index > 0 {
            said.push(' ');
        }
        said.push_str(text);
    }
    call.output_string("text", &said)
}

// MARK: - What the host calls

/// Makes the one instance, which all calls share. What they need in common goes in here.
unsafe extern "C" fn create(
    _host: *const dh_host_v1,
    _loop: *mut c_void,
    instance: *mut *mut c_void,
    _report: dh_report_v1,
) -> dh_status {
    // Standard error is the user's. The hook is this library's own: its copy of std is linked statically.
    std::panic::set_hook(Box::new(|_| {}));
    *instance = std::ptr::null_mut();
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
