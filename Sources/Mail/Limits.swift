import Bytes

/// The limits of this module. What exceeds one is cut or not matched; reading continues.
public enum Limits {
  /// Maximum number of extra fields that rules may name; each takes 3 KiB permanently.
  public static let extraFields = 8

  /// Maximum length of a field name, in bytes: with its colon it fills a line of 78, RFC 5322 section 2.1.1.
  public static let fieldName = 77

  /// Maximum length of an unfolded field value, in bytes: about twice the longest line of RFC 5322 section
  /// 2.1.1 (998).
  ///
  /// Enough for any honest Received field, and for the encoded words of a text of `text` bytes.
  public static let fieldValue = 2048

  /// Bytes of a value that enter the content hash directly; for a longer value, a hash of the whole is added.
  ///
  /// Half of `fieldValue`: a value that was cut has at least as many left, unless most of it is blanks.
  static let contentPrefix = 1024

  /// Maximum length of a field's text, in bytes, as it is matched, logged and passed to programs.
  ///
  /// A subject of 300 Cyrillic characters takes 600.
  public static let text = 1024

  /// Maximum length of a charset label in reports, in bytes.
  static let charsetLabel = 40

  /// Maximum length of the local part of an address, in bytes: RFC 5321 section 4.5.3.1.1.
  public static let localPart = 64

  /// Maximum length of the domain of an address, in bytes: RFC 5321 section 4.5.3.1.2.
  public static let domain = 255

  /// Maximum length of an address as `local@domain`, in bytes.
  static let address = localPart + 1 + domain
}
