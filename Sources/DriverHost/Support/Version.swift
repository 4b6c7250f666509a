/// The versions of what is here, in one place.
public enum Version {
  /// The product's own.
  public static let text = "\(product)"
  static let product: StaticString = "1.0.0"
}
