// libdriverhost.so is all of DriverHostC: a product needs a target of its own to have linker flags
// of its own.
import DriverHostC
