internal import Bytes

/// Every bound of the engine, and why it is what it is: no server makes anything grow (L6).
public enum Limits {
  /// What is kept of one line: the longest reply line that RFC 2449 section 4 allows, in octets.
  typealias Line = ByteBuffer<512>

  /// The longest line that is passed over, in octets. No honest reply has a tenth of it (JavaMail
  /// stops at 64 KiB too); an endless greeting or `-ERR` ends here and not at the deadline.
  public static let lineOctets = 65_536

  /// Lines in one answer to CAPA. IANA's registry has about 20 tags, Dovecot sends 13.
  public static let capabilityLines = 128

  /// Messages in a mailbox, and lines in a listing where STAT was not asked. mpop stops here too.
  public static let messages = 1_000_000

  /// Lines that a listing may have beyond STAT's count: mail arrives between the two
  /// (getmail 4.23.0).
  public static let listingSlack = 1_000

  /// Lines behind the answer about one unique-id: a listing of all, with what may arrive meanwhile.
  public static let strayLines = messages + listingSlack

  /// Octets in a unique-id: RFC 1939 section 7.
  public static let uniqueIDOctets = 70

  /// Commands that wait for their reply where the server announced PIPELINING. The longest,
  /// `TOP 1000000 0`, has 15 octets, so at most 960 octets are unanswered: they fit the smallest
  /// socket buffer, and a server that does not read while it writes cannot block us both.
  public static let window = 64

  /// Octets of the names of a server's SASL mechanisms, of which RFC 4422 section 3.1 allows 20 each.
  public static let mechanismNames = 160

  /// What waits to be written: the window's 960 octets, or one login line, of which the longest is
  /// the base64 of `NUL user NUL secret`: 1,712 digits and CRLF.
  typealias Output = ByteBuffer<2_048>

  /// A command line with its CRLF, in octets: RFC 2449 section 4. A longer initial response goes
  /// into a line of its own (RFC 5034 section 4).
  public static let commandOctets = 255

  /// A mailbox name, in octets: an address is 254 at most (RFC 5321 section 4.5.3.1.3).
  public static let userOctets = 256

  /// A password or token, in octets: RFC 4616 section 2 asks for at least 1,024 with UTF-8.
  public static let secretOctets = 1_024
}

/// What names a message for good, as the server wrote it: 1 to 70 octets, RFC 1939 section 7.
public typealias UniqueID = [UInt8]
