internal import Bytes

/// The limits of the protocol engine, with their reasons. Memory does not grow with what a server sends (L6).
public enum Limits {
  /// The part of a line that is kept: the longest reply line that RFC 2449 section 4 allows, in octets.
  typealias Line = ByteBuffer<512>

  /// Maximum length of a line, in octets. No honest reply has a tenth of it (JavaMail stops at 64 KiB, too);
  /// it ends an endless greeting or `-ERR` before the deadline.
  public static let lineOctets = 65_536

  /// Maximum number of lines in a reply to CAPA. IANA's registry has about 20 tags, Dovecot sends 13.
  public static let capabilityLines = 128

  /// Maximum number of messages in a mailbox, and of lines in a listing without STAT before it. mpop has the
  /// same limit.
  public static let messages = 1_000_000

  /// Maximum number of lines in a listing beyond STAT's count, as messages may arrive between the two
  /// (getmail 4.23.0).
  public static let listingSlack = 1_000

  /// Maximum number of lines after the reply about one unique-id that are ignored: a listing of all messages,
  /// and of those that may arrive meanwhile.
  public static let strayLines = messages + listingSlack

  /// Maximum length of a unique-id, in octets: RFC 1939 section 7.
  public static let uniqueIDOctets = 70

  /// Maximum number of commands that await replies, if the server announces PIPELINING. The longest, `TOP
  /// 1000000 0`, has 15 octets, so that at most 960 octets are unanswered: they fit into the smallest socket
  /// buffer, and a server that does not read while it writes cannot block both sides.
  public static let window = 64

  /// Maximum octets of the names of SASL mechanisms, of which each may have 20: RFC 4422 section 3.1.
  public static let mechanismNames = 160

  /// Room for the output: the window's 960 octets, or one login line. The longest of these is the base64 of
  /// `NUL user NUL secret`: 1,712 digits and CRLF.
  typealias Output = ByteBuffer<2_048>

  /// Maximum length of a command line with its CRLF, in octets: RFC 2449 section 4. A longer initial response
  /// is sent as a line of its own (RFC 5034 section 4).
  public static let commandOctets = 255

  /// Maximum length of a user name, in octets: an address has at most 254 (RFC 5321 section 4.5.3.1.3).
  public static let userOctets = 256

  /// Maximum length of a password or token, in octets. RFC 4616 section 2 demands at least 1,024 with UTF-8.
  public static let secretOctets = 1_024
}

/// The unique-id of a message, as the server wrote it: 1 to 70 octets, RFC 1939 section 7.
public typealias UniqueID = [UInt8]
