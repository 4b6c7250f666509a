import DriverKit
import CCurl
