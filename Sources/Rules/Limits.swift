/// The limits of this module.
public enum Limits {
  /// Maximum lengths of an alert's subject, addresses (RFC 5321 section 4.5.3.1), date, Message-ID and
  /// unique-id (RFC 1939 section 7), in bytes. Longer values are cut between characters.
  public static let subject = 1024
  public static let address = 320
  public static let date = 64
  public static let messageID = 256
  public static let uniqueID = 70

  /// Maximum number of captures of a rule: nine groups, as POSIX numbers them, and seven names.
  public static let captures = 16

  /// Maximum length of a captured value, in bytes; longer values are cut between characters.
  public static let captureValue = 256

  /// Maximum length of a capture's name, in bytes, so that names with `POPBELL_` stay short.
  public static let captureName = 24

  /// Maximum number of numbered groups of a rule, `{1}` to `{9}`; further groups match, but are captured only
  /// if they have names.
  public static let groups = 9

  /// Maximum number of states of an expression: a text of 1024 characters takes at most a million visits, and
  /// memory is 130 KiB with all captures.
  public static let states = 512

  /// Maximum nesting of groups in an expression.
  static let nesting = 32
}
