public import Bytes

/// Every bound of this module; over one, the configuration is refused, and the error names it.
public enum Limits {
  /// Mailboxes: one fetcher each, all of them at once, on a board with 64 MB.
  public static let mailboxes = 8
  /// Outputs: more lines than a board's header has.
  public static let outputs = 32
  public static let rules = 64
  /// Conditions of a rule.
  public static let conditions = 8
  /// Actions of a rule.
  public static let actions = 8
  /// Arguments of a program, its path among them.
  public static let arguments = 32
  /// Header fields, beside the known ones, that all rules name together: Mail keeps each in memory.
  public static let headers = 8

  /// Bytes of the name of a mailbox, an output or a rule.
  public static let name = 32
  /// Bytes of a line of the file, without its comment: the longest value, with room for its key.
  public static let line = 1024
  /// Bytes of a value.
  public static let value = 512
  /// Octets of a user name: RFC 4616 section 2 has 255 characters.
  public static let user = 255
  /// Octets of a host name: RFC 1035 section 2.3.4.
  public static let host = 253
  /// Bytes of a line's or chip's name: GPIO_MAX_NAME_SIZE without its NUL.
  public static let lineName = 31
  /// The number of a line on its chip: many times what any chip has.
  public static let lineOffset = 0...65535
  /// Octets of a header field's name: with its colon it fills a line of 78, RFC 5322 section 2.1.1.
  public static let headerName = 77

  /// Errors that are kept, and warnings, in the order in which they are found.
  public static let findings = 100

  /// Between polls: servers lock out who comes more often than about once a minute.
  public static let interval = Interval.seconds(5)...Interval.seconds(7 * 86_400)
  /// Of a poll: a login alone may take 6 s.
  public static let deadline = Interval.seconds(5)...Interval.seconds(3600)
  /// Of a program.
  public static let timeout = Interval.milliseconds(100)...Interval.seconds(86_400)
  /// Of a pulse and of the parts of a blink: below 10 ms no relay follows.
  public static let pulse = Interval.milliseconds(10)...Interval.seconds(86_400)
  public static let maxOn = Interval.milliseconds(10)...Interval.seconds(365 * 86_400)
  public static let blinks = 1...1000
  public static let retries = 0...100
  /// Of actions that failed: the ledger knows for 45 days when they did first.
  public static let retryFor = Interval.zero...Interval.seconds(30 * 86_400)
  /// Of an output, after it was on for as long as it may be.
  public static let rest = Interval.zero...Interval.seconds(86_400)
  /// How long a message stays on the server, where it does not stay for good.
  public static let deleteAfter = Interval.seconds(3600)...Interval.seconds(3650 * 86_400)
  /// Of a message that may fire yet: clocks are minutes apart.
  public static let maxAge = Interval.seconds(60)...Interval.seconds(3650 * 86_400)
  /// Messages for which a session is not worth its login, and for which a cut costs too much.
  public static let batch = 1...1000
}
