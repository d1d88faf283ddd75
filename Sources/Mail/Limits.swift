import Bytes

/// Every bound of this module. What is over one is cut or not matched; the reading goes on.
public enum Limits {
  /// Fields beside the known ones that rules may name: each takes 3 KiB for good.
  public static let extraFields = 8

  /// Bytes of a field's name: with its colon it fills a line of 78, RFC 5322 section 2.1.1.
  public static let fieldName = 77

  /// Bytes of a field's unfolded value: twice the longest line of RFC 5322 section 2.1.1 (998).
  ///
  /// It holds any honest Received, and the encoded words of a text of `text` bytes and more.
  public static let fieldValue = 2048

  /// Bytes of a value that count in a message's content as they are; of a longer one a sum counts too.
  ///
  /// Half of `fieldValue`: so many are left of a value that was cut, unless most of it is blanks.
  static let contentPrefix = 1024

  /// Bytes of a field's text as it is matched, logged and handed to programs.
  ///
  /// It bounds an argument, and a subject of 300 Cyrillic characters takes 600.
  public static let text = 1024

  /// Bytes of a charset's label as it is shown.
  static let charsetLabel = 40

  /// Bytes before the "@" of an address: RFC 5321 section 4.5.3.1.1.
  public static let localPart = 64

  /// Bytes after the "@" of an address: RFC 5321 section 4.5.3.1.2.
  public static let domain = 255

  /// Bytes of an address as `local@domain`.
  static let address = localPart + 1 + domain
}
