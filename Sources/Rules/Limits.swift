/// Every bound of this module.
public enum Limits {
  /// Bytes of an alert's subject, of its sender's and its receiver's address (RFC 5321 section
  /// 4.5.3.1), as much as is matched; of its date and its Message-ID: longer ones are cut before the
  /// character that does not fit. A unique-id has no more than RFC 1939 section 7 allows.
  public static let subject = 1024
  public static let address = 320
  public static let date = 64
  public static let messageID = 256
  public static let uniqueID = 70

  /// Captures of a rule: nine groups, as POSIX numbers them, and seven names beside them.
  public static let captures = 16

  /// Bytes of a captured value: longer ones are cut before the character that does not fit.
  public static let captureValue = 256

  /// Bytes of a capture's name: `POPBELL_` and the name stay a short word.
  public static let captureName = 24

  /// Numbered groups of a rule, `{1}` to `{9}`; groups beyond them match, but are captured only by
  /// their names.
  public static let groups = 9

  /// States of an expression: with a text of 1024 characters that is a million visits at the most, and
  /// with all captures 130 KiB of memory.
  public static let states = 512

  /// Groups of an expression within each other.
  static let nesting = 32
}
