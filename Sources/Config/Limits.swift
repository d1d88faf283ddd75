public import Bytes

/// The limits of this module. A configuration that exceeds one is refused with an error that names it.
public enum Limits {
  /// Maximum number of mailboxes: there is a fetcher for each, all at once, on a board with 64 MB.
  public static let mailboxes = 8
  /// Maximum number of outputs: more than the lines on a board's header.
  public static let outputs = 32
  public static let rules = 64
  /// Maximum number of conditions of a rule.
  public static let conditions = 8
  /// Maximum number of actions of a rule.
  public static let actions = 8
  /// Maximum number of arguments of a program, including its path.
  public static let arguments = 32
  /// Maximum number of extra header fields in all rules together: Mail keeps each in memory.
  public static let headers = 8

  /// Maximum length of the name of a mailbox, output or rule, in bytes.
  public static let name = 32
  /// Maximum length of a line without its comment, in bytes: the longest value, and room for its key.
  public static let line = 1024
  /// Maximum length of a value, in bytes.
  public static let value = 512
  /// Maximum length of a user name, in octets: RFC 4616 section 2 has 255 characters.
  public static let user = 255
  /// Maximum length of a host name, in octets: RFC 1035 section 2.3.4.
  public static let host = 253
  /// Maximum length of the name of a line or chip, in bytes: GPIO_MAX_NAME_SIZE without its NUL.
  public static let lineName = 31
  /// Range of line numbers on a chip: far more than any chip has.
  public static let lineOffset = 0...65535
  /// Maximum length of a header field name, in octets: with its colon it fills a line of 78, RFC 5322 section
  /// 2.1.1.
  public static let headerName = 77

  /// Maximum number of errors, and of warnings, that are kept; the first ones found.
  public static let findings = 100

  /// Range of poll intervals: servers lock out clients that log in more often than about once a minute.
  public static let interval = Interval.seconds(5)...Interval.seconds(7 * 86_400)
  /// Range of the maximum duration of a poll: a login alone may take 6 s.
  public static let deadline = Interval.seconds(5)...Interval.seconds(3600)
  /// Range of the maximum duration of a program.
  public static let timeout = Interval.milliseconds(100)...Interval.seconds(86_400)
  /// Range of the length of a pulse, and of the parts of a blink: no relay follows below 10 ms.
  public static let pulse = Interval.milliseconds(10)...Interval.seconds(86_400)
  public static let maxOn = Interval.milliseconds(10)...Interval.seconds(365 * 86_400)
  public static let blinks = 1...1000
  public static let retries = 0...100
  /// Range of the time for which failed actions are retried: the ledger knows the first failure for 45 days.
  public static let retryFor = Interval.zero...Interval.seconds(30 * 86_400)
  /// Range of the break of an output after its maximum on-time.
  public static let rest = Interval.zero...Interval.seconds(86_400)
  /// Range of the time after which a message is deleted.
  public static let deleteAfter = Interval.seconds(3600)...Interval.seconds(3650 * 86_400)
  /// Range of the maximum age of a message that fires: clocks may differ by minutes.
  public static let maxAge = Interval.seconds(60)...Interval.seconds(3650 * 86_400)
  /// Range of the number of deletions in a session: the login must be worthwhile, and a lost connection must
  /// not cost too much.
  public static let batch = 1...1000
}
