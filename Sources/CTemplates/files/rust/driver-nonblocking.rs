//! The driver for the connector type @TYPE@. Its calls never wait: they are timers on the host's loop, thousands of them
//! on one thread. Each function here runs on that thread and returns at once. No panic leaves it.
mod driver_abi;

use driver_abi::*;
use std::ffi::{c_void, CStr};
use std::os::raw::c_char;

#[used]
#[link_section = ".note.driver_host"]
static DESCRIPTOR: Note<{ include_bytes!("descriptor.json").len() }> = Note::new(*include_bytes!("descriptor.json"));

/// One for each loop.
struct Instance {
    event_loop: *mut c_void,
    reactor: *const dh_reactor_v1,
}

/// A call on its way, which the timer and the stop function own together. What is still needed of its inputs is copied.
struct Saying {
    instance: *const Instance,
    call: Call,
    timer: i64,
    text: String,
}

/// The host has held the inputs against the descriptor: what they may be is not checked here.
fn begin(instance: &Instance, request: &Request) -> Result<(), Failure> {
    match request.action() {
        "say" => say(instance, request),
        _ => Err(Failure::new(DH_ERROR_UNSUPPORTED, "the driver does not know this action")),
    }
}

/// Begins a call, which ends by its timer or when it is asked to stop.
fn say(instance: &Instance, request: &Request) -> Result<(), Failure> {
    let call = request.call();
    let text = request.string("text").unwrap_or("").to_string();
    let delay = (request.number("delay").unwrap_or(0.0) * 1e9) as u64;
    let saying = Box::into_raw(Box::new(Saying { instance, call, timer: 0, text }));
    unsafe {
        (*saying).timer = ((*instance.reactor).timer)(instance.event_loop, delay, Some(on_time), saying.cast());
        if (*saying).timer < 0 {
            drop(Box::from_raw(saying));
            return Err(Failure::new(DH_ERROR_INTERNAL, "the host set no timer"));
        }
        // It runs later, also for a call that is to stop already.
        ((*call.0.calls).on_stop)(call.0, Some(on_stop), saying.cast());
    }
    Ok(())
}

/// The time has come.
unsafe extern "C" fn on_time(context: *mut c_void) {
    let saying = Box::from_raw(context.cast::<Saying>());
    saying.call.finish(caught(|| saying.call.output_string("text", &saying.text)));
}

/// The call is asked to stop.
unsafe extern "C" fn on_stop(context: *mut c_void) {
    let saying = Box::from_raw(context.cast::<Saying>());
    let instance = &*saying.instance;
    ((*instance.reactor).cancel)(instance.event_loop, saying.timer);
    saying.call.finish(saying.call.check_stop());
}

// MARK: - What the host calls

unsafe extern "C" fn create(
    host: *const dh_host_v1,
    event_loop: *mut c_void,
    instance: *mut *mut c_void,
    _report: dh_report_v1,
) -> dh_status {
    // Standard error is the user's. The hook is this library's own: its copy of std is linked statically.
    std::panic::set_hook(Box::new(|_| {}));
    // The descriptor's "needs" has it, so that a host without it does not come so far.
    let reactor = ((*host).interface)(host, DH_REACTOR_V1.as_ptr().cast()).cast();
    *instance = Box::into_raw(Box::new(Instance { event_loop, reactor })).cast();
    DH_OK
}

unsafe extern "C" fn destroy(instance: *mut c_void) {
    drop(Box::from_raw(instance.cast::<Instance>()));
}

unsafe extern "C" fn start(instance: *mut c_void, request: *const dh_request_v1) {
    let (instance, request) = (&*instance.cast::<Instance>(), Request::new(request));
    if let Err(failure) = caught(|| begin(instance, &request)) {
        request.call().finish(Err(failure));
    }
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
