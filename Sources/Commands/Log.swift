import Bytes
import Platform

/// How urgent a line is: the numbers of syslog, RFC 5424 section 6.2.1.
enum Severity: UInt8, Comparable {
  case error = 3
  case warning = 4
  case notice = 5
  case info = 6
  case debug = 7

  static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }
}

/// Writes the log to standard error, a line each: to the journal with priorities, to a terminal
/// with colour, else plain.
///
/// Text that came from outside is escaped by whoever puts it into a line.
struct Log {
  enum Style {
    case journal, terminal, plain
  }

  let style: Style
  /// What is less urgent is not written.
  var threshold = Severity.info

  private let reader = Reader()

  /// Chooses the style by what standard error is; systemd says in JOURNAL_STREAM that it reads.
  init(threshold: Severity) {
    self.threshold = threshold
    if StandardStream.error.isTerminal {
      style = .terminal
    } else {
      style = Environment.value(of: "JOURNAL_STREAM") == nil ? .plain : .journal
    }
  }

  func write(_ lines: [LogLine]) {
    for line in lines where line.severity <= threshold {
      reader.write(line.text(style, at: Clock.secondsSince1970))
    }
  }

  /// Who reads standard error. A journal that hangs must not make a siren sound longer: it is waited
  /// for once, and then what it does not take at once is dropped, until it takes a line again.
  private final class Reader {
    private var patience = Interval.milliseconds(200)

    func write(_ line: [UInt8]) {
      do throws(SystemError) {
        try StandardStream.error.write(line.span, within: patience)
        patience = .milliseconds(200)
      } catch {
        patience = .zero
      }
    }
  }
}

extension LogLine {
  /// The line with its end, as it was written so many seconds since 1970.
  func text(_ style: Log.Style, at now: Int64) -> [UInt8] {
    var line: [UInt8] = []
    switch style {
    case .journal:
      line.append("<")
      line.append(decimal: UInt64(severity.rawValue))
      line.append(">")
      line.append(label: subject)
      line.append(text)
    case .terminal:
      line.append(Clock.timestamp(of: now, local: true).span.extracting(11..<19))
      line.append("  ")
      line.append(severity.colour)
      line.append(label: subject)
      line.append(text)
      line.append("\u{1B}[0m")
    case .plain:
      line.append(Clock.timestamp(of: now, local: false).span)
      line.append(" ")
      line.append(severity.name)
      line.append(label: subject)
      line.append(text)
    }
    line.append(.lineFeed)
    return line
  }
}

extension Severity {
  fileprivate var name: StaticString {
    switch self {
    case .error: "error: "
    case .warning: "warning: "
    case .notice, .info: ""
    case .debug: "debug: "
    }
  }

  fileprivate var colour: StaticString {
    switch self {
    case .error: "\u{1B}[31m"
    case .warning: "\u{1B}[33m"
    case .notice: "\u{1B}[1m"
    case .info: ""
    case .debug: "\u{1B}[2m"
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(label: [UInt8]) {
    guard !label.isEmpty else { return }
    append(label.span)
    append(": ")
  }
}
