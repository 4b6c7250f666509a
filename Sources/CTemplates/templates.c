// Takes the templates of `drivers new` in when this is compiled. The compiler lists an embedded file as a dependency.
// What an example has already is taken from there.
#include "templates.h"

#include <stddef.h>

#pragma clang diagnostic ignored "-Wc23-extensions"

static const char common_readme_md[] = {
#embed "files/common/README.md"
    , 0};
static const char common_descriptor_blocking_json[] = {
#embed "files/common/descriptor-blocking.json"
    , 0};
static const char common_descriptor_nonblocking_json[] = {
#embed "files/common/descriptor-nonblocking.json"
    , 0};
static const char common_gitignore[] = {
#embed "files/common/gitignore"
    , 0};
static const char common_test[] = {
#embed "files/common/test"
    , 0};
static const char c_build[] = {
#embed "files/c/build"
    , 0};
static const char c_driver_blocking_c[] = {
#embed "files/c/driver-blocking.c"
    , 0};
static const char c_driver_nonblocking_c[] = {
#embed "files/c/driver-nonblocking.c"
    , 0};
static const char cpp_build[] = {
#embed "files/cpp/build"
    , 0};
static const char cpp_driver_blocking_cpp[] = {
#embed "files/cpp/driver-blocking.cpp"
    , 0};
static const char cpp_driver_nonblocking_cpp[] = {
#embed "files/cpp/driver-nonblocking.cpp"
    , 0};
static const char cpp_driver_exports[] = {
#embed "../../Examples/cpp/driver.exports"
    , 0};
static const char rust_build[] = {
#embed "files/rust/build"
    , 0};
static const char rust_driver_blocking_rs[] = {
#embed "files/rust/driver-blocking.rs"
    , 0};
static const char rust_driver_nonblocking_rs[] = {
#embed "files/rust/driver-nonblocking.rs"
    , 0};
static const char rust_driver_abi_rs[] = {
#embed "../../Examples/rust/driver_abi.rs"
    , 0};
static const char swift_entry_swift[] = {
#embed "files/swift/Entry.swift"
    , 0};
static const char swift_package_swift[] = {
#embed "files/swift/Package.swift"
    , 0};
static const char swift_build[] = {
#embed "files/swift/build"
    , 0};
static const char swift_descriptor_c[] = {
#embed "../../Examples/swift/Sources/AlarmDescriptor/descriptor.c"
    , 0};
static const char swift_driver_blocking_swift[] = {
#embed "files/swift/driver-blocking.swift"
    , 0};
static const char swift_driver_nonblocking_swift[] = {
#embed "files/swift/driver-nonblocking.swift"
    , 0};
static const char swift_driver_exports[] = {
#embed "../../Examples/swift/driver.exports"
    , 0};

static const template_file files[] = {
    {"common/README.md", common_readme_md},
    {"common/descriptor-blocking.json", common_descriptor_blocking_json},
    {"common/descriptor-nonblocking.json", common_descriptor_nonblocking_json},
    {"common/gitignore", common_gitignore},
    {"common/test", common_test},
    {"c/build", c_build},
    {"c/driver-blocking.c", c_driver_blocking_c},
    {"c/driver-nonblocking.c", c_driver_nonblocking_c},
    {"cpp/build", cpp_build},
    {"cpp/driver-blocking.cpp", cpp_driver_blocking_cpp},
    {"cpp/driver-nonblocking.cpp", cpp_driver_nonblocking_cpp},
    {"cpp/driver.exports", cpp_driver_exports},
    {"rust/build", rust_build},
    {"rust/driver-blocking.rs", rust_driver_blocking_rs},
    {"rust/driver-nonblocking.rs", rust_driver_nonblocking_rs},
    {"rust/driver_abi.rs", rust_driver_abi_rs},
    {"swift/Entry.swift", swift_entry_swift},
    {"swift/Package.swift", swift_package_swift},
    {"swift/build", swift_build},
    {"swift/descriptor.c", swift_descriptor_c},
    {"swift/driver-blocking.swift", swift_driver_blocking_swift},
    {"swift/driver-nonblocking.swift", swift_driver_nonblocking_swift},
    {"swift/driver.exports", swift_driver_exports},
    {NULL, NULL},
};

const template_file *template_files(void) { return files; }
