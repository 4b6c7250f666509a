/// The SDK for driver authors.
public enum DriverKit {}
